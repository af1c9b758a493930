"""SIGTERM in a worker: the running try is cancelled, by its executor or by somebody outside."""

from __future__ import annotations

import os
import signal
from types import FrameType

from fanjet.worker.slot import CANCEL, Slot


class TryCancelled(BaseException):
    """Raised in a task that is to stop. No `Exception`, so that a task's own error handling does not swallow it."""


class Cancellation:
    """Turns SIGTERM into `TryCancelled` in the try that it is meant for, and in no other."""

    def __init__(self, slot: Slot) -> None:
        self._words = slot.words
        #: The cancelled sequence that the last signal was about.
        self._handled = 0
        #: The sequence of the try that may be interrupted now; 0 for none.
        self.running = 0

    def install(self) -> None:
        """Listen from now on. Processes that tasks fork die of SIGTERM as usual."""
        signal.signal(signal.SIGTERM, self._handle)
        os.register_at_fork(after_in_child=_reset)

    def reinstall(self) -> None:
        """Listen again, in a fork that carries on with the worker's try."""
        signal.signal(signal.SIGTERM, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        cancelled = self._words[CANCEL]
        if cancelled not in {self._handled, self.running}:
            self._handled = cancelled  # came late: that try is over
            return
        by_executor = cancelled == self.running
        self._handled = cancelled
        if not self.running:
            raise SystemExit(0)
        self.running = 0
        raise TryCancelled("The try was cancelled." if by_executor else "The worker was told to end (SIGTERM).")


def _reset() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
