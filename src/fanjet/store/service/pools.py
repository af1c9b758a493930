"""Pools in the store: they go before those of the settings, and every process of the database knows them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import msgspec

from fanjet.errors import OperationError
from fanjet.store.database.bells import ring
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection

_LIST: Final = "SELECT name, slots, description FROM pool ORDER BY name"
_PUT: Final = """
INSERT INTO pool (name, slots, description) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE
SET slots = excluded.slots, description = coalesce(excluded.description, pool.description)"""
_DELETE: Final = "DELETE FROM pool WHERE name = ?"

#: The slots of a pool that sets no limit.
NO_LIMIT: Final = -1


class PoolRow(msgspec.Struct, frozen=True, kw_only=True):
    """One pool."""

    name: str
    #: -1 for no limit.
    slots: int
    description: str | None


class Pools:
    """The way to the pools.

    Args:
        connection: A writer's.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, place: Path | Database, *, busy_timeout_s: float = 5.0) -> Self:
        """Open a database.

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

    def list_all(self) -> list[PoolRow]:
        """By name."""
        return list_pools(self._connection)

    def put(self, name: str, slots: int, description: str | None) -> None:
        """Make a pool, or give it other slots; None leaves the description as it is."""
        with self._connection.transaction():
            self._connection.execute(_PUT, (name, slots, description))
        ring(self._connection)

    def delete(self, name: str) -> None:
        """Remove a pool.

        Raises:
            OperationError: There is none of this name.
        """
        with self._connection.transaction():
            if not self._connection.execute(_DELETE, (name,)).rowcount:
                raise OperationError(f"There is no pool {name!r} in the database. `fanjet pools list` shows all.")
        ring(self._connection)


def list_pools(connection: Connection) -> list[PoolRow]:
    """By name."""
    return [PoolRow(name=name, slots=slots, description=text) for name, slots, text in connection.select(_LIST)]
