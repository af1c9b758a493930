"""What commands share to print: JSON, and the option that asks for it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import click

from fanjet.cli.terminal import OWN_STYLE, look_at
from fanjet.errors import ExecutionError
from fanjet.model.texts import escape_controls, harmless, storable

_Function = TypeVar("_Function", bound=Callable[..., Any])


def json_option(function: _Function) -> _Function:
    """Adds `--json`, as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(function)


def print_json(value: object) -> None:
    """One JSON document on the standard output."""
    text = _as_json(value, indent=2) + "\n"
    with output_explained():
        sys.stdout.write(text)


def print_json_rows(rows: Iterable[object]) -> None:
    """A JSON list on the standard output, one element a line."""
    lines = map(_as_json, rows)
    separator = "\n  "
    with output_explained():
        sys.stdout.write("[")
        for line in lines:
            sys.stdout.write(separator + line)
            separator = ",\n  "
        sys.stdout.write("\n]\n" if separator[0] == "," else "]\n")


def _as_json(value: object, indent: int | None = None) -> str:
    ascii_only = sys.stdout.encoding.lower() != "utf-8"
    return escape_controls(storable(json.dumps(value, indent=indent, ensure_ascii=ascii_only)))


def print_text(text: str) -> None:
    """Text on the standard output; what steers a terminal is taken out, but for styles of our own.

    Characters that its encoding lacks are replaced.
    """
    _write(clean_styled(text) if look_at().color else harmless(text))


def print_value(text: str) -> None:
    """As `print_text`, but exactly as it is where no terminal shows it: programs want data as they are."""
    _write(harmless(text) if sys.stdout.isatty() else text)


def print_note(text: str) -> None:
    """A line on the standard error, cleaned as in `print_text`."""
    sys.stderr.write(clean_styled(text) if look_at(sys.stderr).color else harmless(text))
    sys.stderr.write("\n")
    sys.stderr.flush()


def _write(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    with output_explained():
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def clean_styled(text: str) -> str:
    """The text without what would steer a terminal, but for styles of `Terminal.style`."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(part if OWN_STYLE.fullmatch(part) else harmless(part) for part in OWN_STYLE.split(text))


@contextmanager
def output_explained() -> Iterator[None]:
    """Within this context a standard output that takes no more, as on a full disk, is one clear error.

    Raises:
        ExecutionError: It could not be written; what is written later goes nowhere.
        BrokenPipeError: Its reader went away, which is no error.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_pipe()
        raise ExecutionError(
            f"The standard output cannot be written: {error.strerror}. Fix: make room where it goes, or send it "
            "somewhere else."
        ) from error


@contextmanager
def output_optional() -> Iterator[None]:
    """Within this context a lost output is told on the standard error, once, and what is shown ends there."""
    try:
        with output_explained():
            yield
    except ExecutionError as error:
        with suppress(OSError):  # it may be as full
            sys.stderr.write(f"{error} The run goes on in silence.\n")
            sys.stderr.flush()


def leave_pipe() -> None:
    """The reader of the standard output went away: nothing more can be said there.

    The stream is turned to nowhere, or the interpreter would complain about it when it exits.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
