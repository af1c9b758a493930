"""The line to PostgreSQL: a connection of psycopg's, which is let go when it is lost and opened again when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg import RawCursor

from fanjet.errors import FanjetError
from fanjet.store.database.database import Database
from fanjet.store.database.port import Row
from fanjet.store.database.postgres_faults import explain_postgres, is_lost
from fanjet.store.database.postgres_opening import connect
from fanjet.store.database.postgres_outbox import Repeated, Statement, Trips

_IDLE = psycopg.pq.TransactionStatus.IDLE


class Line:
    """See above.

    Args:
        database: Where.
        timeout_s: How long to wait for a connection, and for a lock.
        durable: Whether a commit waits for the disk.
        read_only: It is not allowed to write.
    """

    def __init__(self, database: Database, *, timeout_s: float, durable: bool, read_only: bool) -> None:
        self._database = database
        self._timeout_s = timeout_s
        self._durable = durable
        self._read_only = read_only
        self._connection: psycopg.Connection[Row] | None = None
        #: Looks at each connection that takes the place of a lost one.
        self.look: Callable[[psycopg.Connection[Row]], None] | None = None
        #: The round trips of the open transaction.
        self._trips: Trips | None = None
        #: The last words of the server.
        self._farewell: psycopg.Error | None = None
        self.open()

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as anybody knows."""
        return self._connection is not None

    def open(self) -> psycopg.Connection[Row]:
        """The connection, or a new one.

        Raises:
            ExecutionError: The server cannot be reached or refuses, or has lost what it had confirmed.
        """
        if self._connection is None:
            self._farewell = None
            self._connection = connect(
                self._database, timeout_s=self._timeout_s, durable=self._durable, read_only=self._read_only
            )
            self._connection.add_notice_handler(self._hear)
            if self.look is not None:
                try:
                    self.look(self._connection)
                except BaseException:
                    self.drop()
                    raise
        return self._connection

    def forget(self) -> None:
        """Leave the connection to the process that this one was forked from."""
        self._connection = self._trips = None

    def drop(self) -> None:
        """Close the connection."""
        self._break_off()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def execute(self, text: bytes, parameters: Sequence[object], *, may_repeat: bool) -> RawCursor[Row]:
        """Carry out one statement outside of a transaction; on a new connection, if it may, when this one was lost.

        Raises:
            FanjetError: As `explain` gives them.
        """
        was_open = self.is_open
        try:
            return self._execute(text, parameters)
        except psycopg.Error as error:
            fault = self.explain(error)
            if self.is_open or not was_open or not may_repeat:
                raise fault from error
        with self.explained():
            return self._execute(text, parameters)

    def _execute(self, text: bytes, parameters: Sequence[object]) -> RawCursor[Row]:
        return RawCursor(self.open()).execute(text, parameters or None, binary=bool(parameters))

    def travel(self, waiting: Sequence[Statement | Repeated], *, is_last: bool) -> None:
        """Make a round trip of a transaction; the last one ends with its commit.

        Raises:
            psycopg.Error: That of the first statement that failed.
            ExecutionError: There was no connection, and none could be opened.
        """
        if self._trips is None:
            self._trips = Trips(self.open())
        self._trips.make(waiting, is_last=is_last)

    def roll_back(self) -> None:
        """End what is still open of a transaction; a connection on which that fails is of no use any more."""
        self._break_off()
        if self._connection is not None and self._connection.info.transaction_status != _IDLE:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self.drop()

    def _break_off(self) -> None:
        trips, self._trips = self._trips, None
        if trips is not None:
            trips.break_off()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Within this context psycopg's errors become Fanjet's."""
        try:
            yield
        except psycopg.Error as error:
            raise self.explain(error) from error

    def explain(self, error: psycopg.Error) -> FanjetError:
        """What to raise; a connection that was lost is let go."""
        if error.sqlstate is None and self._farewell is not None:
            error = self._farewell
        if self._connection is not None and is_lost(error, self._connection):
            self.drop()
        return explain_postgres(error, self._database)

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        """Remember why the server ends the connection: in a pipeline that is all that is heard of it."""
        if notice.severity_nonlocalized in {"FATAL", "PANIC"} and notice.sqlstate is not None:
            self._farewell = psycopg.errors.lookup(notice.sqlstate)(notice.message_primary or "")
