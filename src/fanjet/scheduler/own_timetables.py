"""When DAGs are due whose timetable is the author's: asked of their code, in processes of their own.

The loop never waits for an answer. It asks, goes on, and is woken when the answer is there. A few are asked at once.
One that takes long makes room for another that may not; those that took long the last time wait for each other alone.
So one that hangs holds up none that does not.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple

from fanjet.errors import ExecutionError, FanjetError
from fanjet.model.programs import Program
from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.asked_timetables import read_answer
from fanjet.parsing.report import ParseError, TimetableAnswer
from fanjet.scheduler.askers import Asker, Askers

_log = logging.getLogger("fanjet.scheduler")
#: How many are asked at once of which nobody knows that they take long, and how many in all.
_QUICK, _ALL = 2, 6
_SLOW_S = 2.0
#: An answer that nobody has come for by then, as another scheduler was quicker, may not be true any more.
_FRESH_S = 10.0
_READ_BYTES = 4096


class Asked(NamedTuple):
    """A question to a version of a DAG."""

    version: int
    question: TimetableQuestion


class Said(NamedTuple):
    """What came of a question."""

    answer: TimetableAnswer
    #: Whether it took so long to come that others are not to wait for the next.
    is_slow: bool
    #: When it came, in seconds of `time.monotonic`.
    at: float


class _Question:
    """Something that is to be asked, or is being asked."""

    __slots__ = ("asked", "began_at", "program", "subject")

    def __init__(self, subject: str, asked: Asked, program: Program) -> None:
        self.subject = subject
        self.asked = asked
        self.program = program
        #: In seconds of `time.monotonic`.
        self.began_at = 0.0

    @property
    def which(self) -> tuple[tuple[str, str, str], str]:
        """Of which file, and of which DAG in it."""
        return self.program.key, self.asked.question.dag_id


class OwnTimetables:
    """Asks.

    Args:
        open_asker: Gives one more of those that ask.
        slow_s: From when on an answer has taken long.
        fresh_s: For how long an answer is true.
    """

    def __init__(self, open_asker: Callable[[], Asker], slow_s: float = _SLOW_S, fresh_s: float = _FRESH_S) -> None:
        self._slow_s = slow_s
        self._fresh_s = fresh_s
        #: By what it is about: the latest question, with its answer once that is there.
        self._answers: dict[str, tuple[Asked, Said | None]] = {}
        self._waiting: list[_Question] = []
        #: Those that are being asked; threads take them away.
        self._running: set[_Question] = set()
        #: Those that took long the last time.
        self._are_slow: set[tuple[tuple[str, str, str], str]] = set()
        self._answered: SimpleQueue[tuple[_Question, Said | None]] = SimpleQueue()
        self._threads = ThreadPoolExecutor(_ALL, "timetables")
        self._askers = Askers(open_asker, _QUICK)
        self._ear, self._mouth = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self._mouth, False)
        self._is_closed = False

    def find(self, subject: str, asked: Asked, program: Program) -> Said | None:
        """What was said; None while it is being asked for.

        Args:
            subject: What it is about: a new question takes the place of the one before.
            asked: The question.
            program: The files of the DAG's version.
        """
        self._take_answers()
        known = self._answers.get(subject)
        if known is None or known[0] != asked or not self._is_fresh(known[1]):
            self._answers[subject] = known = (asked, None)
            self._waiting = [each for each in self._waiting if each.subject != subject]
            self._waiting.append(_Question(subject, asked, program))
        self._start()
        return known[1]

    def forget(self, subject: str) -> None:
        """Ask again the next time, as the answer may have been about an instant that is over."""
        self._answers.pop(subject, None)

    def fileno(self) -> int:
        """Readable when there is an answer; -1 once it is closed."""
        return -1 if self._is_closed else self._ear

    def hear(self) -> bool:
        """Whether answers have come since the last time."""
        self._start()
        try:
            return bool(os.read(self._ear, _READ_BYTES))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Ask nothing more, and wait for no answer."""
        self._is_closed = True
        self._waiting.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._askers.abort()
        self._threads.shutdown()
        self._askers.close()
        os.close(self._ear)
        os.close(self._mouth)

    def _start(self) -> None:
        """Ask what may be asked now."""
        if not self._waiting:
            return
        long_ago = time.monotonic() - self._slow_s
        running = list(self._running)
        slow = sum(each.which in self._are_slow or each.began_at <= long_ago for each in running)
        quick = len(running) - slow
        for question in list(self._waiting):
            is_slow = question.which in self._are_slow
            if slow + quick >= _ALL or (slow > 0 if is_slow else quick >= _QUICK):
                continue
            slow, quick = slow + is_slow, quick + (not is_slow)
            self._waiting.remove(question)
            self._running.add(question)
            question.began_at = time.monotonic()
            self._threads.submit(self._work, question)

    def _take_answers(self) -> None:
        while not self._answered.empty():
            question, said = self._answered.get()
            if said is not None:
                (self._are_slow.add if said.is_slow else self._are_slow.discard)(question.which)
            if self._answers.get(question.subject, (None, None))[0] == question.asked:
                if said is None:
                    self.forget(question.subject)  # nobody could be asked: the next one who wants to know asks again
                else:
                    self._forget_stale()
                    self._answers[question.subject] = (question.asked, said)

    def _is_fresh(self, said: Said | None) -> bool:
        return said is None or time.monotonic() - said.at <= self._fresh_s

    def _forget_stale(self) -> None:
        for subject in [subject for subject, (_, said) in self._answers.items() if not self._is_fresh(said)]:
            self.forget(subject)

    def _work(self, question: _Question) -> None:
        """In a thread."""
        said = self._ask(question)
        self._running.discard(question)
        self._answered.put((question, said))
        if said is not None:  # else it is asked again in a while
            with contextlib.suppress(BlockingIOError):  # full: it will be heard
                os.write(self._mouth, b"!")

    def _ask(self, question: _Question) -> Said | None:
        """The answer; None where nobody could be asked."""
        try:
            report = self._askers.ask(question.program, question.asked.question)
        except (FanjetError, OSError) as error:
            if isinstance(error, OSError) or (isinstance(error, ExecutionError) and error.temporary):
                if not self._is_closed:
                    _log.warning("The timetable of DAG %r is asked again: %s", question.asked.question.dag_id, error)
                return None
            answer = TimetableAnswer(error=ParseError(str(question.program.path), None, "timetable", str(error)))
        else:
            answer = read_answer(report.answers, report.errors)
        at = time.monotonic()
        return Said(answer, at - question.began_at >= self._slow_s, at)
