"""The version of the schema that a database has."""

from __future__ import annotations

import sqlite3


def find_version(connection: sqlite3.Connection) -> int | None:
    """None for a database that is not one of ours, or new."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").fetchone():
        return None
    row = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    return int(row[0]) if row else None
