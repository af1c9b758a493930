"""Processes of programs that are not needed any more: they end by themselves, and nobody waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable

from fanjet.errors import ExecutionError
from fanjet.executors.local.executor import CLOSE_PATIENCE_S
from fanjet.executors.local.family import Family
from fanjet.executors.local.guard_handle import GuardHandle


class Departures:
    """Families whose workers finish in good order, and guards that are killing what was left.

    Args:
        let_go: Called with a family before its files are closed.
    """

    def __init__(self, let_go: Callable[[Family], None]) -> None:
        self._let_go = let_go
        #: With the end of the patience for each (`time.monotonic`).
        self._stopping: dict[Family, float] = {}
        self._guards: list[GuardHandle] = []

    def stop(self, family: Family) -> None:
        """Let the idle workers of a family end as they would at the end of a run."""
        family.stop()
        self._stopping[family] = time.monotonic() + CLOSE_PATIENCE_S

    def kill(self, family: Family) -> None:
        """End a family with all that it has."""
        self._stopping.pop(family, None)
        self._let_go(family)
        self._guards += family.release()

    def list_stopping(self) -> list[Family]:
        """Those that still have to be attended to."""
        return list(self._stopping)

    def look(self) -> None:
        """Go on with all of them."""
        now = time.monotonic()
        for family, give_up_at in list(self._stopping.items()):
            if family.is_empty() or now > give_up_at:
                self.kill(family)
        self._guards = [guard for guard in self._guards if not guard.is_gone()]

    def attend(self, family: Family) -> None:
        """Take in what one says; it belongs to no run any more."""
        try:
            family.attend()
        except ExecutionError:  # its processes do not even end in good order; nothing of a run is lost with them
            self.kill(family)

    def wait(self) -> None:
        """Wait until everything has ended; what does not is killed."""
        for family in self.list_stopping():
            self.kill(family)
        for guard in self._guards:
            guard.close()
        self._guards.clear()
