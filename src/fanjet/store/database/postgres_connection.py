"""PostgreSQL behind the store's port: psycopg, opened again when the connection was lost.

Each transaction leaves its number in a row of `meta` that is the connection's own. When the connection is lost while
it commits, that row tells whether it did: so what was recorded is never written twice, and what was not is never taken
for recorded. (`pg_xact_status` cannot tell: a server that crashed gives the numbers of lost transactions out again.)
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING

import psycopg

from fanjet.errors import ExecutionError, FanjetError, InvariantError
from fanjet.store.database.database import Database, Dialect
from fanjet.store.database.port import Cursor, Row
from fanjet.store.database.postgres_faults import explain_postgres, is_lost
from fanjet.store.database.postgres_opening import connect

if TYPE_CHECKING:
    from psycopg import RawCursor

_MARK = re.compile(r"\?(\d*)")
_CLOCK = "shared_clock()"
#: That of the moment in which it is looked at: a statement may have waited for another process before.
_SERVER_CLOCK = "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"
_ASK_AGAIN_S = 0.2
#: Rows; from so many on COPY is quicker.
_FEW = 8
#: By table and columns.
_types: dict[tuple[str, tuple[str, ...]], list[int]] = {}
_MARK_PREFIX = "commit "
#: Marks of connections that were not closed in good order are removed after so long.
_MARKS_KEPT_S = 7 * 86_400
_FORGET_MARKS = """
DELETE FROM meta WHERE key LIKE 'commit %' AND CAST(split_part(value, ' ', 2) AS BIGINT) < ?"""


@lru_cache(maxsize=1024)
def translate(statement: str) -> bytes:
    """From ``?`` and ``?1`` to ``$1``, and to the server's own name of its clock."""
    numbers = iter(range(1, 1 << 16))
    marked = _MARK.sub(lambda mark: f"${mark[1] or next(numbers)}", statement)
    return marked.replace(_CLOCK, _SERVER_CLOCK).encode()


