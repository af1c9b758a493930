"""Processes of programs that are not needed any more: they end by themselves, and nobody waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable

from fanjet.errors import ExecutionError
from fanjet.executors.local.executor import CLOSE_PATIENCE_S, LocalExecutor
from fanjet.executors.local.guard_handle import GuardHandle


class Departures:
    """Executors whose workers finish in good order, and guards that are killing what was left.

    Args:
        let_go: Called with an executor before its files are closed.
    """

    def __init__(self, let_go: Callable[[LocalExecutor], None]) -> None:
        self._let_go = let_go
        #: With the end of the patience for each (`time.monotonic`).
        self._stopping: dict[LocalExecutor, float] = {}
        self._guards: list[GuardHandle] = []

    def stop(self, executor: LocalExecutor) -> None:
        """Let the idle workers of an executor end as they would at the end of a run."""
        executor.stop()
        self._stopping[executor] = time.monotonic() + CLOSE_PATIENCE_S

    def kill(self, executor: LocalExecutor) -> None:
        """End an executor with all that it has."""
        self._stopping.pop(executor, None)
        self._let_go(executor)
        self._guards += executor.release()

    def list_stopping(self) -> list[LocalExecutor]:
        """Those that still have to be attended to."""
        return list(self._stopping)

    def look(self) -> None:
        """Go on with all of them."""
        now = time.monotonic()
        for executor, give_up_at in list(self._stopping.items()):
            if executor.is_empty() or now > give_up_at:
                self.kill(executor)
        self._guards = [guard for guard in self._guards if not guard.is_gone()]

    def attend(self, executor: LocalExecutor) -> None:
        """Take in what one says; it belongs to no run any more."""
        try:
            executor.attend()
        except ExecutionError:  # its processes do not even end in good order; nothing of a run is lost with them
            self.kill(executor)

    def wait(self) -> None:
        """Wait until everything has ended; what does not is killed."""
        for executor in self.list_stopping():
            self.kill(executor)
        for guard in self._guards:
            guard.close()
        self._guards.clear()
