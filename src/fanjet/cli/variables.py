"""`fanjet variables`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from fanjet.bootstrap.stored_lookups import open_vault
from fanjet.cli.arguments import home_option
from fanjet.cli.connection_fields import find_secret_fields
from fanjet.cli.entry_files import (
    Format,
    export_options,
    find_format,
    import_entries,
    import_options,
    read_file,
    write_env,
    write_json,
)
from fanjet.cli.finding import settings_of
from fanjet.cli.output import json_option, print_json, print_json_rows, print_note, print_text, print_value
from fanjet.cli.secret_input import read_value
from fanjet.cli.stored_entries import delete_entries, print_shadowing, reveal_option
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import look_at
from fanjet.cli.text_width import cut
from fanjet.errors import OperationError
from fanjet.runtime.secrets import MASK, looks_secret
from fanjet.runtime.variables import PREFIXES, find_in_environment
from fanjet.store.secrets.vault import Entry, NewEntry, Vault

_COLUMNS = (Column("KEY"), Column("VALUE", flexible=True), Column("DESCRIPTION", flexible=True))
#: Of a value in the list; `get` prints all of it.
_MOST_CHARS = 200


@click.group(name="variables")
def command() -> None:
    """Show and change the variables that DAG files read.

    They are kept encrypted in the home. FANJET_VAR_<KEY> and AIRFLOW_VAR_<KEY> in the environment go before them.
    """


@command.command(name="list")
@reveal_option
@json_option
@home_option
def list_(reveal: bool, as_json: bool, home: Path | None) -> None:
    """List the stored variables."""
    with open_vault(settings_of(home)) as vault:
        entries = vault.list_entries("variable")
    if as_json:
        print_json_rows(_as_data(key, entry, reveal=reveal) for key, entry in entries.items())
        return
    if not entries:
        print_text("There are no stored variables. `fanjet variables set KEY` makes one.\n")
    else:
        rows = [_as_row(key, entry, reveal=reveal) for key, entry in entries.items()]
        print_text(render_table(_COLUMNS, rows, look_at()))
    print_shadowing(PREFIXES)


@command.command()
@click.argument("key")
@reveal_option
@json_option
@home_option
def get(key: str, reveal: bool, as_json: bool, home: Path | None) -> None:
    """Print the variable KEY as tasks read it: from the environment, else from the store."""
    given = find_in_environment(key)
    if given is not None:
        entry = Entry(name=key, value=given[1], secret=False, description=None, created_at=0.0, updated_at=0.0)
    else:
        with open_vault(settings_of(home)) as vault:
            entry = vault.get("variable", key)
    if as_json:
        print_json(_as_data(key, entry, reveal=reveal))
        return
    if _is_secret(entry) and not reveal:
        raise OperationError(f"Variable {key!r} is secret. --reveal prints it.")
    print_value(f"{entry.value}\n")


@command.command(name="set")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--secret/--no-secret", default=None, help="Mask its value whatever its name is; a secret stays one.")
@click.option("--description", metavar="TEXT", help="What it is for.")
@home_option
def set_(key: str, value: str | None, secret: bool | None, description: str | None, home: Path | None) -> None:
    """Write the variable KEY; without VALUE it is asked for, or read from the standard input.

    The value of a secret is never an argument: it would stay in the history of the shell.
    """
    with open_vault(settings_of(home)) as vault:
        is_secret = secret or looks_secret(key) or (secret is None and _is_marked(vault, key))
        if value is not None and is_secret:
            raise OperationError(
                f"Variable {key!r} is secret, and its value would stay in the history of the shell. Fix: leave it "
                "out; it is asked for then, or read from the standard input."
            )
        text = read_value(f"Value of {key}", hidden=is_secret) if value is None else value
        vault.put("variable", [NewEntry(name=key, value=text, secret=secret, description=description)])
    print_text(f"Variable {key!r} is set.\n")
    given = find_in_environment(key)
    if given is not None:
        print_note(f"Where {given[0]} is set, as it is here, that is read instead.")


@command.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@home_option
def delete(keys: tuple[str, ...], home: Path | None) -> None:
    """Remove variables from the store."""
    with open_vault(settings_of(home)) as vault:
        delete_entries(vault, "variable", keys)


@command.command(name="import")
@import_options
@home_option
def import_(file: Path, on_existing: str, home: Path | None) -> None:
    """Import variables from FILE: JSON as `export` or Airflow writes it, or lines FANJET_VAR_KEY='value'.

    Values that are no text become JSON. - is the standard input. All are imported or none.
    """
    found = read_file(file, PREFIXES)
    with open_vault(settings_of(home)) as vault:
        told = import_entries(vault, "variable", list(_read_entries(found)), on_existing)
    print_text(f"{told}\n")


@command.command()
@export_options
@home_option
def export(file: Path, form: Format | None, home: Path | None) -> None:
    """Write all stored variables to FILE with their secrets; only you can read it. - is the standard output."""
    with open_vault(settings_of(home)) as vault:
        entries = vault.get_entries("variable")
    if find_format(file, form) == "env":
        write_env(file, {entry.name: entry.value for entry in entries}, PREFIXES[0])
    else:
        write_json(file, {entry.name: _export(entry) for entry in entries})


def _read_entries(found: Mapping[str, Any]) -> Iterator[NewEntry]:
    for key, given in found.items():
        if isinstance(given, dict) and "value" in given and given.keys() <= {"value", "description", "secret"}:
            value, description, secret = given["value"], given.get("description"), given.get("secret")
        else:
            value, description, secret = given, None, None
        text = value if isinstance(value, str) else json.dumps(value, indent=2)
        if not isinstance(secret, bool | None) or not isinstance(description, str | None):
            raise OperationError(f"Variable {key!r}: the description is a text, and secret is true or false.")
        yield NewEntry(name=key, value=text, secret=secret, description=description)


def _export(entry: Entry) -> str | dict[str, Any]:
    if not entry.secret and entry.description is None:
        return entry.value
    more = {"description": entry.description} if entry.description is not None else {}
    return {"value": entry.value, **more, **({"secret": True} if entry.secret else {})}


def _is_marked(vault: Vault, key: str) -> bool:
    """Whether there is such a variable and it is secret; also if that cannot be said."""
    try:
        entry = vault.find("variable", key)
    except OperationError:
        return True
    return entry is not None and entry.secret


def _is_secret(entry: Entry) -> bool:
    """Whether a variable is marked, has a telling name, or is a JSON object with such a name in it."""
    if entry.secret or looks_secret(entry.name):
        return True
    try:
        fields = json.loads(entry.value)
    except ValueError:
        return False
    return isinstance(fields, dict) and bool(find_secret_fields(fields))


def _as_data(key: str, entry: Entry | OperationError, *, reveal: bool) -> dict[str, Any]:
    given = find_in_environment(key)
    data = {"key": key, "in_environment": given and given[0]}
    if isinstance(entry, OperationError):
        return {**data, "error": str(entry)}
    shown = {"value": entry.value if reveal or not _is_secret(entry) else MASK, "secret": _is_secret(entry)}
    if not entry.updated_at:
        return {**data, **shown}
    changed = datetime.fromtimestamp(entry.updated_at, UTC).isoformat(timespec="seconds")
    return {**data, **shown, "description": entry.description, "updated_at": changed}


def _as_row(key: str, entry: Entry | OperationError, *, reveal: bool) -> list[str | Cell]:
    if isinstance(entry, OperationError):
        return [key, Cell("cannot be decrypted", "red"), ""]
    value = Cell(MASK, "dim") if _is_secret(entry) and not reveal else cut(" ".join(entry.value.split()), _MOST_CHARS)
    return [key, value, entry.description or ""]
