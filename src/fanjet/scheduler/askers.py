"""Who asks the timetables of authors: each asks one at a time, and there are as many as are asking at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

from fanjet.errors import ExecutionError
from fanjet.model.programs import Program
from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.report import ParseReport


class Asker(Protocol):
    """Loads files and has their timetables asked, one file at a time."""

    def ask(self, program: Program, questions: Sequence[TimetableQuestion]) -> ParseReport:
        """What the timetables of a program's file say; called in a thread.

        Raises:
            ExecutionError: Nobody can be asked.
        """

    def abort(self) -> None:
        """Break off what is being asked; from any thread."""

    def close(self) -> None:
        """Ask nothing more."""


class Askers:
    """As many as are needed, for threads.

    Args:
        open_one: Gives one more.
        most_idle: How many are kept that do nothing.
    """

    def __init__(self, open_one: Callable[[], Asker], most_idle: int) -> None:
        self._open_one = open_one
        self._most_idle = most_idle
        self._lock = Lock()
        self._idle: list[Asker] = []
        self._busy: list[Asker] = []
        self._is_aborted = False

    def ask(self, program: Program, question: TimetableQuestion) -> ParseReport:
        """Have one of them ask.

        Raises:
            ExecutionError: Nobody can be asked, or it was broken off.
        """
        with self._lock:
            if self._is_aborted:
                raise ExecutionError("Nobody is asked any more.", temporary=True)
            asker = self._idle.pop() if self._idle else self._open_one()
            self._busy.append(asker)
        try:
            return asker.ask(program, [question])
        finally:
            with self._lock:
                self._busy.remove(asker)
                is_kept = len(self._idle) < self._most_idle
                if is_kept:
                    self._idle.append(asker)
            if not is_kept:
                asker.close()

    def abort(self) -> None:
        """Break off what is being asked, and ask nothing more."""
        with self._lock:
            self._is_aborted = True
            for asker in self._busy:
                asker.abort()

    def close(self) -> None:
        """Once nobody asks any more."""
        for asker in self._idle:
            asker.close()
