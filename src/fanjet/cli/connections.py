"""`fanjet connections`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from fanjet.bootstrap.stored_lookups import open_vault
from fanjet.cli.arguments import home_option
from fanjet.cli.connection_fields import field_options, fields_for_people, read_fields
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
from fanjet.cli.stored_entries import delete_entries, print_shadowing, reveal_option
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import look_at
from fanjet.errors import OperationError
from fanjet.runtime.connections import PREFIXES, Connection, find_in_environment, parse_connection, parse_json
from fanjet.store.secrets.vault import Entry, NewEntry, Vault

_COLUMNS = (
    Column("ID"),
    Column("TYPE"),
    Column("HOST", flexible=True),
    Column("LOGIN", flexible=True),
    Column("DESCRIPTION", flexible=True),
)


@click.group(name="connections")
def command() -> None:
    """Show and change the connections that tasks use.

    They are kept encrypted in the home. FANJET_CONN_<ID> and AIRFLOW_CONN_<ID> in the environment go before them.
    """


@command.command(name="list")
@reveal_option
@json_option
@home_option
def list_(reveal: bool, as_json: bool, home: Path | None) -> None:
    """List the stored connections."""
    with open_vault(settings_of(home)) as vault:
        entries = vault.list_entries("connection")
    if as_json:
        print_json_rows(_as_data(conn_id, entry, reveal=reveal) for conn_id, entry in entries.items())
        return
    if not entries:
        print_text("There are no stored connections. `fanjet connections add ID` makes one.\n")
    else:
        print_text(render_table(_COLUMNS, [_as_row(*item) for item in entries.items()], look_at()))
    print_shadowing(PREFIXES)


@command.command()
@click.argument("conn_id", metavar="ID")
@click.option("--uri", is_flag=True, help="Print it as a URI; needs --reveal.")
@reveal_option
@json_option
@home_option
def get(conn_id: str, uri: bool, reveal: bool, as_json: bool, home: Path | None) -> None:
    """Print the connection ID as tasks read it: from the environment, else from the store."""
    if uri and not reveal:
        raise OperationError("A URI has the password in it. --uri --reveal prints it.")
    given = find_in_environment(conn_id)
    if given is not None:
        connection = parse_connection(conn_id, given[1])
    else:
        with open_vault(settings_of(home)) as vault:
            connection = _parse(vault.get("connection", conn_id))
    fields = fields_for_people(connection, reveal=reveal)
    if uri:
        print_value(f"{connection.get_uri()}\n")
    elif as_json:
        print_json({"conn_id": conn_id, "in_environment": given and given[0], **fields})
    else:
        print_text("".join(f"{name:<12} {_say(value)}\n" for name, value in {"conn_id": conn_id, **fields}.items()))


@command.command()
@click.argument("conn_id", metavar="ID")
@field_options
@home_option
def add(conn_id: str, home: Path | None, **fields: Any) -> None:
    """Add the connection ID, from options for its fields, or from a URI or JSON.

    Without any option a URI or JSON is asked for, or read from the standard input.
    """
    with open_vault(settings_of(home)) as vault:
        if conn_id in vault.list_names("connection"):
            raise OperationError(f"There is a connection {conn_id!r} already. `fanjet connections set` changes it.")
        _put(vault, read_fields(conn_id, None, **fields))
    _confirm(conn_id)


@command.command(name="set")
@click.argument("conn_id", metavar="ID")
@field_options
@home_option
def set_(conn_id: str, home: Path | None, **fields: Any) -> None:
    """Change fields of the connection ID by options, or replace it by a URI or JSON; it is made if it is not there.

    Without any option a URI or JSON is asked for, or read from the standard input.
    """
    with open_vault(settings_of(home)) as vault:
        by_field = any(fields[name] for name in fields.keys() - {"description", "uri"})
        entry = vault.find("connection", conn_id) if by_field else None
        _put(vault, read_fields(conn_id, None if entry is None else _parse(entry), **fields))
    _confirm(conn_id)


@command.command()
@click.argument("conn_ids", nargs=-1, required=True, metavar="ID...")
@home_option
def delete(conn_ids: tuple[str, ...], home: Path | None) -> None:
    """Remove connections from the store."""
    with open_vault(settings_of(home)) as vault:
        delete_entries(vault, "connection", conn_ids)


@command.command(name="import")
@import_options
@home_option
def import_(file: Path, on_existing: str, home: Path | None) -> None:
    """Import connections from FILE: JSON as `export` or Airflow writes it, or lines FANJET_CONN_ID='uri' or ID='uri'.

    In JSON each is a URI or an object with its fields. - is the standard input. All are imported or none.
    """
    found = read_file(file, PREFIXES)
    with open_vault(settings_of(home)) as vault:
        told = import_entries(vault, "connection", list(_read_entries(found)), on_existing)
    print_text(f"{told}\n")


@command.command()
@export_options
@home_option
def export(file: Path, form: Format | None, home: Path | None) -> None:
    """Write all stored connections to FILE with their passwords; only you can read it. - is the standard output."""
    with open_vault(settings_of(home)) as vault:
        found = {entry.name: _parse(entry) for entry in vault.get_entries("connection")}
    if find_format(file, form) == "env":
        write_env(file, {conn_id: each.get_uri() for conn_id, each in found.items()}, PREFIXES[0])
    else:
        write_json(file, {conn_id: each.as_dict() for conn_id, each in found.items()})


def _parse(entry: Entry) -> Connection:
    """The connection; its description stays when the rest is replaced."""
    connection = parse_json(entry.name, entry.value)
    connection.description = entry.description
    return connection


def _put(vault: Vault, connection: Connection) -> None:
    assert connection.conn_id is not None, connection
    vault.put(
        "connection",
        [NewEntry(name=connection.conn_id, value=connection.as_json(), description=connection.description)],
    )


def _confirm(conn_id: str) -> None:
    print_text(f"Connection {conn_id!r} is set.\n")
    given = find_in_environment(conn_id)
    if given is not None:
        print_note(f"Where {given[0]} is set, as it is here, that is read instead.")


def _read_entries(found: Mapping[str, Any]) -> Iterator[NewEntry]:
    for conn_id, given in found.items():
        text = given if isinstance(given, str) else json.dumps(_read_object(conn_id, given))
        connection = parse_connection(conn_id, text)
        yield NewEntry(name=conn_id, value=connection.as_json(), description=connection.description)


def _read_object(conn_id: str, given: Any) -> dict[str, Any]:
    """The fields of a connection in a file; Airflow writes `extra` in two ways and may repeat the id."""
    if not isinstance(given, dict):
        raise OperationError(f"Connection {conn_id!r} is neither a URI nor an object with fields.")
    fields = {name: value for name, value in given.items() if name != "conn_id"}
    if "extra_dejson" in fields:
        fields["extra"] = fields.pop("extra_dejson")
    return {name: value for name, value in fields.items() if value is not None}


def _as_data(conn_id: str, entry: Entry | OperationError, *, reveal: bool) -> dict[str, Any]:
    given = find_in_environment(conn_id)
    data = {"conn_id": conn_id, "in_environment": given and given[0]}
    if isinstance(entry, OperationError):
        return {**data, "error": str(entry)}
    return {**data, **fields_for_people(_parse(entry), reveal=reveal)}


def _as_row(conn_id: str, entry: Entry | OperationError) -> list[str | Cell]:
    if isinstance(entry, OperationError):
        return [conn_id, "", Cell("cannot be decrypted", "red"), "", ""]
    found = _parse(entry)
    host = found.host or ""
    return [
        conn_id,
        found.conn_type or "",
        f"{host}:{found.port}" if found.port else host,
        found.login or "",
        found.description or "",
    ]


def _say(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
