"""What time brings to runs: they take too long, miss their deadlines, or may go on.

Of a deadline the database has the instant until its callback has run. Whoever carries the run out when it has passed
has the callback run; if that scheduler dies before the end of the callback is recorded, the next one has it run again.
So it runs at least once, unless the run ends before.
"""

from __future__ import annotations

from collections.abc import Callable

from fanjet.errors import ExecutionError
from fanjet.model.changes import KeepDeadlines, RunCallbacks
from fanjet.model.events import CallbacksRan, CancelRequested, ClockTicked, Event
from fanjet.model.states import RunStatus
from fanjet.scheduler.deadlines import describe_miss, find_deadlines, order_callback
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.store.journal.journal import Journal

#: Until the database is asked again when it had failed.
_ASK_AGAIN_S = 1.0


class TimeLimits:
    """Knows the time limits of the runs of one scheduler.

    Args:
        journal: The store.
        tell: Is given lines for people.
        steady: Seconds since some instant, however the clock is set.
    """

    def __init__(self, journal: Journal, tell: Callable[[str], None], steady: Callable[[], float]) -> None:
        self._journal = journal
        self._tell = tell
        self._steady = steady
        self._records: list[KeepDeadlines] = []

    def open(self, owned: OwnedRun, now: float) -> None:
        """Find the limits of a run that this scheduler begins to carry out."""
        if owned.machine.status not in {RunStatus.SUCCESS, RunStatus.FAILED}:
            self._begin_timeout(owned, now)
        if owned.spec.deadlines:
            self._find_deadlines(owned, now)

    def reopen(self, owned: OwnedRun, now: float) -> None:
        """Forget the deadlines that passed while the run had ended; it is opened again, and has its time again."""
        if owned.spec.dagrun_timeout_s is not None:
            self._set_timeout(owned, now, owned.spec.dagrun_timeout_s)
        kept = [None if at is not None and at <= now else at for at in owned.deadlines]
        if kept != owned.deadlines:
            owned.deadlines = kept
            self._keep(owned)

    def look(self, owned: OwnedRun, now: float) -> tuple[Event, list[RunCallbacks]]:
        """What has come about by now: news for the machine of a run, and callbacks of deadlines that it has missed."""
        number = owned.info.number
        if owned.finds_deadlines_at is not None and owned.finds_deadlines_at <= now:
            self._find_deadlines(owned, now)
        missed = [(deadline, at) for deadline, at in owned.list_deadlines() if at <= now]
        orders = [self._miss(owned, deadline, at) for deadline, at in missed]
        if not self._has_timed_out(owned, now):
            return ClockTicked(run=number, at=now), orders
        owned.times_out_at = None
        limit_s = owned.spec.dagrun_timeout_s
        reason = f"the run took longer than its dagrun_timeout of {limit_s:g} s"
        return CancelRequested(run=number, at=now, reason=reason), orders

    def _begin_timeout(self, owned: OwnedRun, now: float) -> None:
        """What another scheduler of a service has taken of the time counts, too."""
        left_s = owned.spec.dagrun_timeout_s
        if left_s is None:
            return
        opened_at = self._journal.find_opened_at(owned.info.number) if owned.is_resumed else None
        self._set_timeout(owned, now, left_s if opened_at is None else left_s - max(now - opened_at, 0.0))

    def _set_timeout(self, owned: OwnedRun, now: float, left_s: float) -> None:
        owned.times_out_at = now + left_s
        owned.may_last_until = self._steady() + left_s

    def _has_timed_out(self, owned: OwnedRun, now: float) -> bool:
        if owned.times_out_at is None or owned.times_out_at > now:
            return False
        left_s = owned.may_last_until - self._steady()
        if left_s <= 0:
            return True
        owned.times_out_at = now + left_s  # the clock was set forward: the run has not lasted any longer for it
        return False

    def callbacks_ran(self, owned: OwnedRun, event: CallbacksRan) -> None:
        """Note that the callback of a deadline has run, so that it does not run again."""
        if event.deadline is not None and event.deadline < len(owned.deadlines):
            owned.deadlines[event.deadline] = None
            owned.deadlines_out.discard(event.deadline)
            self._keep(owned)

    def take_records(self) -> list[KeepDeadlines]:
        """What is to be written with the next batch."""
        records, self._records = self._records, []
        return records

    def _find_deadlines(self, owned: OwnedRun, now: float) -> None:
        try:
            owned.deadlines = find_deadlines(self._journal, owned.spec, owned.info)
            self._keep(owned)
        except ExecutionError as error:
            if not error.temporary:
                raise
            owned.finds_deadlines_at = now + _ASK_AGAIN_S  # the run need not wait for it
        else:
            owned.finds_deadlines_at = None

    def _keep(self, owned: OwnedRun) -> None:
        self._records.append(KeepDeadlines(run=owned.info.number, instants=tuple(owned.deadlines)))

    def _miss(self, owned: OwnedRun, deadline: int, instant: float) -> RunCallbacks:
        owned.deadlines_out.add(deadline)
        self._tell(describe_miss(owned.spec, owned.info, deadline, instant))
        return order_callback(owned.info, deadline, instant, is_waiting=False)
