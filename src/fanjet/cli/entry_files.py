"""Files of variables and connections: JSON, or lines of a shell's environment."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import click

from fanjet.cli.output import print_value
from fanjet.errors import ExecutionError, OperationError
from fanjet.store.secrets.statements_vault import Kind
from fanjet.store.secrets.vault import NewEntry, Vault

Format: TypeAlias = Literal["json", "env"]
_Function = TypeVar("_Function", bound=Callable[..., Any])
_STANDARD = Path("-")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def import_options(function: _Function) -> _Function:
    """Adds what the commands that import take: FILE, as `file`, and `--on-existing`."""
    for add in (
        click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True)),
        click.option(
            "--on-existing",
            type=click.Choice(["fail", "overwrite", "skip"]),
            default="fail",
            show_default=True,
            help="What to do with names that are there already; fail imports nothing.",
        ),
    ):
        function = add(function)
    return function


def export_options(function: _Function) -> _Function:
    """Adds what the commands that export take: FILE, as `file`, and `--format`, as `form`."""
    for add in (
        click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True)),
        click.option(
            "--format",
            "form",
            type=click.Choice(["json", "env"]),
            help="By default what the name of the file ends in, else json.",
        ),
    ):
        function = add(function)
    return function


def read_file(file: Path, prefixes: Sequence[str]) -> dict[str, Any]:
    """What a file has, by name: JSON values, or texts.

    Args:
        file: ``-`` for the standard input.
        prefixes: What names of the environment begin with; the rest is in lower case then.

    Raises:
        OperationError: It cannot be understood.
        ExecutionError: It cannot be read.
    """
    if file.suffix.lower() in (".yaml", ".yml"):
        raise OperationError(f"{file}: YAML is not read here. Fix: write it as JSON.")
    text = _read_text(file)
    form = find_format(file, None) if file.suffix in (".json", ".env") else None
    if form == "json" or (form is None and text.lstrip()[:1] in ("{", "[")):
        return _read_json(file, text)
    return _read_env(file, text, prefixes)


def write_json(file: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON object, for the owner's eyes only."""
    _write_text(file, json.dumps(values, indent=2, ensure_ascii=False) + "\n")


def write_env(file: Path, values: Mapping[str, str], prefix: str) -> None:
    """Write lines that a shell reads, for the owner's eyes only.

    Raises:
        OperationError: A name cannot be that of an environment variable.
    """
    lines: dict[str, str] = {}
    for name, value in values.items():
        variable = prefix + name.upper()
        if not _ENV_NAME.fullmatch(variable):
            raise OperationError(f"{name!r} cannot be written as a name of the environment. Fix: --format json")
        if variable in lines:
            raise OperationError(f"{name!r} and another name are both {variable} there. Fix: --format json")
        lines[variable] = f"{variable}={shlex.quote(value)}\n"
    _write_text(file, "".join(lines.values()))


def find_format(file: Path, form: Format | None) -> Format:
    """The format that is asked for, or that the name of a file ends in."""
    return form or ("env" if file.suffix == ".env" or file.name == ".env" else "json")


def import_entries(vault: Vault, kind: Kind, entries: Iterable[NewEntry], on_existing: str) -> str:
    """Write entries, all or none.

    Returns:
        What was done, in a sentence.

    Raises:
        OperationError: Some are there already, and that was to fail.
    """
    entries = list(entries)
    existing = set(vault.list_names(kind))
    known = [entry.name for entry in entries if entry.name in existing]
    if known and on_existing == "fail":
        raise OperationError(
            f"There already: {', '.join(known)}. Nothing was imported. Fix: --on-existing overwrite, or skip."
        )
    if on_existing == "skip":
        entries = [entry for entry in entries if entry.name not in existing]
    if entries:
        vault.put(kind, entries)
    done = f"{len(entries)} {kind}{'' if len(entries) == 1 else 's'} imported"
    told = {"skip": "left as they are", "overwrite": "replaced"}.get(on_existing)
    return f"{done}, {len(known)} {told}." if known else f"{done}."


def _name(file: Path) -> str:
    return "The standard input" if file == _STANDARD else str(file)


def _read_text(file: Path) -> str:
    try:
        return sys.stdin.buffer.read().decode() if file == _STANDARD else file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise OperationError(f"There is no file {file}.") from None
    except UnicodeDecodeError:
        raise OperationError(f"{_name(file)} is no text in UTF-8.") from None
    except OSError as error:
        raise ExecutionError(f"{file} cannot be read: {error.strerror}.") from error


def _read_json(file: Path, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise OperationError(f"{_name(file)} is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise OperationError(f"{_name(file)} is no JSON object with a value for each name.")
    return found


def _read_env(file: Path, text: str, prefixes: Sequence[str]) -> dict[str, Any]:
    try:
        words = shlex.split(text, comments=True)
    except ValueError as error:
        raise OperationError(f"{_name(file)} has no lines such as NAME='value': {error}") from None
    found = {}
    for word in words:
        name, mark, value = word.partition("=")
        if word == "export":
            continue
        if not mark or not name:
            raise OperationError(f"{_name(file)} has no lines such as NAME='value': a word has no = in it.")
        prefix = next((prefix for prefix in prefixes if name.startswith(prefix)), None)
        found[name if prefix is None else name.removeprefix(prefix).lower()] = value
    return found


def _write_text(file: Path, text: str) -> None:
    if file == _STANDARD:
        print_value(text)
        return
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as opened:
            os.fchmod(fd, 0o600)  # it may have been there
            opened.write(text)
    except OSError as error:
        raise ExecutionError(f"{file} cannot be written: {error.strerror}.") from error
