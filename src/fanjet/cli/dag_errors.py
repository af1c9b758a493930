"""Errors of DAG files for people: place, what is wrong, fix."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

from fanjet.cli.output import print_note
from fanjet.cli.terminal import Terminal, look_at
from fanjet.cli.text_width import text_width
from fanjet.model.texts import printable
from fanjet.parsing.report import ParseError


def print_dag_errors(errors: Sequence[ParseError]) -> None:
    """All errors on the standard error."""
    print_note(render_dag_errors(errors, look_at(sys.stderr)).removesuffix("\n"))


def render_dag_errors(errors: Iterable[ParseError], terminal: Terminal) -> str:
    """A paragraph per error; of warnings in a row with one fix, the last says it."""
    following = [*errors]
    return "".join(
        _render(error, terminal, with_fix=error.kind != "warning" or after is None or after.fix != error.fix)
        for error, after in zip_longest(following, following[1:])
    )


def _render(error: ParseError, terminal: Terminal, *, with_fix: bool) -> str:
    file = printable(shorten_path(error.file))
    place = f"{file}:{error.line}" if error.line else file
    head, *more = [printable(line) for line in error.message.splitlines()] or [""]
    fits = not terminal.live or text_width(f"{place}: {error.kind}: {head}") <= terminal.width
    styled = f"{terminal.style(place, 'bold')}: {terminal.style(error.kind, _colour(error))}:"
    lines = [styled + (f" {head}" if fits else "")]
    lines += [f"    {line}" for line in (more if fits else [head, *more])]
    if error.fix and with_fix:
        lines.append(f"    {terminal.style('fix:', 'green')} {printable(error.fix)}")
    return "\n".join(lines) + "\n"


def _colour(error: ParseError) -> str:
    return "yellow" if error.kind == "warning" else "red"


def shorten_path(file: str) -> str:
    """Relative to the current folder where the file lies below it."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file
