"""Raises in a task that takes too long."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

from fanjet.authoring.exceptions import TaskTimeout
from fanjet.errors import ExecutionError

#: Years; the system's own numbers end at some point.
_LONGEST_S = 1e9


class TimeLimit:
    """A block that may take so long; `TaskTimeout` is raised in it when it takes longer.

    Args:
        seconds: The limit, greater than 0.
        what: Words for the message, such as ``Task 't'``.
        limit: The limit in words; None for an ``execution_timeout``.
    """

    def __init__(self, seconds: float, what: str, limit: str | None = None) -> None:
        self._seconds = seconds
        self._what = what
        self._limit = f"its execution_timeout of {seconds:g} s" if limit is None else limit

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise ExecutionError(f"{self._what} has a time limit, which only the main thread can keep.")
        self._handler = signal.signal(signal.SIGALRM, self._raise)
        signal.setitimer(signal.ITIMER_REAL, min(self._seconds, _LONGEST_S))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._handler)

    def _raise(self, _number: int, _frame: FrameType | None) -> None:
        raise TaskTimeout(f"{self._what} took longer than {self._limit}.")
