"""When DAGs are due whose timetable is the author's: asked of their code, in processes of their own.

The loop never waits for an answer. It asks, goes on, and is woken when the answer is there. A few are asked at once,
and those that take long wait for each other alone, so that one that hangs holds up none that does not.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from fanjet.errors import ExecutionError, FanjetError
from fanjet.model.programs import Program
from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.asked_timetables import read_answer
from fanjet.parsing.report import ParseError, ParseReport, TimetableAnswer

_log = logging.getLogger("fanjet.scheduler")
#: How many are asked at once of those that answer soon, and of those that took long the last time.
_QUICK, _SLOW = 2, 1
_SLOW_S = 2.0
#: An answer that nobody has come for by then, as another scheduler was quicker, may not be true any more.
_FRESH_S = 10.0
_READ_BYTES = 4096


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


class OwnTimetables:
    """Asks.

    Args:
        open_asker: Gives one more of those that ask.
        slow_s: From when on an answer has taken long.
        fresh_s: For how long an answer is true.
    """

    def __init__(self, open_asker: Callable[[], Asker], slow_s: float = _SLOW_S, fresh_s: float = _FRESH_S) -> None:
        self._open_asker = open_asker
        self._fresh_s = fresh_s
        self._slow_s = slow_s
        #: By what it is about: the latest question, with its answer once that is there.
        self._answers: dict[str, tuple[Asked, Said | None]] = {}
        self._answered: SimpleQueue[tuple[str, Asked, Said | None]] = SimpleQueue()
        self._quick = ThreadPoolExecutor(_QUICK, "timetables")
        self._slow = ThreadPoolExecutor(_SLOW, "slow-timetables")
        #: Those that took long the last time: of which file, and of which DAG in it.
        self._are_slow: set[tuple[tuple[str, str, str], str]] = set()
        #: All, and those that are not asking.
        self._askers: list[Asker] = []
        self._idle: SimpleQueue[Asker] = SimpleQueue()
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
        if known is not None and known[0] == asked and self._is_fresh(known[1]):
            return known[1]
        self._answers[subject] = (asked, None)
        lane = self._slow if self._is_slow(asked, program) else self._quick
        lane.submit(self._work, subject, asked, program, lane is self._slow)
        return None

    def forget(self, subject: str) -> None:
        """Ask again the next time, as the answer may have been about an instant that is over."""
        self._answers.pop(subject, None)

    def fileno(self) -> int:
        """Readable when there is an answer; -1 once it is closed."""
        return -1 if self._is_closed else self._ear

    def hear(self) -> bool:
        """Whether answers have come since the last time."""
        try:
            return bool(os.read(self._ear, _READ_BYTES))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Ask nothing more, and wait for no answer."""
        self._is_closed = True
        self._quick.shutdown(wait=False, cancel_futures=True)
        self._slow.shutdown(wait=False, cancel_futures=True)
        for asker in list(self._askers):
            asker.abort()
        self._quick.shutdown()
        self._slow.shutdown()
        for asker in self._askers:
            asker.close()
        os.close(self._ear)
        os.close(self._mouth)

    def _is_slow(self, asked: Asked, program: Program) -> bool:
        return (program.key, asked.question.dag_id) in self._are_slow

    def _take_answers(self) -> None:
        while not self._answered.empty():
            subject, asked, said = self._answered.get()
            if self._answers.get(subject, (None, None))[0] == asked:
                if said is None:
                    self.forget(subject)  # nobody could be asked: the next one who wants to know asks again
                else:
                    self._forget_stale()
                    self._answers[subject] = (asked, said)

    def _is_fresh(self, said: Said | None) -> bool:
        return said is None or time.monotonic() - said.at <= self._fresh_s

    def _forget_stale(self) -> None:
        for subject in [subject for subject, (_, said) in self._answers.items() if not self._is_fresh(said)]:
            self.forget(subject)

    # --- in the threads ---

    def _work(self, subject: str, asked: Asked, program: Program, is_patient: bool) -> None:
        latest = self._answers.get(subject)
        if self._is_closed or latest is None or latest[0] != asked:
            return  # nobody waits for it any more
        if not is_patient and self._is_slow(asked, program):  # as was seen since it was asked
            with contextlib.suppress(RuntimeError):  # it is being closed
                self._slow.submit(self._work, subject, asked, program, True)
            return
        said = self._ask(asked, program)
        self._answered.put((subject, asked, said))
        if said is None:
            return  # it is asked again in a while
        which = (program.key, asked.question.dag_id)
        if said.is_slow:
            self._are_slow.add(which)
        else:
            self._are_slow.discard(which)
        with contextlib.suppress(BlockingIOError):  # full: it will be heard
            os.write(self._mouth, b"!")

    def _ask(self, asked: Asked, program: Program) -> Said | None:
        """The answer; None where nobody could be asked."""
        began_at = time.monotonic()
        try:
            asker = self._take_asker()
            try:
                report = asker.ask(program, [asked.question])
            finally:
                self._idle.put(asker)
        except (FanjetError, OSError) as error:
            if isinstance(error, OSError) or (isinstance(error, ExecutionError) and error.temporary):
                if not self._is_closed:
                    _log.warning("The timetable of DAG %r is asked again: %s", asked.question.dag_id, error)
                return None
            answer = TimetableAnswer(error=ParseError(str(program.path), None, "timetable", str(error)))
        else:
            answer = read_answer(report.answers, report.errors)
        at = time.monotonic()
        return Said(answer, at - began_at >= self._slow_s, at)

    def _take_asker(self) -> Asker:
        try:
            return self._idle.get_nowait()
        except Empty:
            asker = self._open_asker()
            self._askers.append(asker)
            return asker