class PostgresConnection:
    """See `fanjet.store.database.port.Connection`.

    Args:
        database: Where.
        timeout_s: How long to wait for a connection, for a lock, and for word of an uncertain commit.
        durable: Whether a commit waits for the disk.
        read_only: It is not allowed to write.
    """

    dialect: Dialect = "postgresql"

    def __init__(self, database: Database, *, timeout_s: float, durable: bool = True, read_only: bool = False) -> None:
        self.database = database
        self._timeout_s = timeout_s
        self._durable = durable
        self._read_only = read_only
        #: In the place of the server's.
        self._clock: Callable[[], float] | None = None
        self._pid = os.getpid()
        self._open: psycopg.Connection[Row] | None = self._connect()
        #: The key of this connection's mark in `meta`; None before there is that table.
        self._mark: str | None = None
        self._commits = 0
        #: Whether a transaction is open as far as the caller knows; with it goes the connection that it began on.
        self._is_inside = False

    @property
    def in_transaction(self) -> bool:
        """Whether one is open."""
        return self._open is not None and self._open.info.transaction_status != psycopg.pq.TransactionStatus.IDLE

    def close(self) -> None:
        """Close it, but not that of the parent in a forked child, whose socket is the same."""
        if self._pid != os.getpid():
            self._open = None
        elif self._open is not None and self._mark is not None:
            with suppress(ExecutionError):
                self.execute("DELETE FROM meta WHERE key = ?", (self._mark,))
        self._drop()

    def mark_commits(self) -> None:
        """From now on an uncertain commit can be asked about. The tables are there."""
        self._mark = f"{_MARK_PREFIX}{secrets.token_hex(8)}"
        self.execute(_FORGET_MARKS, (int(time.time()) - _MARKS_KEPT_S,))
        self.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (self._mark, self._make_mark()))

    # --- statements ---

    def execute(self, statement: str, parameters: Sequence[object] = (), /) -> Cursor:
        """Carry out one statement; outside of a transaction a query is tried again on a new connection."""
        may_repeat = not self._is_inside and _only_reads(statement)
        return self._send(self._translate(statement), parameters, may_repeat=may_repeat)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]], /) -> None:
        """Carry out one statement for each row, in one round trip."""
        with self._explained():
            self._cursor().executemany(self._translate(statement), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert many rows by COPY, few by what costs one round trip less."""
        rest = iter(rows)
        few = list(islice(rest, _FEW))
        names = ", ".join(columns)
        if len(few) < _FEW:
            marks = ", ".join("?" * len(columns))
            self.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", few)  # noqa: S608 - names of ours
            return
        types = self._find_types(table, tuple(columns))
        statement = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)".encode()
        with self._explained(), self._cursor().copy(statement) as copy:
            copy.set_types(types)
            for row in chain(few, rest):
                copy.write_row(row)

    def select(self, statement: str, *parameters: object) -> list[Row]:
        """All rows of a query."""
        return self.execute(statement, parameters).fetchall()

    def select_each(self, statement: str, rows: Sequence[Sequence[object]], /) -> list[list[Row]]:
        """What a query gives for each of these parameters, in one round trip."""
        if len(rows) < 2:  # the way of many costs more for one
            return [self.execute(statement, row).fetchall() for row in rows]
        with self._explained():
            cursor = self._cursor()
            cursor.format = psycopg.pq.Format.BINARY
            cursor.executemany(self._translate(statement), rows, returning=True)
            found = [cursor.fetchall()]
            while cursor.nextset():
                found.append(cursor.fetchall())
        return found

    # --- transactions ---

    @contextmanager
    def transaction(self, *, lock: str | None = None) -> Iterator[None]:
        """All or nothing; also when the connection is lost while it commits."""
        self._refuse_nested()
        self._commits += 1
        mark = self._make_mark()
        try:
            self._enter(self._begin(mark))
            if lock is not None:
                self.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (f"fanjet {lock}",))
            yield
            self._commit(mark)
        finally:
            self._leave()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Reads that belong together."""
        self._refuse_nested()
        try:
            self._enter(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        finally:
            self._leave()

    def locking(self, table: str) -> str:
        """Other writers of these rows wait; readers do not."""
        return f" FOR NO KEY UPDATE OF {table}"

    def find_clock(self) -> float:
        """The server's."""
        ((instant,),) = self.select(f"SELECT {_SERVER_CLOCK}")
        return float(instant)

    def use_clock(self, clock: Callable[[], float]) -> None:
        """Its instants are written into the statements."""
        self._clock = clock

    def _translate(self, statement: str) -> bytes:
        if self._clock is not None:
            statement = statement.replace(_CLOCK, f"CAST({self._clock()!r} AS DOUBLE PRECISION)")
        return translate(statement)

    def find_data_version(self) -> int:
        """Where the server's log of changes ends."""
        (row,) = self.select("SELECT CAST(pg_current_wal_insert_lsn() - '0/0' AS BIGINT)")
        return int(row[0])

    def _refuse_nested(self) -> None:
        if self._is_inside:
            raise InvariantError("a transaction was begun inside another one")

    def _enter(self, begin: bytes) -> None:
        self._send(begin, may_repeat=True)
        self._is_inside = True

    def _make_mark(self) -> str:
        return f"{self._commits} {int(time.time())}"

    def _begin(self, mark: str) -> bytes:
        """What begins a transaction, in one round trip with its mark."""
        if self._mark is None:
            return b"BEGIN"
        put = f"INSERT INTO meta (key, value) VALUES ('{self._mark}', '{mark}')"  # noqa: S608 - digits of ours
        return f"BEGIN; {put} ON CONFLICT (key) DO UPDATE SET value = excluded.value".encode()

    def _commit(self, mark: str) -> None:
        try:
            done = self._cursor().execute(b"COMMIT").statusmessage
        except psycopg.Error as error:
            fault = self._explain(error)
            if self._open is not None or not self._is_committed(mark):
                raise fault from error
        else:
            if done != "COMMIT":  # somebody went on after a statement that failed
                raise InvariantError(f"the database answered a commit with {done}: a statement before it had failed")

    def _is_committed(self, mark: str) -> bool:
        """Whether a transaction was committed whose end was not heard of.

        Raises:
            ExecutionError: Nobody could tell in time. It is not temporary: to write the same again might double it.
        """
        self._is_inside = False
        give_up_at = time.monotonic() + self._timeout_s
        while self._mark is not None:
            try:  # the lock waits for a transaction that is still under way on a server that has not noticed
                rows = self.execute("SELECT value FROM meta WHERE key = ? FOR UPDATE", (self._mark,)).fetchall()
            except ExecutionError:
                if time.monotonic() > give_up_at:
                    break
                time.sleep(_ASK_AGAIN_S)
            else:
                return rows == [(mark,)]
        raise ExecutionError(
            f"The connection to {self.database.shown} was lost during a commit, and could not be opened again within "
            f"{self._timeout_s:g} s to ask whether it was done. What was recorded is there. Fix: look at the server, "
            "then start this process again (`fanjet resume` goes on with a run)."
        )

    def _leave(self) -> None:
        """Roll back what is still open; a connection on which that fails is of no use any more."""
        self._is_inside = False
        if self._open is not None and self.in_transaction:
            try:
                self._open.execute(b"ROLLBACK")
            except psycopg.Error:
                self._drop()

    # --- the connection ---

    def _send(self, statement: bytes, parameters: Sequence[object] = (), *, may_repeat: bool) -> RawCursor[Row]:
        was_open = self._open is not None
        try:
            return self._cursor().execute(statement, parameters or None, binary=bool(parameters))
        except psycopg.Error as error:
            fault = self._explain(error)
            if self._open is not None or not was_open or not may_repeat:
                raise fault from error
        with self._explained():  # the connection was lost while nobody needed it
            return self._cursor().execute(statement, parameters or None, binary=bool(parameters))

    def _cursor(self) -> RawCursor[Row]:
        """On the open connection, or a new one outside of a transaction."""
        if self._open is None:
            if self._is_inside:
                raise ExecutionError(f"The connection to {self.database.shown} was lost.", temporary=True)
            self._open = self._connect()
        return psycopg.RawCursor(self._open)

    def _connect(self) -> psycopg.Connection[Row]:
        return connect(self.database, timeout_s=self._timeout_s, durable=self._durable, read_only=self._read_only)

    def _drop(self) -> None:
        connection, self._open = self._open, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: psycopg.Error) -> FanjetError:
        """What to raise; a connection that was lost is let go."""
        if self._open is not None and is_lost(error, self._open):
            self._drop()
        return explain_postgres(error, self.database)

    def _find_types(self, table: str, columns: tuple[str, ...]) -> list[int]:
        """The types of columns: the same wherever the schema is."""
        found = _types.get((table, columns))
        if found is None:
            statement = f"SELECT {', '.join(columns)} FROM {table} LIMIT 0"  # noqa: S608 - names of ours
            description = self._send(statement.encode(), may_repeat=False).description
            assert description is not None, "a query has columns"
            found = _types[table, columns] = [column.type_code for column in description]
        return found


def _only_reads(statement: str) -> bool:
    return statement.lstrip()[:6].upper() == "SELECT"
