"""Runs that tasks start: of other DAGs of the file that is running, by the same scheduler."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from fanjet.bootstrap.params import make_started_run
from fanjet.engine.run_state import RunState
from fanjet.errors import OperationError
from fanjet.model.events import RerunRequested
from fanjet.model.instants import now
from fanjet.model.requests import StartRun
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.scheduler.leases import LEASE_S
from fanjet.scheduler.loop import Scheduler
from fanjet.store.journal.journal import Journal


class StartedRuns:
    """Starts runs while others are under way.

    Args:
        journal: The store.
        session: The number of the session in it.
        specs: The DAGs that the executor has loaded.
        scheduler: Carries the runs out.
    """

    def __init__(self, journal: Journal, session: int, specs: Sequence[DagSpec], scheduler: Scheduler) -> None:
        self._journal = journal
        self._session = session
        self._specs = {spec.dag_id: spec for spec in specs}
        self._scheduler = scheduler

    def start(self, asking: int, request: StartRun) -> None:
        """Start a run, or run one again.

        Args:
            asking: The number of the run whose task asks.
            request: What to start.

        Raises:
            OperationError: The DAG is not in the file, or has such a run already.
        """
        spec = self._specs.get(request.dag_id)
        if spec is None:
            names = ", ".join(map(repr, self._specs))
            raise OperationError(
                f"DAG {request.dag_id!r} is not in the file that is running, which has {names}. "
                "Fix: put both DAGs into one file, or start the other one with `fanjet run`."
            )
        version = self._journal.save_version_like(asking, spec)
        found = self._journal.find_run(spec.dag_id, request.run_id)
        if found is None:
            new = make_started_run(spec, request)
            if new.unsaid is not None:  # nobody can be asked within a turn: it is about its instant
                date = new.logical_date
                new = replace(new, data_interval_start=date, data_interval_end=date, unsaid=None)
            info = self._journal.create_run(version=version, info=new, note=request.note)
            self._take(info)
            machine = RunState(info.number, spec)
            self._scheduler.adopt(info, spec, machine, machine.start(info.started_at.timestamp()))
        elif request.reset:
            self._run_again(spec, version, found)
        else:
            raise OperationError(f"DAG {spec.dag_id!r} already has a run {request.run_id!r}; choose another run id.")

    def _run_again(self, spec: DagSpec, version: int, info: RunInfo) -> None:
        status = self._journal.get_status(info.number)
        if status not in {RunStatus.SUCCESS, RunStatus.FAILED}:
            raise OperationError(f"Run {info.number} of DAG {spec.dag_id!r} is under way and cannot be reset now.")
        if not self._journal.has_version(info.number, version):
            raise OperationError(
                f"Run {info.number} of DAG {spec.dag_id!r} is of another version of its file. "
                f"Fix: `fanjet rerun {info.number}`, or choose another run id."
            )
        self._take(info)
        history = self._journal.read_history(info.number)
        machine, changes = RunState.restore(info.number, spec, history, now(), status=status)
        changes += machine.apply([RerunRequested(run=info.number, at=now())])
        self._scheduler.adopt(info, spec, machine, changes)

    def _take(self, info: RunInfo) -> None:
        self._journal.take_lease(info.number, self._session, lease_s=LEASE_S)
