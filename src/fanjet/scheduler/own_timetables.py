"""When DAGs are due whose timetable is the author's: asked of their code, in a process of its own.

The loop never waits for an answer. It asks, goes on, and finds the answer there at one of its next looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple, TypeAlias

from fanjet.errors import ExecutionError, FanjetError
from fanjet.model.programs import Program
from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.asked_timetables import read_answer
from fanjet.parsing.report import ParseError, ParseReport, TimetableAnswer

#: Loads the file of a program and reports what its timetables say; raises an `ExecutionError` when it cannot.
AskFile: TypeAlias = Callable[[Program, Sequence[TimetableQuestion]], ParseReport]


class Asked(NamedTuple):
    """A question to a version of a DAG."""

    version: int
    question: TimetableQuestion


class OwnTimetables:
    """Asks, one file after another.

    Args:
        ask: Does it; called in a thread.
    """

    def __init__(self, ask: AskFile) -> None:
        self._ask = ask
        #: By what it is about: the latest question, with its answer once that is there.
        self._answers: dict[str, tuple[Asked, TimetableAnswer | None]] = {}
        self._questions: SimpleQueue[tuple[str, Asked, Program] | None] = SimpleQueue()
        self._answered: SimpleQueue[tuple[str, Asked, TimetableAnswer | None]] = SimpleQueue()
        self._thread: Thread | None = None

    def find(self, subject: str, asked: Asked, program: Program) -> TimetableAnswer | None:
        """The answer; None while it is being asked for.

        Args:
            subject: What it is about: a new question takes the place of the one before.
            asked: The question.
            program: The files of the DAG's version.
        """
        self._take_answers()
        known = self._answers.get(subject)
        if known is not None and known[0] == asked:
            return known[1]
        self._answers[subject] = (asked, None)
        self._questions.put((subject, asked, program))
        if self._thread is None:
            self._thread = Thread(target=self._work, name="timetables", daemon=True)
            self._thread.start()
        return None

    def forget(self, subject: str) -> None:
        """Ask again the next time, as the answer may have been about an instant that is over."""
        self._answers.pop(subject, None)

    def close(self) -> None:
        """Ask nothing more."""
        if self._thread is not None:
            self._questions.put(None)
            self._thread.join()
            self._thread = None

    def _take_answers(self) -> None:
        while not self._answered.empty():
            subject, asked, answer = self._answered.get()
            if self._answers.get(subject, (None, None))[0] == asked:
                if answer is None:
                    self.forget(subject)  # nobody could be asked: the next one who wants to know asks again
                else:
                    self._answers[subject] = (asked, answer)

    def _work(self) -> None:
        while (next_one := self._questions.get()) is not None:
            subject, asked, program = next_one
            latest = self._answers.get(subject)
            if latest is None or latest[0] != asked:
                continue  # nobody waits for it any more
            self._answered.put((subject, asked, self._find_answer(asked.question, program)))

    def _find_answer(self, question: TimetableQuestion, program: Program) -> TimetableAnswer | None:
        try:
            report = self._ask(program, [question])
        except FanjetError as error:
            if isinstance(error, ExecutionError) and error.temporary:
                return None
            return TimetableAnswer(error=ParseError(str(program.path), None, "timetable", str(error)))
        return read_answer(report.answers, report.errors)
