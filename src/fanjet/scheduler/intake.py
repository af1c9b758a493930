"""How the scheduler of a service comes by its runs: those that are asked for, and those that were left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.errors import FanjetError, LeaseLostError, RunOwnedError
from fanjet.model.changes import Change, Record
from fanjet.model.events import CancelRequested, RerunRequested
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.scheduler.leases import LeaseTerms
from fanjet.scheduler.loop import Scheduler
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.past import PastGates
from fanjet.scheduler.programs import Programs
from fanjet.scheduler.reopened import ReopenedRuns
from fanjet.scheduler.waiting_deadlines import WaitingDeadlines
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
#: The most runs that are taken up at a time, so that the loop goes on with those it has.
_AT_A_TIME = 50
#: Whole histories are read for those that others have left.
_LEFT_AT_A_TIME = 10


class Intake:
    """Takes runs up.

    Args:
        journal: The store.
        session: The number of the scheduler.
        scheduler: Carries the runs out.
        admission: That of the scheduler; refuses a run that wants a pool that is not there.
        programs: What the runs execute.
        gates: Hold back what waits for earlier runs.
        waiting_deadlines: Has told of deadlines of runs that had not started.
        terms: How long leases hold.
        most_active: The most runs of a DAG, or of a backfill of it, at once where neither says anything else.
        clock: Gives the instant.
    """

    def __init__(
        self,
        *,
        journal: ServiceJournal,
        session: int,
        scheduler: Scheduler,
        admission: Admission,
        programs: Programs,
        gates: PastGates,
        waiting_deadlines: WaitingDeadlines,
        terms: LeaseTerms,
        most_active: int,
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._session = session
        self._scheduler = scheduler
        self._admission = admission
        self._programs = programs
        self._gates = gates
        self._waiting_deadlines = waiting_deadlines
        self._terms = terms
        self._most_active = most_active
        self._clock = clock
        #: Whether runs have ended here since it was last looked at: others of their DAGs may start now.
        self.has_room = False
        self._told_of = 0
        self.reopened = ReopenedRuns(journal, admission, scheduler.runs, self._find_most_active, scheduler.fill)
        scheduler.ownership.when_reopened = self.reopened.hold

    def start_queued(self) -> bool:
        """Start runs that wait; whether there may be more of them."""
        now = self._clock()
        found = self._journal.start_queued(
            self._session,
            wanted=_AT_A_TIME,
            find_most_active=self._find_most_active,
            lease_s=self._terms.lease_s,
            at=now,
        )
        self._tell_of(found.left)
        opened = []
        for info, version in found.runs:
            owned = self._open(info, version, *self._begin(info, version, now))
            if owned is not None:
                self._waiting_deadlines.hand_over(owned[0])
                opened.append(owned)
        self._take_in(opened)
        return len(found.runs) == _AT_A_TIME

    def _tell_of(self, left: int | None) -> None:
        """Others are rung for runs that are left to them, once whenever there are new ones or there is new room."""
        if left is not None and (self.has_room or left > self._told_of):
            self._told_of = left
            self._journal.ring_others(self._session)
        self.has_room = False

    def _begin(self, info: RunInfo, version: int, now: float) -> tuple[RunState, Sequence[Change]]:
        """The machine of a run that starts, or starts again from its beginning as a backfill may want it."""
        spec = self._programs.get_version(version).spec
        if not self._journal.has_history(info.number):
            machine = RunState(info.number, spec)
            return machine, machine.start(now)
        history = self._journal.read_history(info.number)
        machine, changes = RunState.restore(info.number, spec, history, now, status=RunStatus.FAILED)
        return machine, [*changes, *machine.apply([RerunRequested(run=info.number, at=now)])]

    def take_left(self) -> bool:
        """Go on with runs whose scheduler is gone, and with those that failed to be taken in here halfway.

        Returns:
            Whether there are more of them.
        """
        for info in self._journal.list_held(self._session):
            if info.number not in self._scheduler.runs:
                self._take_over(info, f"Run {info.number} is taken in once more.")
        left = self._journal.list_left(self._session)
        taken = [
            self._take_over(row.info, f"Going on with run {row.info.number}, which another scheduler has left.")
            for row in left[:_LEFT_AT_A_TIME]
        ]
        return any(taken) and len(left) > len(taken)

    def take_asked(self) -> None:
        """Go on with runs that nobody carries out, and of which something is asked."""
        for number in dict.fromkeys(command.run for command in self._scheduler.commands.unclaimed):
            info = self._journal.find_service_run(number)
            if info is not None:
                message = f"Run {number} is opened again, because something is asked of it."
                if self._take_over(info, message, is_asked=True):
                    self._scheduler.commands.ask_now()  # before it is let go of, as it is over

    def _take_over(self, info: RunInfo, message: str, *, is_asked: bool = False) -> bool:
        """Take a run in; False when another scheduler was quicker."""
        run = info.number
        try:
            if not self._journal.take_run(run, self._session, is_asked=is_asked, lease_s=self._terms.lease_s):
                return False
        except RunOwnedError:
            return False
        _log.info(message)
        version = self._journal.get_version_of_run(run)
        spec = self._programs.get_version(version).spec
        status = self._journal.get_status(run)
        at = max(self._clock(), info.started_at.timestamp())
        machine, changes = RunState.restore(run, spec, self._journal.read_history(run), at, status=status)
        if status == RunStatus.RUNNING:
            self.reopened.hold(run)  # it may have had to wait
        opened = self._open(info, version, machine, changes, resumed=True)
        self._take_in([] if opened is None else [opened])
        return True

    def _take_in(self, opened: Sequence[tuple[OwnedRun, Sequence[Change]]]) -> None:
        for owned, _ in opened:
            self._gates.hold(owned)
        if opened:
            self._scheduler.take_in(opened)

    def _open(
        self, info: RunInfo, version: int, machine: RunState, changes: Sequence[Change], *, resumed: bool = False
    ) -> tuple[OwnedRun, Sequence[Change]] | None:
        """A run as the scheduler takes it in; None when it cannot be carried out, and has been ended for that."""
        try:
            program = self._programs.get(version)
            self._admission.check(program.spec)
        except FanjetError as error:
            self._refuse(info, self._programs.get_version(version).spec, machine, changes, str(error))
            return None
        return OwnedRun(info, program.spec, machine, program, is_resumed=resumed), changes

    def _refuse(self, info: RunInfo, spec: DagSpec, machine: RunState, changes: Sequence[Change], reason: str) -> None:
        """End a run that cannot be carried out; its callbacks cannot run either."""
        now = self._clock()
        _log.error("Run %d of DAG %r cannot be carried out: %s", info.number, spec.dag_id, reason)
        decided = [*changes]
        if machine.status not in {RunStatus.SUCCESS, RunStatus.FAILED}:
            decided += machine.apply([CancelRequested(run=info.number, at=now, reason=reason)])
        records = [change for change in decided if isinstance(change, Record)]
        try:
            self._journal.write(records, [], at=now)
        except LeaseLostError:
            return  # another scheduler has it
        self._journal.release_leases([info.number], self._session)

    def _find_most_active(self, version: int, backfill: int) -> int | None:
        if backfill and (own := self._journal.find_most_active(backfill)):
            return own
        most = self._programs.get_version(version).spec.max_active_runs
        return self._most_active if most is None else most or None
