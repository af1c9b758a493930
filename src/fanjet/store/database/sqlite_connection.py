"""SQLite behind the store's port: `sqlite3`'s own connection and a few methods more."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from fanjet.store.database.database import Database, Dialect
from fanjet.store.database.faults import explained
from fanjet.store.database.port import Row


class SqliteConnection(sqlite3.Connection):
    """See `fanjet.store.database.port.Connection`. Statements run in C, without a step in between."""

    database: Database
    dialect: Dialect = "sqlite"

    @classmethod
    def at(cls, database: Database, address: str, *, uri: bool = False, busy_timeout_s: float) -> SqliteConnection:
        """Open a file, or an address that leads to it."""
        connection = sqlite3.connect(address, uri=uri, timeout=busy_timeout_s, isolation_level=None, factory=cls)
        connection.database = database
        connection.use_clock(time.time)
        return connection

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert many rows."""
        marks = ", ".join("?" * len(columns))
        self.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 - names

    def select(self, statement: str, *parameters: object) -> list[Row]:
        """All rows of a query."""
        with explained(self.database.shown):
            return self.execute(statement, parameters).fetchall()

    def select_each(self, statement: str, rows: Sequence[Sequence[object]], /) -> list[list[Row]]:
        """What a query gives for each of these parameters."""
        return [self.execute(statement, row).fetchall() for row in rows]

    @contextmanager
    def transaction(self, *, lock: str | None = None) -> Iterator[None]:
        """All or nothing. SQLite lets in one writer at a time, whatever its `lock` is."""
        del lock
        with explained(self.database.shown):
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self.in_transaction:  # SQLite itself rolls back after some failures
                    self.execute("ROLLBACK")
                raise

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Reads that belong together."""
        with explained(self.database.shown):
            self.execute("BEGIN")
            try:
                yield
            finally:
                if self.in_transaction:
                    self.execute("ROLLBACK")

    def locking(self, table: str) -> str:
        """Nothing: a transaction has locked the whole database."""
        del table
        return ""

    def find_clock(self) -> None:
        """The file is on this machine."""
        return

    def use_clock(self, clock: Callable[[], float]) -> None:
        """SQLite asks for the time here; until then it is the time of day."""
        self.create_function("shared_clock", 0, clock)

    def find_data_version(self) -> int:
        """SQLite counts it."""
        return int(self.select("PRAGMA data_version")[0][0])
