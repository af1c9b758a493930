"""The statements of variables and connections, by table. All fields of a connection are secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

#: Also the name of the table.
Kind: TypeAlias = Literal["variable", "connection"]

KINDS: Final[tuple[Kind, ...]] = ("variable", "connection")

FIND: Final[Mapping[Kind, str]] = {
    "variable": "SELECT name, value, secret, description, created_at, updated_at FROM variable WHERE name = ?",
    "connection": "SELECT name, value, 1, description, created_at, updated_at FROM connection WHERE name = ?",
}
LIST: Final[Mapping[Kind, str]] = {
    "variable": "SELECT name, value, secret, description, created_at, updated_at FROM variable ORDER BY name",
    "connection": "SELECT name, value, 1, description, created_at, updated_at FROM connection ORDER BY name",
}
LIST_NAMES: Final[Mapping[Kind, str]] = {
    "variable": "SELECT name FROM variable ORDER BY name",
    "connection": "SELECT name FROM connection ORDER BY name",
}
#: What is not said again stays: that it is secret, its description. Only variables say whether they are.
PUT: Final[Mapping[Kind, str]] = {
    "variable": """
INSERT INTO variable (name, value, description, created_at, updated_at, secret)
VALUES (?1, ?2, ?3, ?4, ?4, coalesce(?5, 0))
ON CONFLICT (name) DO UPDATE SET
    value = excluded.value, secret = coalesce(?5, variable.secret),
    description = coalesce(?3, variable.description), updated_at = excluded.updated_at""",
    "connection": """
INSERT INTO connection (name, value, description, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?4)
ON CONFLICT (name) DO UPDATE SET
    value = excluded.value, description = coalesce(?3, connection.description), updated_at = excluded.updated_at""",
}
DELETE: Final[Mapping[Kind, str]] = {
    "variable": "DELETE FROM variable WHERE name = ?",
    "connection": "DELETE FROM connection WHERE name = ?",
}
#: For another key; when it was written last does not change.
REWRITE: Final[Mapping[Kind, str]] = {
    "variable": "UPDATE variable SET value = ? WHERE name = ?",
    "connection": "UPDATE connection SET value = ? WHERE name = ?",
}
COUNT_ALL: Final = "SELECT (SELECT count(*) FROM variable) + (SELECT count(*) FROM connection)"
