"""Pools in the store: they go before those of the settings, and every process of the database knows them."""

from __future__ import annotations

from typing import Final

import msgspec

from fanjet.errors import OperationError
from fanjet.store.database.bells import ring
from fanjet.store.database.port import Connection
from fanjet.store.database.writing import Writing

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


class Pools(Writing):
    """The way to the pools."""

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
