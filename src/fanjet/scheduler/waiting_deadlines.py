"""Deadlines of runs that wait for their start: whom they name is told when they pass, not when the run starts.

Of a run whose deadline passes a scheduler takes the lease while the callback runs, so that only one has it run. If that
scheduler dies meanwhile, the run is free again when the lease runs out, and whoever starts it has the callback run
again, as `fanjet.scheduler.time_limits` does for all deadlines whose callbacks have not been recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

from fanjet.errors import FanjetError, LeaseLostError, RunOwnedError
from fanjet.executors.port import Executor
from fanjet.model.changes import KeepDeadlines
from fanjet.model.events import CallbacksRan
from fanjet.model.runs import RunInfo
from fanjet.scheduler.deadlines import describe_miss, find_deadlines, order_callback
from fanjet.scheduler.leases import LeaseTerms
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.programs import Programs
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
#: The most runs that are looked at for the first time in one turn.
_AT_A_TIME = 500


@dataclass(slots=True)
class _Told:
    """A run whose callbacks are with workers."""

    info: RunInfo
    deadlines: list[float | None]
    out: set[int]


class WaitingDeadlines:
    """Has callbacks of runs run that no scheduler has started.

    Args:
        journal: The store.
        session: The number of the scheduler.
        programs: The DAGs by version.
        executor: Where the callbacks run.
        terms: How long leases hold.
        clock: Gives the instant.
    """

    def __init__(
        self,
        *,
        journal: ServiceJournal,
        session: int,
        programs: Programs,
        executor: Executor,
        terms: LeaseTerms,
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._session = session
        self._programs = programs
        self._executor = executor
        self._terms = terms
        self._clock = clock
        #: The last run that was looked at.
        self._seen = 0
        #: (instant, run, version), the soonest first.
        self._waiting: list[tuple[float, int, int]] = []
        self._told: dict[int, _Told] = {}

    def look(self) -> None:
        """Have the callbacks of deadlines run that have passed."""
        for run, version in self._journal.list_queued_after(self._seen, _AT_A_TIME):
            self._seen = run
            spec = self._programs.get_version(version).spec
            info = self._journal.find_queued(run) if spec.deadlines else None
            for instant in () if info is None else find_deadlines(self._journal, spec, info):
                if instant is not None:
                    heappush(self._waiting, (instant, run, version))
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= now:
            _, run, version = heappop(self._waiting)
            if run not in self._told:
                self._tell(run, version, now)

    def find_next_at(self) -> float:
        """The instant of the next deadline; infinite where there is none."""
        return self._waiting[0][0] if self._waiting else inf

    def take(self, events: Sequence[CallbacksRan]) -> None:
        """Callbacks have run of runs that no scheduler has started."""
        for event in events:
            told = self._told.get(event.run)
            if told is None or event.deadline not in told.out:
                continue
            if event.error is not None:
                _log.warning("a callback failed: %s", event.error)
            told.out.discard(event.deadline)
            told.deadlines[event.deadline] = None
            if not told.out:
                self._end(told)

    def hand_over(self, owned: OwnedRun) -> None:
        """The run starts here; what is under way for it goes on as its own."""
        told = self._told.pop(owned.info.number, None)
        if told is not None:
            owned.deadlines_out |= told.out
            owned.callbacks_out += len(told.out)

    def close(self) -> None:
        """Let go of all runs."""
        self._journal.release_leases([*self._told], self._session)
        self._told.clear()

    def _tell(self, run: int, version: int, now: float) -> None:
        if self._journal.find_queued(run) is None:
            return  # it has started, or ended
        try:
            self._journal.take_lease(run, self._session, lease_s=self._terms.lease_s)
        except RunOwnedError:
            return  # another scheduler tells, or has started it
        info = self._journal.find_queued(run)
        try:
            if info is None or not self._order(info, version, now):
                self._journal.release_leases([run], self._session)
        except FanjetError as error:
            _log.error("The callback of a deadline of run %d cannot run: %s", run, error)
            self._journal.release_leases([run], self._session)

    def _order(self, info: RunInfo, version: int, now: float) -> bool:
        """Have the callbacks run; whether there are any."""
        program = self._programs.get(version)
        instants = find_deadlines(self._journal, program.spec, info)
        missed = {number: at for number, at in enumerate(instants) if at is not None and at <= now}
        if not missed:
            return False
        self._told[info.number] = _Told(info, instants, set(missed))
        self._executor.open_run(info, program)
        for number, at in missed.items():
            _log.warning("%s It has not started.", describe_miss(program.spec, info, number, at))
            self._executor.run_callbacks(order_callback(info, number, at, is_waiting=True))
        return True

    def _end(self, told: _Told) -> None:
        run = told.info.number
        del self._told[run]
        self._executor.close_run(run)
        try:
            self._journal.write([KeepDeadlines(run=run, instants=tuple(told.deadlines))], [], at=self._clock())
        except LeaseLostError:
            return  # this scheduler was stopped past its lease: whoever has the run tells again
        self._journal.release_leases([run], self._session)
