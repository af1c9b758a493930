"""The fields of a connection on the command line and on the screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from fanjet.cli.secret_input import read_value
from fanjet.errors import OperationError
from fanjet.runtime.connections import Connection, parse_connection, parse_uri
from fanjet.runtime.secrets import MASK, looks_secret

_Function = TypeVar("_Function", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--uri", metavar="URI", help="All but the password: postgres://user@host:5432/db?sslmode=require."),
    click.option("--type", "conn_type", metavar="TYPE", help="Such as postgres, http, aws."),
    click.option("--host", metavar="HOST", help="The machine, or whatever hooks take for it."),
    click.option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="The number of its port."),
    click.option("--login", metavar="USER", help="Who logs in."),
    click.option("--password", is_flag=True, help="Ask for a password, or read it from the standard input."),
    click.option("--schema", metavar="NAME", help="The database, or what stands in the path of the URI."),
    click.option("--extra", metavar="JSON", help="Further fields, as a JSON object without secrets."),
    click.option("--description", metavar="TEXT", help="What it is for."),
)


def field_options(function: _Function) -> _Function:
    """Adds an option per field; they arrive as keywords, for `read_fields`."""
    for add in reversed(_OPTIONS):
        function = add(function)
    return function


def read_fields(
    conn_id: str, existing: Connection | None, *, uri: str | None, password: bool, **fields: Any
) -> Connection:
    """The connection that the options describe.

    Args:
        conn_id: Its id.
        existing: Gives the fields that are not given; None if there is none.
        uri: The option of this name.
        password: Whether to ask for one.
        fields: The other options; None where they are not given.

    Raises:
        OperationError: They describe none, or a secret stands in them.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if uri is None and not password and not given.keys() - {"description"}:
        text = read_value(f"URI or JSON of {conn_id}")
        return Connection(conn_id, **{**parse_connection(conn_id, text).as_dict(), **given})
    found = {} if existing is None else existing.as_dict()
    if uri is not None:
        found = parse_uri(conn_id, uri).as_dict()
        _refuse_secrets(conn_id, found)
    if "extra" in given:
        given["extra"] = json.dumps(_read_extra(given["extra"]))
        _refuse_secrets(conn_id, given)
    if password:
        given["password"] = read_value(f"Password of {conn_id}")
    found |= given
    if "conn_type" not in found:
        raise OperationError(f"Connection {conn_id!r} needs a type. Fix: --type, such as --type postgres.")
    return Connection(conn_id, **found)


def _read_extra(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise OperationError(f"--extra is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise OperationError("--extra is no JSON object with a value for each field.")
    return found


def _refuse_secrets(conn_id: str, fields: Mapping[str, Any]) -> None:
    names = ["password"] if fields.get("password") else []
    names += find_secret_fields(json.loads(fields.get("extra") or "{}"))
    if names:
        raise OperationError(
            f"The {names[0]} of connection {conn_id!r} would stay in the history of the shell. Fix: leave it out and "
            "add --password, or pipe the whole connection in as a URI or JSON, without options."
        )


def find_secret_fields(fields: Mapping[str, Any]) -> list[str]:
    """The names of the fields that look secret, at any depth."""
    found = []
    for name, value in fields.items():
        if looks_secret(name):
            found.append(name)
        elif isinstance(value, dict):
            found += find_secret_fields(value)
    return found


def mask_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with a mask in the place of those that look secret."""
    return {
        name: MASK if value and looks_secret(name) else mask_fields(value) if isinstance(value, dict) else value
        for name, value in fields.items()
    }


def fields_for_people(connection: Connection, *, reveal: bool) -> dict[str, Any]:
    """Its fields, `extra` as a dict where it is one; another one may hold anything."""
    fields = connection.as_dict()
    if connection.extra:
        fields["extra"] = connection.extra_dejson or (connection.extra if reveal else MASK)
    return fields if reveal else mask_fields(fields)
