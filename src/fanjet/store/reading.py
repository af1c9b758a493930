"""What all queries share: a connection that only reads."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Self

from fanjet.store.connections import DATABASE_NAME, open_reader
from fanjet.store.faults import explained
from fanjet.store.row_columns import Columns


class Reading:
    """A way to read one home's database. Every call sees what is committed when it is made."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, home: Path) -> Self:
        """Open the database of a home.

        Raises:
            OperationError: There is none yet.
            ExecutionError: It cannot be read, or is of a newer Fanjet.
        """
        return cls(home / DATABASE_NAME, open_reader(home))

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _select(self, columns: str, source: str, *parameters: object) -> list[Columns]:
        """The rows of ``SELECT columns source``."""
        with explained(self._path):
            return self._connection.execute(f"SELECT {columns} {source}", parameters).fetchall()
