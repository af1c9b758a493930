"""Keeps exceptions that signal handlers raise out of a critical section."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TypeAlias

_Handler: TypeAlias = Callable[[int, FrameType | None], Any] | int | None

#: Those whose handlers raise in a running task: its time limit and its cancellation.
_RAISING = (signal.SIGALRM, signal.SIGTERM)


class HeldSignals:
    """A block in which these signals wait; they are delivered when it is left.

    An exception in the middle of a frame would leave half of it in the pipe. Only the main thread runs handlers, so
    that in any other thread there is nothing to hold.
    """

    def __enter__(self) -> None:
        self._came: list[int] = []
        self._main = threading.current_thread() is threading.main_thread()
        self._handlers: list[tuple[int, _Handler]] = []
        if self._main:
            try:
                for number in _RAISING:
                    self._handlers.append((number, signal.signal(number, self._remember)))
            except BaseException:  # one came just before its handler was replaced
                self._restore()
                raise

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        self._came.append(number)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._restore()
        for number in dict.fromkeys(self._came):
            signal.raise_signal(number)

    def _restore(self) -> None:
        for number, handler in self._handlers:
            signal.signal(number, handler)
