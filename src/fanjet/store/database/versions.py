"""The version of the schema that a database has."""

from __future__ import annotations

from typing import Final

from fanjet.errors import ExecutionError
from fanjet.store.database.port import Connection

SCHEMA_VERSION: Final = 7
_FIND_META: Final = {
    "sqlite": "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'",
    "postgresql": "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'",
}


def find_version(connection: Connection) -> int | None:
    """None for a database that is not one of ours, or new."""
    if not connection.execute(_FIND_META[connection.dialect]).fetchone():
        return None
    row = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    return int(row[0]) if row else None


def check_version(connection: Connection) -> None:
    """Refuse what this Fanjet does not know.

    Raises:
        ExecutionError: It is not one of ours, or of another version.
    """
    version = find_version(connection)
    shown, known = connection.database.shown, SCHEMA_VERSION
    if version is None:
        raise ExecutionError(f"The database {shown} is not one of Fanjet's; set FANJET_HOME to another folder.")
    if version > known:
        raise ExecutionError(
            f"The database {shown} was made by a newer Fanjet (schema {version}, this one knows {known}); "
            "upgrade Fanjet."
        )
    if version < known:
        raise ExecutionError(
            f"The database {shown} was made by an older Fanjet (schema {version}, this one knows {known}) and "
            "cannot be used; set FANJET_HOME to another folder, or delete this one if its runs do not matter any more."
        )
