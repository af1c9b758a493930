"""How the schedulers of a service learn at once that there is something for them in the database.

Whoever has committed a request or a run that waits rings; the schedulers also look once a second by themselves, so a
bell that nobody hears costs a second and nothing else. Schedulers on a SQLite file are all on this machine and hear
through a named pipe each; those on PostgreSQL through its notifications.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fanjet.errors import ExecutionError
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection

if TYPE_CHECKING:
    import psycopg

_CHANNEL = "fanjet"
_FOLDER = "run"
_SUFFIX = ".bell"
_READ_BYTES = 4096


def ring(connection: Connection, *, but: int | None = None) -> None:
    """Tell all schedulers of a database that there is something new; after it was committed.

    Args:
        connection: The database.
        but: The session of the one that knows it; None for none.
    """
    if connection.dialect == "postgresql":
        connection.execute(f"NOTIFY {_CHANNEL}" if but is None else f"NOTIFY {_CHANNEL}, '{but:d}'")
        return
    for path in (connection.database.home / _FOLDER).glob(f"*{_SUFFIX}"):
        if path.name != _name_pipe(but):
            _ring_pipe(path)


def _name_pipe(session: int | None) -> str:
    return f"{session}{_SUFFIX}"


def _ring_pipe(path: Path) -> None:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody listens: its scheduler is gone, or has just taken it away itself
        with contextlib.suppress(OSError):
            path.unlink()
        return
    try:
        os.write(fd, b"!")
    except (BlockingIOError, BrokenPipeError):
        return  # it has been rung often enough, or is going away
    finally:
        os.close(fd)


class Bell(Protocol):
    """A scheduler's ear."""

    def fileno(self) -> int:
        """Readable when somebody has rung; -1 while there is nothing to wait on."""

    def answer(self) -> bool:
        """Whether somebody has rung since the last time."""

    def close(self) -> None:
        """Hear nothing any more."""


def hang_bell(database: Database, session: int) -> Bell:
    """The bell of a scheduler.

    Raises:
        ExecutionError: The home cannot be written.
    """
    return _PipeBell(database.home, session) if database.dialect == "sqlite" else _NotifiedBell(database, session)


class _PipeBell:
    def __init__(self, home: Path, session: int) -> None:
        self._path = home / _FOLDER / _name_pipe(session)
        try:
            self._path.parent.mkdir(exist_ok=True)
            os.mkfifo(self._path, 0o600)
            # Opened for writing too: a pipe that its last writer has closed would be readable for ever.
            self._fd = os.open(self._path, os.O_RDWR | os.O_NONBLOCK)
        except OSError as error:
            raise ExecutionError(f"The folder {self._path.parent} cannot be written: {error.strerror}.") from error

    def fileno(self) -> int:
        return self._fd

    def answer(self) -> bool:
        try:
            return bool(os.read(self._fd, _READ_BYTES))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._fd)
        self._path.unlink(missing_ok=True)


class _NotifiedBell:
    def __init__(self, database: Database, session: int) -> None:
        self._database = database
        #: What says that it is no news here.
        self._own = str(session)
        self._connection: psycopg.Connection | None = None
        self._connect()

    def fileno(self) -> int:
        return -1 if self._connection is None else self._connection.fileno()

    def answer(self) -> bool:
        import psycopg  # noqa: PLC0415 - an extra

        if self._connection is None:
            self._connect()
            return True
        try:
            heard = [notification.payload for notification in self._connection.notifies(timeout=0)]
        except psycopg.Error:  # the server was restarted; whoever asks the database next hears of it
            self.close()
            return True
        return any(payload != self._own for payload in heard)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> None:
        import psycopg  # noqa: PLC0415 - an extra

        assert self._database.url is not None
        try:
            self._connection = psycopg.connect(self._database.url, autocommit=True, connect_timeout=5)
            self._connection.execute(f"LISTEN {_CHANNEL}")
        except psycopg.Error:
            self.close()  # tried again at the next look
