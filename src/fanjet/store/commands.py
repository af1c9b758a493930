"""Requests to the owner of a run: posted by other processes, answered by the owner in the transaction that obeys."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Self

from fanjet.model.commands import Request, encode_request, kind_of
from fanjet.store import statements_sqlite as sql
from fanjet.store.connections import DATABASE_NAME, open_writer
from fanjet.store.faults import explained

#: Commands and their answers are kept so long after they were posted.
_KEPT_S = 86_400.0


class Commands:
    """The way to ask for something."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, home: Path, *, busy_timeout_s: float = 5.0) -> Self:
        """Open the database of a home.

        Raises:
            ExecutionError: It is locked, cannot be written, or is of a newer Fanjet.
        """
        return cls(home / DATABASE_NAME, open_writer(home, busy_timeout_s))

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def post(self, request: Request) -> int:
        """Ask the owner of the request's run for something.

        Returns:
            The number of the command.
        """
        now = time.time()
        new = (request.run, kind_of(request), encode_request(request), now)
        with explained(self._path):
            self._connection.execute(sql.FORGET_COMMANDS, (now - _KEPT_S,))
            return int(self._connection.execute(sql.INSERT_COMMAND, new).fetchone()[0])

    def find_answer(self, command: int) -> str | None:
        """What was done; None while nothing was."""
        with explained(self._path):
            row = self._connection.execute(sql.FIND_ANSWER, (command,)).fetchone()
        return None if row is None else str(row[0])

    def withdraw(self, command: int) -> bool:
        """Take a command back; whether it had not been carried out yet."""
        with explained(self._path):
            return self._connection.execute(sql.WITHDRAW_COMMAND, (command,)).fetchone() is not None
