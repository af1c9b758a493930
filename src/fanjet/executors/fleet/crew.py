"""The processes of one program, and what is kept for them while they are not there."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from fanjet.executors.local.family import Family
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.orders import Order
from fanjet.executors.same_dag import find_difference
from fanjet.model.changes import DropTriggers, WatchTriggers
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo
from fanjet.parsing.report import ParseError

#: What can wait until the program is loaded.
KeptOrder: TypeAlias = Order | WatchTriggers

#: Its processes are started anew so often within so long.
_MOST_REPLACED = 5
_REPLACED_WITHIN_S = 60.0


class Crew:
    """One program in use.

    Args:
        program: One of the programs that it can serve; see `Program.key`.
    """

    def __init__(self, program: Program) -> None:
        self.key = program.key
        self._root, self._path = program.root, program.path
        #: Its processes; None while it is not wanted, or waits for its turn to be loaded.
        self.family: Family | None = None
        #: The file has been loaded, and is what the runs want.
        self.is_ready = False
        self.runs: dict[int, tuple[RunInfo, Program]] = {}
        #: In the order in which they came.
        self.orders: deque[KeptOrder] = deque()
        #: Since when somebody waits for it to be loaded (`time.monotonic`); None when nobody does.
        self.wanted_since: float | None = None
        #: Whether something of it could go on if it were loaded.
        self.is_urgent = False
        #: Whether it wanted to start more than it could, and has started anything since it was loaded.
        self.is_hungry = self.was_served = False
        self.loaded_at = 0.0
        #: When it last had something to do.
        self.used_at = time.monotonic()
        #: How long its processes may be left alone, from when they were last prepared for a wait.
        self.patience_s = 0.0
        #: When its processes were lately started anew.
        self._replaced_at: list[float] = []

    def want(self, *, urgent: bool) -> None:
        """Have it loaded when its turn comes; others are closed for it only if that is urgent."""
        if self.family is None:
            self.is_urgent = self.is_urgent or urgent
            if self.wanted_since is None:
                self.wanted_since = time.monotonic()

    def load(self, start: Callable[[Path, Path], Family]) -> None:
        """Start to load.

        Args:
            start: Starts processes that load a file below a root.

        Raises:
            ExecutionError: No process can be started, or no log be written.
        """
        self.family = start(self._path, self._root)
        self.wanted_since = None
        self.is_urgent = self.was_served = False

    def may_be_replaced(self) -> bool:
        """Whether it makes sense to start the processes anew; not when that did not help shortly before."""
        now = time.monotonic()
        self._replaced_at = [at for at in self._replaced_at if now - at < _REPLACED_WITHIN_S]
        self._replaced_at.append(now)
        return len(self._replaced_at) <= _MOST_REPLACED

    def find_errors(self) -> dict[int, str] | None:
        """Once it is loaded: the runs that it cannot serve, with the reasons. None before."""
        loaded = None if self.family is None else self.family.loaded
        if loaded is None:
            return None
        if loaded.errors:
            reason = "\n".join(map(_describe, loaded.errors))
            return dict.fromkeys(self.runs, reason)
        self.is_ready = True
        self.loaded_at = self.used_at = time.monotonic()
        errors = {number: self._open(*known) for number, known in self.runs.items()}
        return {number: reason for number, reason in errors.items() if reason is not None}

    def open_run(self, info: RunInfo, program: Program) -> str | None:
        """Serve a run; the reason why that cannot be, None when it can."""
        self.runs[info.number] = (info, program)
        self.used_at = time.monotonic()
        self.want(urgent=False)
        return self._open(info, program) if self.is_ready else None

    def close_run(self, number: int) -> None:
        """The run has nothing more to do."""
        self.runs.pop(number, None)
        self.orders = deque(order for order in self.orders if order.run != number)
        self.used_at = time.monotonic()
        if not self.runs:
            self.wanted_since = None
        if self.is_ready and self.family is not None:
            self.family.close_run(number)

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start tries; it is ready."""
        assert self.family is not None
        self.used_at = time.monotonic()
        self.was_served = True
        self.family.launching.launch(launches)

    def carry_out(self, order: KeptOrder) -> None:
        """Have its processes do what was ordered; it is ready."""
        assert self.family is not None
        if isinstance(order, WatchTriggers):
            self.family.triggers.watch(order)
        else:
            self.family.control.send(order)

    def drop_triggers(self, request: DropTriggers) -> None:
        """Nobody waits for these triggers any more, whether or not they have reached the processes."""
        dropped = set(request.tickets)
        self.orders = deque(
            _without(order, dropped) if isinstance(order, WatchTriggers) and order.run == request.run else order
            for order in self.orders
        )
        if self.family is not None:
            self.family.triggers.drop(request)

    def retire(self, worker: int) -> None:
        """Let a worker end that has nothing to do."""
        if self.family is not None:
            self.family.retirement.retire(worker)

    def take_family(self) -> Family | None:
        """Part from the processes; what has runs can be loaded again."""
        family, self.family, self.is_ready = self.family, None, False
        return family

    @property
    def is_loading(self) -> bool:
        """Whether the file is being loaded for the first time."""
        return self.family is not None and not self.is_ready

    @property
    def workers(self) -> dict[int, WorkerHandle]:
        """Its workers by number; empty while it is not there."""
        return {} if self.family is None else self.family.workers

    def is_idle(self) -> bool:
        """Whether its processes do nothing, and nothing is kept for them."""
        return not self.orders and (self.family is None or self.family.is_idle())

    def _open(self, info: RunInfo, program: Program) -> str | None:
        assert self.family is not None
        assert self.family.loaded is not None
        difference = find_difference(program.spec, self.family.loaded.specs)
        if difference is not None:
            return (
                f"{self._path} is not what the run began with: {difference}. Fix: what the file defines may depend on "
                "nothing that changes, such as the time, the environment or a variable; or start a new run."
            )
        self.family.open_run(info)
        return None


def _describe(error: ParseError) -> str:
    return f"{error}\n{error.traceback}" if error.traceback else str(error)


def _without(order: WatchTriggers, dropped: set[int]) -> WatchTriggers:
    left = [pair for pair in zip(order.tickets, order.carries, strict=True) if pair[0] not in dropped]
    tickets, carries = [ticket for ticket, _ in left], [carry for _, carry in left]
    return WatchTriggers(run=order.run, tickets=tickets, carries=carries)
