"""Runs that tasks of a service start: of any DAG that it knows, carried out by whichever scheduler takes them up."""

from __future__ import annotations

from fanjet.bootstrap.params import make_started_run
from fanjet.errors import OperationError
from fanjet.model.events import RerunRequested
from fanjet.model.instants import now
from fanjet.model.requests import StartRun
from fanjet.model.states import RunStatus
from fanjet.scheduler.programs import Programs
from fanjet.store.journal.commands import Commands
from fanjet.store.service.journal import ServiceJournal


class Starts:
    """Asks for runs on behalf of tasks.

    Args:
        journal: The store.
        commands: Where a rerun is asked for.
        programs: The DAGs by version.
    """

    def __init__(self, journal: ServiceJournal, commands: Commands, programs: Programs) -> None:
        self._journal = journal
        self._commands = commands
        self._programs = programs

    def start(self, _asking: int, request: StartRun) -> None:
        """Ask for a run, or to run one again.

        Raises:
            OperationError: No file has the DAG, the parameters do not fit it, or it has such a run already.
        """
        version = self._journal.find_newest_version(request.dag_id)
        if version is None:
            raise OperationError(
                f"No file in the DAG folder has a DAG {request.dag_id!r}. Fix: `fanjet dags list` shows what there is."
            )
        if request.fail_when_paused and self._journal.is_paused(request.dag_id):
            raise OperationError(f"DAG {request.dag_id!r} is paused. Fix: fanjet dags unpause {request.dag_id}")
        found = self._journal.find_run(request.dag_id, request.run_id)
        if found is None:
            spec = self._programs.get_version(version).spec
            self._journal.queue_run(request.dag_id, version, make_started_run(spec, request), note=request.note)
        elif not request.reset:
            raise OperationError(
                f"DAG {request.dag_id!r} already has a run {request.run_id!r}; choose another run id, or reset it."
            )
        elif self._journal.get_status(found.number) in {RunStatus.SUCCESS, RunStatus.FAILED}:
            self._commands.post(RerunRequested(run=found.number, at=now()))
        else:
            raise OperationError(f"Run {found.number} of DAG {request.dag_id!r} is under way and cannot be reset now.")
