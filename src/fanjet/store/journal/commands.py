"""Requests to the owner of a run: posted by other processes, answered by the owner in the transaction that obeys."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from fanjet.model.commands import Request, encode_request, kind_of
from fanjet.store.database.bells import ring
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection
from fanjet.store.journal import statements as sql

#: Commands and their answers are kept so long after they were posted.
_KEPT_S = 86_400.0


class Commands:
    """The way to ask for something."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, place: Path | Database, *, busy_timeout_s: float = 5.0) -> Self:
        """Open a database; a home stands for its SQLite file.

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

    def post(self, request: Request) -> int:
        """Ask the owner of the request's run for something.

        Returns:
            The number of the command.
        """
        new = (request.run, kind_of(request), encode_request(request))
        number: int | None = None
        try:
            number = self._insert(new)
            ring(self._connection)
        except BaseException:  # whoever is interrupted here does not learn the number
            if number is not None:
                self.withdraw(number)
            raise
        return number

    def _insert(self, new: tuple[object, ...]) -> int:
        with self._connection.transaction():
            self._connection.execute(sql.FORGET_COMMANDS, (_KEPT_S,))
            return int(self._connection.execute(sql.INSERT_COMMAND, new).fetchone()[0])

    def find_answer(self, command: int) -> str | None:
        """What was done; None while nothing was."""
        rows = self._connection.select(sql.FIND_ANSWER, command)
        return str(rows[0][0]) if rows else None

    def withdraw(self, command: int) -> bool:
        """Take a command back; whether it had not been carried out yet."""
        with self._connection.transaction():
            return self._connection.execute(sql.WITHDRAW_COMMAND, (command,)).fetchone() is not None
