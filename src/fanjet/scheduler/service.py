"""The scheduler of a service: carries out whatever runs the database asks for, until it is told to stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from math import inf

from fanjet.errors import ExecutionError, LeaseLostError
from fanjet.model.states import RunStatus
from fanjet.scheduler.asked_runs import AskedRuns
from fanjet.scheduler.asset_runs import AssetRuns
from fanjet.scheduler.intake import Intake
from fanjet.scheduler.leases import LeaseTerms
from fanjet.scheduler.loop import Scheduler
from fanjet.scheduler.measuring import Measuring
from fanjet.scheduler.own_timetables import OwnTimetables
from fanjet.scheduler.past import PastGates
from fanjet.scheduler.planner import Planner
from fanjet.scheduler.pools import Pools
from fanjet.scheduler.rests import find_rest_s
from fanjet.scheduler.waiting_deadlines import WaitingDeadlines
from fanjet.store.database.bells import Bell
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
#: Between two looks at the database; what another scheduler has left is among what is looked for.
LOOK_EVERY_S = 1.0
#: Between two looks for what is due by the clock: what is due soon after is made with it.
_NO_SOONER_S = 0.02


class Service:
    """Goes round the loop, and between two turns does what is due.

    Args:
        journal: The store.
        session: The number of the scheduler in it.
        scheduler: Carries the runs out.
        intake: Brings runs in.
        planner: Makes runs by the clock.
        asset_runs: Makes runs when there is something new of assets.
        timetables: Ask the code of authors.
        asked_runs: Asks what runs are about that nothing but code can say.
        waiting_deadlines: Tells of deadlines of runs that have not started.
        gates: Hold back what waits for earlier runs.
        pools: Its part of what all schedulers share.
        measuring: Writes down what is measured.
        terms: How long leases hold.
        stop_grace_s: How long running tries may go on once a stop was asked for.
        clock: Gives the instant.
        chores: Called about once a second with the instant, for what may take its time elsewhere.
        bell: Rings when there is something new; the executor wakes up for it. None where nobody waits so impatiently.
    """

    def __init__(
        self,
        *,
        journal: ServiceJournal,
        session: int,
        scheduler: Scheduler,
        intake: Intake,
        planner: Planner,
        asset_runs: AssetRuns,
        timetables: OwnTimetables,
        asked_runs: AskedRuns,
        waiting_deadlines: WaitingDeadlines,
        gates: PastGates,
        pools: Pools,
        measuring: Measuring,
        terms: LeaseTerms,
        stop_grace_s: float,
        clock: Callable[[], float],
        bell: Bell | None = None,
        chores: Sequence[Callable[[float], None]] = (),
    ) -> None:
        self._journal = journal
        self._session = session
        self._scheduler = scheduler
        self._intake = intake
        self._planner = planner
        self._asset_runs = asset_runs
        self._timetables = timetables
        self._asked_runs = asked_runs
        self._waiting_deadlines = waiting_deadlines
        self._gates = gates
        self._pools = pools
        self._measuring = measuring
        self._terms = terms
        self._stop_grace_s = stop_grace_s
        self._clock = clock
        self._bell = bell
        self._chores = chores
        self._pulse: Callable[[], None] = lambda: None
        #: The next look for everything, and the next for what is due by the clock.
        self._looks_at = 0.0
        self._due_at = inf

    def run(self, pulse: Callable[[], None] = lambda: None) -> None:
        """Go on until a stop was asked for and what runs has ended, or the grace is over.

        Runs that are under way then are given up in good order: whoever comes next goes on with them.

        Args:
            pulse: Called whenever it goes on, after each thing that may wait for the store.

        Raises:
            ExecutionError: The store has failed for good, or for longer than the patience for it.
        """
        give_up_at: float | None = None
        self._pulse = pulse
        while True:
            self.turn()
            pulse()
            if self._scheduler.stopping:
                now = self._clock()
                give_up_at = now + self._stop_grace_s if give_up_at is None else give_up_at
                if self._scheduler.done_stopping or now >= give_up_at:
                    break
        self._give_up()

    def turn(self) -> None:
        """One turn of the loop, and what is due beside it."""
        looks_at = inf if self._scheduler.stopping else min(self._looks_at, self._due_at)
        self._scheduler.wake_at = min(looks_at, self._pools.find_next_look_at())
        self._scheduler.turn()
        self._pulse()
        if self._bell is not None and self._bell.answer():
            self._looks_at = 0.0
            self._scheduler.commands.ask_now()
            self._pools.hear()
        if self._timetables.hear() or self._asset_runs.has_news():
            self._looks_at = 0.0
        self._follow()
        self._finish()
        self._look_at_pools()
        self._pulse()
        if self._intake.reopened.has_new:
            self._looks_at = 0.0
        if not self._scheduler.stopping:
            self._look()

    def _look_at_pools(self) -> None:
        """Keep what is shared with others, also while what runs comes to its end."""
        try:
            if self._pools.look():
                self._scheduler.fill()
        except ExecutionError as error:
            if not error.temporary:
                raise
            _log.warning("%s", error)

    def _look(self) -> None:
        """Whatever is due beside the runs. A store that fails for a moment is asked again a little later."""
        now = self._clock()
        is_for_all = now >= self._looks_at
        if not is_for_all and now < self._due_at:
            return
        self._due_at = now + LOOK_EVERY_S
        if is_for_all:
            self._looks_at = now + LOOK_EVERY_S
        began_at = time.monotonic()
        try:
            more = self._look_for_all(now) if is_for_all else self._look_for_due()
            self._due_at = self._clock() + max(self._find_wait_s(), _NO_SOONER_S)
            if is_for_all:
                self._looks_at = max(self._looks_at, self._clock() + find_rest_s(time.monotonic() - began_at))
        except ExecutionError as error:
            if not error.temporary and not isinstance(error, LeaseLostError):
                raise
            _log.warning("%s", error)
        else:
            if more:
                self._looks_at = now

    def _look_for_due(self) -> bool:
        """What the clock says; whether there is more of it."""
        more = self._planner.look()
        self._waiting_deadlines.look()
        return self._intake.start_queued() or more

    def _look_for_all(self, now: float) -> bool:
        more = self._asset_runs.look()
        self._asked_runs.look()
        more |= self._look_for_due()
        self._intake.take_asked()
        if self._gates.look():
            self._scheduler.fill()
        for chore in self._chores:
            chore(now)
        self._measuring.look(now)
        more |= self._intake.take_left()
        self._intake.reopened.look()
        return more

    def _find_wait_s(self) -> float:
        """Until something is due by the clock."""
        return min(self._planner.find_wait_s(), self._waiting_deadlines.find_next_at() - self._clock())

    def _follow(self) -> None:
        """What follows at once from what has just ended: others have waited for it, here and elsewhere."""
        try:
            self._waiting_deadlines.take(self._scheduler.decisions.take_strays())
            has_passed, is_open = self._gates.look_here()
            if is_open:
                self._scheduler.fill()
            if has_passed:
                self._journal.ring_others(self._session)
        except ExecutionError as error:
            if not error.temporary and not isinstance(error, LeaseLostError):
                raise
            _log.warning("%s", error)

    def _finish(self) -> None:
        """Let go of the runs that are over."""
        over = self._scheduler.ownership.list_over()
        if not over:
            return
        for number in over:
            self._scheduler.ownership.let_go(number)
        self._journal.release_leases(over, self._session)
        self._gates.let_go(over)
        self._intake.has_room = True
        self._looks_at = 0.0

    def _give_up(self) -> None:
        left = [(number, self._scheduler.ownership.let_go(number)) for number in list(self._scheduler.runs.numbers)]
        self._measuring.write(self._clock())  # what was counted since the last time
        self._waiting_deadlines.close()
        self._journal.release_leases([number for number, _ in left], self._session)
        # What still runs is about to be killed: others have its slots when it is gone.
        self._journal.end_session(self._session, is_idle=self._scheduler.is_idle)
        unfinished = sum(status == RunStatus.RUNNING for _, status in left)
        if unfinished:
            _log.info("Stopped with %d unfinished runs; the next scheduler goes on with them.", unfinished)
