"""What all queries share: a connection that only reads."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from fanjet.store.database.connections import open_reader
from fanjet.store.database.database import Database
from fanjet.store.database.faults import explained
from fanjet.store.database.port import Connection
from fanjet.store.queries.row_columns import Columns


class Reading:
    """A way to read one database. Every call sees what is committed when it is made."""

    def __init__(self, connection: Connection) -> None:
        self._path = connection.database.shown
        self._connection = connection

    @classmethod
    def open(cls, place: Path | Database) -> Self:
        """Open a database; a home stands for its SQLite file.

        Raises:
            OperationError: There is none yet.
            ExecutionError: It cannot be read, or is of a newer Fanjet.
        """
        return cls(open_reader(place))

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
