"""An event loop in virtual time: whoever sleeps an hour in it moves the clock on by an hour."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeAlias, TypeVar, TypeVarTuple, Unpack

from fanjet.errors import OperationError
from fanjet.testing.aborting import Abort
from fanjet.testing.virtual_clock import VirtualClock

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")
_Ready: TypeAlias = list[tuple[selectors.SelectorKey, int]]

#: An open connection gets so much real time to bring something before virtual time moves on.
_OUTSIDE_S = 0.05
_LEAST_S = 1e-6
#: When triggers have kept a test waiting for so much real time, something is wrong.
_PATIENCE_S = 30.0


class _Selector(selectors.DefaultSelector):
    """Waits for what happens outside; where nothing does, time passes at once."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock
        #: How much work is with threads; time stands still until it is done.
        self.in_threads = 0
        self._give_up_at = time.monotonic() + _PATIENCE_S

    def renew_patience(self) -> None:
        """Begin to count anew."""
        self._give_up_at = time.monotonic() + _PATIENCE_S

    def select(self, timeout: float | None = None) -> _Ready:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.in_threads or len(self.get_map()) > 1:  # to one descriptor the loop listens itself
            ready = super().select(_OUTSIDE_S)
        if time.monotonic() > self._give_up_at:
            raise Abort(
                OperationError(
                    f"Triggers have not fired for {_PATIENCE_S:g} s. Fix: replace= the task that waits, or let its "
                    "trigger look less often."
                )
            )
        if not ready and not self.in_threads and timeout is not None:
            self._pass(timeout)
        return ready

    def _pass(self, seconds: float) -> None:
        """Let time pass; what is too little to be told from nothing would never be over."""
        before = self._clock.time()
        self._clock.sleep(seconds)
        if self._clock.time() == before:
            self._clock.sleep(_LEAST_S)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose time is that of a virtual clock.

    Args:
        clock: The clock.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._virtual_clock = clock
        self._started_at = clock.time()
        self._virtual_selector = _Selector(clock)
        super().__init__(self._virtual_selector)
        #: What is due within it is due now. Asyncio's own, nanoseconds, gets lost in years of virtual time.
        self._clock_resolution = _LEAST_S

    def time(self) -> float:
        """How far the clock has come: small numbers are exact ones."""
        return self._virtual_clock.time() - self._started_at

    def renew_patience(self) -> None:
        """Begin to count anew."""
        self._virtual_selector.renew_patience()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[_Args]], _T], *args: *_Args
    ) -> asyncio.Future[_T]:
        """As always; time stands still until it is done."""
        self._virtual_selector.in_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._note_done)
        return future

    def _note_done(self, _future: object) -> None:
        self._virtual_selector.in_threads -= 1
