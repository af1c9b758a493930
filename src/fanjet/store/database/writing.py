"""What all share that write beside the journal: a connection of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection


class Writing:
    """A way to write one database.

    Args:
        connection: A writer's.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, place: Path | Database, *, busy_timeout_s: float = 5.0) -> Self:
        """Open a database; a home stands for its SQLite file.

        Raises:
            ExecutionError: It is locked, cannot be written, or is of a newer Fanjet.
        """
        return cls(open_writer(place, busy_timeout_s))

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
