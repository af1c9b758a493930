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
from itertools import islice

import psycopg
from psycopg import RawCursor

from fanjet.errors import DatabaseReplacedError, ExecutionError, InvariantError
from fanjet.store.database.database import Database, Dialect
from fanjet.store.database.port import Cursor, Row
from fanjet.store.database.postgres_arrays import encode_columns
from fanjet.store.database.postgres_line import Line
from fanjet.store.database.postgres_marks import MARKS_KEPT_S, Marks
from fanjet.store.database.postgres_outbox import Repeated, Statement

_MARK = re.compile(r"\?(\d*)")
_CLOCK = "shared_clock()"
#: That of the moment in which it is looked at: a statement may have waited for another process before.
_SERVER_CLOCK = "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"
_ASK_AGAIN_S = 0.2
#: For so many rows it is quicker to send each by itself.
_FEW = 2
_ROWS_AT_ONCE = 2000
#: Of one statement; the server takes no more than a gigabyte.
_LARGEST_BYTES = 64 << 20
#: By table and columns.
_types: dict[tuple[str, tuple[str, ...]], list[int]] = {}
_MARK_PREFIX = "commit "
_PUT_MARK = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_FORGET_MARKS = """
DELETE FROM meta WHERE key LIKE 'commit %' AND CAST(split_part(value, ' ', 2) AS BIGINT) < shared_clock() - ?"""


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
        #: In the place of the server's.
        self._clock: Callable[[], float] | None = None
        self._pid = os.getpid()
        self._durable = durable
        self._line = Line(database, timeout_s=timeout_s, durable=durable, read_only=read_only)
        #: What it has committed; None before there is a table for that.
        self._marks: Marks | None = None
        #: Whether a transaction is open as far as the caller knows.
        self._is_inside = False
        #: Whether anything of it was sent; from then on it is lost with the line.
        self._is_begun = False
        #: What it has still to send.
        self._waiting: list[Statement | Repeated] = []

    @property
    def in_transaction(self) -> bool:
        """Whether one is open."""
        return self._is_inside

    def close(self) -> None:
        """Close it, but not that of the parent in a forked child, whose socket is the same."""
        if self._pid != os.getpid():
            self._line.forget()
        elif self._line.is_open and self._marks is not None:
            with suppress(ExecutionError):
                self.execute("DELETE FROM meta WHERE key = ?", (self._marks.key,))
        self._line.drop()

    def mark_commits(self) -> None:
        """From now on an uncertain commit can be asked about. The tables are there."""
        marks = Marks(self.database, f"{_MARK_PREFIX}{secrets.token_hex(8)}")
        self.execute(_FORGET_MARKS, (MARKS_KEPT_S,))
        self.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (marks.key, marks.make()))
        marks.keep()
        self._marks = marks
        if self._durable:
            self._line.look = marks.check

    # --- statements ---

    def execute(self, statement: str, parameters: Sequence[object] = (), /) -> Cursor:
        """Carry out one statement; outside of a transaction a query is tried again on a new connection.

        In a transaction it waits for what comes next: an answer that is looked at, or the commit.
        """
        if self._is_inside:
            return self._put(Statement(self._translate(statement), parameters, self._send_waiting))
        return self._line.execute(self._translate(statement), parameters, may_repeat=_only_reads(statement))

    def executemany(self, statement: str, rows: Iterable[Sequence[object]], /) -> None:
        """Carry out one statement for each row, in one round trip; in a transaction, in that of what comes next."""
        if self._is_inside:
            self._waiting.append(Repeated(self._translate(statement), list(rows)))
            return
        with self._line.explained():
            RawCursor(self._line.open()).executemany(self._translate(statement), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert many rows, column by column."""
        rest = iter(rows)
        while some := list(islice(rest, _ROWS_AT_ONCE)):
            self._insert_some(table, tuple(columns), some)
            if len(some) == _ROWS_AT_ONCE:  # they need not all be held here
                self._send_waiting()

    def _insert_some(self, table: str, columns: tuple[str, ...], rows: list[Sequence[object]]) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        if len(rows) <= _FEW:
            self.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - names of ours
            return
        arrays = encode_columns(self._find_types(table, columns), rows)
        if sum(map(len, arrays)) > _LARGEST_BYTES:
            for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
                self._insert_some(table, columns, half)
                self._send_waiting()
            return
        statement = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({marks})"  # noqa: S608 - names of ours
        self._put(Statement(self._translate(statement), arrays, prepare=True))

    def select(self, statement: str, *parameters: object) -> list[Row]:
        """All rows of a query."""
        return self.execute(statement, parameters).fetchall()

    def select_each(self, statement: str, rows: Sequence[Sequence[object]], /) -> Iterable[list[Row]]:
        """What a query gives for each of these parameters; it is asked for at the latest when somebody looks at it."""
        text = self._translate(statement)
        asked = [self._put(Statement(text, row, self._send_waiting, prepare=True)) for row in rows]
        return map(Statement.fetchall, asked)

    # --- transactions ---

    @contextmanager
    def transaction(self, *, lock: str | None = None) -> Iterator[None]:
        """All or nothing; also when the connection is lost while it commits."""
        mark = None if self._marks is None else self._marks.make()
        self._enter(b"BEGIN")
        try:
            if self._marks is not None:
                self.execute(_PUT_MARK, (self._marks.key, mark))
            if lock is not None:
                self.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (f"fanjet {lock}",))
                self._send_waiting()  # it is held from here on, also over what is no statement, such as a file
            yield
            self._commit(mark)
            if self._marks is not None:
                self._marks.keep()
        finally:
            self._leave()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Reads that belong together."""
        self._enter(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
            self._end_reading()
        finally:
            self._leave()

    def _end_reading(self) -> None:
        """Nothing was written; unlike a rollback, a commit leaves what the server has prepared."""
        self._waiting = []
        if self._is_begun and self._line.is_open:
            try:
                self._carry_out([Statement(b"COMMIT", prepare=False)], is_last=True)
            except psycopg.Error:
                self._line.drop()

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

    def _enter(self, begin: bytes) -> None:
        if self._is_inside:
            raise InvariantError("a transaction was begun inside another one")
        self._is_inside, self._is_begun = True, False
        self._waiting = [Statement(begin, prepare=False)]

    def _put(self, statement: Statement) -> Statement:
        if not self._is_inside:
            raise InvariantError("a statement was to wait for others outside of a transaction")
        self._waiting.append(statement)
        return statement

    def _send_waiting(self) -> None:
        """Send what waits in the open transaction; all of it again when the line was lost before its first."""
        if not self._waiting:
            return
        may_repeat = self._line.is_open and not self._is_begun
        waiting, self._waiting = self._waiting, []
        try:
            self._carry_out(waiting)
        except psycopg.Error as error:
            fault = self._line.explain(error)
            if self._line.is_open or not may_repeat:
                raise fault from error
        else:
            return
        self._is_begun = False
        with self._line.explained():  # it was lost while nobody needed it
            self._carry_out(waiting)

    def _carry_out(self, waiting: Sequence[Statement | Repeated], *, is_last: bool = False) -> None:
        was_begun, self._is_begun = self._is_begun, True
        if was_begun and not self._line.is_open:
            raise ExecutionError(f"The connection to {self.database.shown} was lost.", temporary=True)
        self._line.travel(waiting, is_last=is_last)

    def _commit(self, mark: str | None) -> None:
        """Commit, in one round trip with what waits.

        The mark is written before, and that is known: so whoever asks for it waits for this transaction to end, also on
        a server that has not yet read what was sent to it.
        """
        if not self._is_begun or self._marks is None:
            self._send_waiting()
        commit = Statement(b"COMMIT", prepare=False)
        waiting, self._waiting = self._waiting, []
        try:
            self._carry_out([*waiting, commit], is_last=True)
        except psycopg.Error as error:
            fault = self._line.explain(error)
            if self._line.is_open or not commit.is_sent or not self._is_committed(mark):
                raise fault from error
        else:
            done = commit.cursor.statusmessage
            if done != "COMMIT":  # somebody went on after a statement that failed
                raise InvariantError(f"the database answered a commit with {done}: a statement before it had failed")

    def _is_committed(self, mark: str | None) -> bool:
        """Whether a transaction was committed whose end was not heard of.

        Raises:
            ExecutionError: Nobody could tell in time. It is not temporary: to write the same again might double it.
        """
        self._is_inside = False
        give_up_at = time.monotonic() + self._timeout_s
        while self._marks is not None:
            try:  # the lock waits for a transaction that is still under way on a server that has not noticed
                rows = self.execute("SELECT value FROM meta WHERE key = ? FOR UPDATE", (self._marks.key,)).fetchall()
            except DatabaseReplacedError:
                raise
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
        self._is_inside = False
        self._waiting = []
        self._line.roll_back()

    def _find_types(self, table: str, columns: tuple[str, ...]) -> list[int]:
        """The types of columns: the same wherever the schema is."""
        found = _types.get((table, columns))
        if found is None:
            statement = f"SELECT {', '.join(columns)} FROM {table} LIMIT 0"  # noqa: S608 - names of ours
            description = self._put(Statement(statement.encode(), send=self._send_waiting)).cursor.description
            assert description is not None, "a query has columns"
            found = _types[table, columns] = [column.type_code for column in description]
        return found


def _only_reads(statement: str) -> bool:
    return statement.lstrip()[:6].upper() == "SELECT"
