"""The one way to SQL, on SQLite (`sqlite3`) and PostgreSQL (`psycopg`) alike.

How to use it in a module of the store::

    with connection.transaction():                        # all or nothing; on the disk when it ends
        connection.execute("UPDATE dag SET is_paused = ? WHERE dag_id = ?", (1, dag_id))
        row = connection.execute("INSERT INTO backfill (...) VALUES (?, ?) RETURNING backfill", new).fetchone()
        connection.executemany("INSERT INTO t (a, b) VALUES (?, ?)", rows)      # rows may be an iterator
    rows = connection.select("SELECT dag_id FROM dag WHERE is_paused = ?", 1)   # one read by itself
    with connection.moment():                             # several reads that belong together
        ...

Rules for statements, so that one text does for both:

- ``?`` (or ``?1``, ``?2`` for one that is used twice) stands for a value. Python's bool travels as 0 or 1 and the
  columns are integers, so write ``is_paused = 0``; a bare ``WHERE is_paused`` or ``CASE WHEN ? THEN`` is refused.
- Upsert: ``INSERT ... ON CONFLICT (key) DO UPDATE SET x = excluded.x``; the row that is there is named by its table
  (``coalesce(?, variable.secret)``). What may exist already: ``ON CONFLICT (key) DO NOTHING RETURNING number``, which
  gives no row then. No ``INSERT OR``, ``rowid``, ``datetime()``, ``PRAGMA``.
- Two-argument ``max``/``min`` are ``CASE WHEN``; ``sum()`` gives an int or a float; no ``LIMIT -1``.
- ``shared_clock()`` is the time of day that all processes of a database share: that of the server on PostgreSQL, that
  of the machine on SQLite. Whatever tells others how long it holds, as a lease does, goes by it and by no other clock.
- Instants are REAL seconds, texts sort by code point, keys of bytes by byte. NULL sorts first on SQLite and last on
  PostgreSQL: say ``ORDER BY x IS NULL, x`` where it matters.
- SQLite has one writer at a time. PostgreSQL has many: what is read in a transaction in order to be written must be
  locked before, by ``SELECT ... {connection.locking('r')}`` (rows of the table or alias r), by an UPDATE of the row, or
  by ``transaction(lock="name")``, inside which only one process is at a time. Lock rows in the order of their keys.
- Numbers that the database gives out (run, event) need not be committed in their order on PostgreSQL, unless
  whoever inserts holds one ``lock``.

Errors of the database leave `transaction`, `select` and `moment` as `fanjet.errors` say; a lost connection is opened
again by the next of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

from fanjet.store.database.database import Database, Dialect

#: Values of one row.
Row: TypeAlias = tuple[Any, ...]


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement has changed."""

    def fetchone(self) -> Any:
        """A row; None where there is none (any more)."""

    def fetchmany(self, size: int = ...) -> list[Row]: ...

    def fetchall(self) -> list[Row]: ...

    def __iter__(self) -> Iterator[Row]: ...


class Connection(Protocol):
    """An open database. Used from one thread."""

    @property
    def database(self) -> Database:
        """Which one."""

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it speaks, for the few statements that differ."""

    @property
    def in_transaction(self) -> bool:
        """Whether one is open."""

    def execute(self, statement: str, parameters: Sequence[object] = ..., /) -> Cursor:
        """Carry out one statement; outside of a transaction it is one by itself."""

    def executemany(self, statement: str, rows: Iterable[Sequence[object]], /) -> object:
        """Carry out one statement for each row."""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert many rows in the quickest way; none of them may be there yet. Inside a transaction."""

    def select(self, statement: str, *parameters: object) -> list[Row]:
        """All rows of a query, outside of a transaction."""

    def select_each(self, statement: str, rows: Sequence[Sequence[object]], /) -> Iterable[list[Row]]:
        """What a query gives for each of these parameters. Inside a transaction.

        It is as of now, and costs nothing more than what is waited for next.
        """

    def transaction(self, *, lock: str | None = None) -> AbstractContextManager[None]:
        """All that is written inside is committed at its end, or nothing when it raises.

        Args:
            lock: Only one process at a time may be in a transaction with this lock.

        Raises:
            ExecutionError: The database failed; `temporary` when the same may succeed later.
        """

    def moment(self) -> AbstractContextManager[None]:
        """All that is read inside is as of one moment. Holds up no writer, and writes nothing."""

    def locking(self, table: str) -> str:
        """The end of a SELECT that keeps rows of a table (or alias) from other writers until the transaction ends."""

    def find_data_version(self) -> int:
        """A number that changes whenever somebody else has written."""

    def find_clock(self) -> float | None:
        """The time of day on the machine of the database, in seconds since the epoch; None where it is this machine."""

    def use_clock(self, clock: Callable[[], float]) -> None:
        """Have ``shared_clock()`` be this one from now on, on this connection: time that does not pass by itself."""

    def close(self) -> None:
        """Close it. In a forked child this leaves the parent's connection as it is."""
