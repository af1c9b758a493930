"""When DAGs are due whose timetable is the author's: asked of their code, in a process of its own.

The loop never waits for an answer. It asks, goes on, and finds the answer there at one of its next looks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple, TypeAlias

from fanjet.errors import FanjetError
from fanjet.model.programs import Program
from fanjet.model.schedules import Due, Interval
from fanjet.parsing.report import ParseReport

_log = logging.getLogger("fanjet.scheduler")

#: Loads the file of a program and reports when its DAGs are due after these; raises an `ExecutionError` when it cannot.
AskFile: TypeAlias = Callable[[Program, dict[str, Interval]], ParseReport]


class Question(NamedTuple):
    """When is a DAG due next, after its latest scheduled run?"""

    dag_id: str
    version: int
    after: Interval | None


class Answer(NamedTuple):
    """What the code says."""

    #: The next runs, in order; empty for none, or when something is wrong.
    dues: list[Due]
    error: str | None = None


class OwnTimetables:
    """Asks, one file after another.

    Args:
        ask: Does it; called in a thread.
    """

    def __init__(self, ask: AskFile) -> None:
        self._ask = ask
        #: The latest question of each DAG, with its answer once that is there.
        self._answers: dict[str, tuple[Question, Answer | None]] = {}
        self._questions: SimpleQueue[tuple[Question, Program] | None] = SimpleQueue()
        self._answered: SimpleQueue[tuple[Question, Answer]] = SimpleQueue()
        self._thread: Thread | None = None

    def find(self, question: Question, program: Program) -> Answer | None:
        """The answer; None while it is being asked for."""
        while not self._answered.empty():
            asked, answer = self._answered.get()
            if self._answers.get(asked.dag_id, (None, None))[0] == asked:
                self._answers[asked.dag_id] = (asked, answer)
        known = self._answers.get(question.dag_id)
        if known is not None and known[0] == question:
            return known[1]
        self._answers[question.dag_id] = (question, None)
        self._questions.put((question, program))
        if self._thread is None:
            self._thread = Thread(target=self._work, name="timetables", daemon=True)
            self._thread.start()
        return None

    def forget(self, dag_id: str) -> None:
        """Ask again the next time, as the answer may have been about an instant that is over."""
        self._answers.pop(dag_id, None)

    def close(self) -> None:
        """Ask nothing more."""
        if self._thread is not None:
            self._questions.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (next_one := self._questions.get()) is not None:
            question, program = next_one
            latest = self._answers.get(question.dag_id)
            if latest is None or latest[0] != question:
                continue  # nobody waits for it any more
            self._answered.put((question, self._find_answer(question, program)))

    def _find_answer(self, question: Question, program: Program) -> Answer:
        try:
            after = {} if question.after is None else {question.dag_id: question.after}
            report = self._ask(program, after)
        except FanjetError as error:
            return Answer([], str(error))
        if question.dag_id in report.due:
            return Answer(report.due[question.dag_id])
        return Answer([], str(report.errors[0]) if report.errors else f"{program.path} has no DAG {question.dag_id!r}")
