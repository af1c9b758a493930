"""Requests to the owner of a run: posted by other processes, answered by the owner in the transaction that obeys."""

from __future__ import annotations

from fanjet.model.commands import Request, encode_request, kind_of
from fanjet.store.database.bells import ring
from fanjet.store.database.writing import Writing
from fanjet.store.journal import statements as sql

#: Commands and their answers are kept so long after they were posted.
_KEPT_S = 86_400.0


class Commands(Writing):
    """The way to ask for something."""

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
