"""What waits to be sent to PostgreSQL: whatever is said before somebody needs an answer travels in one round trip.

Statements go out in psycopg's pipeline mode, with one synchronisation at their end: the server carries them out in
order, and passes over all that come after one that fails, a COMMIT too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any, TypeAlias

import psycopg
from psycopg import RawCursor

from fanjet.errors import InvariantError
from fanjet.store.database.port import Row

_Connection: TypeAlias = psycopg.Connection[Row]


class Statement:
    """One statement, and what it gave: whoever looks at that waits for it, and for all that was said before.

    Args:
        text: In PostgreSQL's words.
        parameters: Its values.
        send: Sends all that waits, this among it.
        prepare: Whether the server keeps it, parsed, for the next time; None when it is sent often.
    """

    __slots__ = ("_cursor", "_parameters", "_prepare", "_send", "_text")

    def __init__(
        self,
        text: bytes,
        parameters: Sequence[object] = (),
        send: Callable[[], None] = lambda: None,
        *,
        prepare: bool | None = None,
    ) -> None:
        self._text = text
        self._parameters = parameters
        self._send = send
        self._prepare = prepare
        self._cursor: RawCursor[Row] | None = None

    def send(self, connection: _Connection) -> None:
        """Send it; in a pipeline without waiting for what it gives."""
        self._cursor = cursor = RawCursor(connection)
        cursor.execute(self._text, self._parameters or None, prepare=self._prepare, binary=bool(self._parameters))

    @property
    def is_sent(self) -> bool:
        """Whether the server may have it."""
        return self._cursor is not None

    @property
    def cursor(self) -> RawCursor[Row]:
        """What it gave."""
        if self._cursor is None:
            self._send()
        if self._cursor is None:
            raise InvariantError("the answer to a statement was wanted after its transaction")
        return self._cursor

    @property
    def rowcount(self) -> int:
        """How many rows it has changed."""
        return self.cursor.rowcount

    def fetchone(self) -> Any:
        """A row; None where there is none (any more)."""
        return self.cursor.fetchone()

    def fetchmany(self, size: int = 1) -> list[Row]:
        """Some rows more."""
        return self.cursor.fetchmany(size)

    def fetchall(self) -> list[Row]:
        """All rows that are left."""
        return self.cursor.fetchall()

    def __iter__(self) -> Iterator[Row]:
        return iter(self.cursor)


class Repeated:
    """One statement for each of many rows; it gives nothing."""

    __slots__ = ("_rows", "_text")

    def __init__(self, text: bytes, rows: Sequence[Sequence[object]]) -> None:
        self._text = text
        self._rows = rows

    def send(self, connection: _Connection) -> None:
        """Send it; in a pipeline without waiting for its end."""
        RawCursor(connection).executemany(self._text, self._rows)


class Trips:
    """The round trips of one transaction.

    Leaving the pipeline takes a trip, so that is done with the last statements. Before it, the server is not told to
    flush: it would then not count a transaction that stands still as idle.

    Args:
        connection: On which it is; not in a pipeline.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._open = ExitStack()
        self._pipeline: psycopg.Pipeline | None = None
        if psycopg.Pipeline.is_supported():  # libpq 14 or newer; else each statement waits by itself
            self._pipeline = self._open.enter_context(connection.pipeline())

    def make(self, waiting: Sequence[Statement | Repeated], *, is_last: bool) -> None:
        """Send what waits and wait for all of it.

        Raises:
            psycopg.Error: That of the first statement that failed.
        """
        try:
            for each in waiting:
                each.send(self._connection)
            if is_last:
                self._open.close()
            elif self._pipeline is not None:
                self._pipeline.sync()
        except psycopg.Error:
            self.break_off()
            raise
        except BaseException:  # as a signal's: what is queued, a COMMIT too, must not be sent by the way
            self._connection.close()
            self.break_off()
            raise

    def break_off(self) -> None:
        """Leave the pipeline; what was still under way failed with what went wrong."""
        self._pipeline = None
        with suppress(psycopg.Error):
            self._open.close()
