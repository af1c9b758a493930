"""Runs from their start, or from where another process left them, to their end."""

from __future__ import annotations

import time

from fanjet.bootstrap.interrupts import stop_on_signals
from fanjet.bootstrap.requests import RunOutcome, has_ended
from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.executors.port import Executor
from fanjet.model.changes import Change
from fanjet.model.commands import Request
from fanjet.model.instants import now
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.scheduler.display import Display
from fanjet.scheduler.leases import LEASE_S
from fanjet.scheduler.loop import Scheduler
from fanjet.settings.values import Settings
from fanjet.store.journal.journal import Journal


class Runs:
    """Carries out runs one after another, in the foreground.

    Args:
        journal: The store.
        session: The number of the session in it.
        executor: Has loaded the DAGs.
        settings: The settings.
        display: Is told what goes on.
    """

    def __init__(
        self, journal: Journal, session: int, executor: Executor, settings: Settings, display: Display
    ) -> None:
        self._journal = journal
        self._session = session
        self.scheduler = Scheduler(
            steady=time.monotonic,
            journal=journal,
            executor=executor,
            admission=Admission(journal.merge_pools(settings.pools)),
            session=session,
            display=display,
            write_patience_s=settings.db_busy_timeout_s,
        )

    def start(self, spec: DagSpec, version: int, new: NewRun) -> RunOutcome:
        """Create a run and go on until it is over or a stop was asked for."""
        info = self._journal.create_run(version=version, info=new)
        self._take(info)
        machine = RunState(info.number, spec)
        return self._finish(info, spec, machine, machine.start(info.started_at.timestamp()), resumed=False)

    def resume(self, info: RunInfo, spec: DagSpec) -> RunOutcome:
        """Go on with a run that nobody owns any more.

        Raises:
            OperationError: A living process owns it, or it has ended meanwhile.
        """
        self._take(info)
        status = self._journal.get_status(info.number)
        if status in {RunStatus.SUCCESS, RunStatus.FAILED}:  # since somebody looked
            self._journal.release_lease(info.number, self._session)
            raise has_ended(info.number, status)
        history = self._journal.read_history(info.number)
        machine, changes = RunState.restore(info.number, spec, history, _find_instant(info))
        return self._finish(info, spec, machine, changes, resumed=True)

    def go_on(self, info: RunInfo, spec: DagSpec, request: Request, *, version: int | None = None) -> RunOutcome:
        """Carry out a request on a run that nobody owns, and go on with the run until it is over (again).

        Args:
            info: The run.
            spec: Its DAG.
            request: What to do first.
            version: The number of the version that the run goes on with; None for the one that it has.

        Raises:
            RunOwnedError: A living process owns it.
        """
        self._take(info)
        if version is not None:
            self._journal.set_version(info.number, version)
        status = self._journal.get_status(info.number)  # it may have changed since somebody looked
        history = self._journal.read_history(info.number)
        machine, changes = RunState.restore(info.number, spec, history, _find_instant(info), status=status)
        changes += machine.apply([request])
        return self._finish(info, spec, machine, changes, resumed=True)

    def _take(self, info: RunInfo) -> None:
        self._journal.take_lease(info.number, self._session, lease_s=LEASE_S)

    def _finish(
        self, info: RunInfo, spec: DagSpec, machine: RunState, changes: list[Change], *, resumed: bool
    ) -> RunOutcome:
        with stop_on_signals(self.scheduler):
            self.scheduler.own(info, spec, machine, changes, resumed=resumed)
            statuses = self.scheduler.run()
        for number in statuses:  # also those that tasks have started
            self._journal.release_lease(number, self._session)
        return RunOutcome(run=info.number, run_id=info.run_id, dag_id=info.dag_id, status=statuses[info.number])


def _find_instant(info: RunInfo) -> float:
    """Now; not before the run began, which it did before the clock was set back if now is earlier."""
    return max(now(), info.started_at.timestamp())
