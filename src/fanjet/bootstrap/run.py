"""`fanjet run`: the DAGs of one file, from the start to the end."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from fanjet.bootstrap.interrupts import stop_on_signals
from fanjet.bootstrap.params import merge_params
from fanjet.bootstrap.requests import RunOutcome, RunRequest
from fanjet.bootstrap.session import Session, executor_starter, open_session
from fanjet.engine.run_state import RunState
from fanjet.errors import OperationError
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.spec import DagSpec
from fanjet.parsing.bundle import find_bundle
from fanjet.scheduler.display import Display
from fanjet.scheduler.loop import LEASE_S
from fanjet.settings.values import Settings
from fanjet.store.bundles import save_bundle


def run_file(request: RunRequest, settings: Settings, display: Display) -> list[RunOutcome]:
    """Run the DAGs of a file, one after another.

    Returns:
        One outcome per run; fewer than there are DAGs when a stop was asked for.

    Raises:
        DagFileError: The file cannot be loaded.
        OperationError: There is no such DAG, or the parameters do not fit it.
        ExecutionError: The store failed. What was committed is safe.
    """
    bundle = find_bundle(request.file)
    start = executor_starter(request.file, bundle.root, settings, inline=request.inline)
    with open_session(settings, display, start) as session:
        specs = _choose(session.specs, request)
        params = [merge_params(spec, request.params) for spec in specs]
        for note in bundle.notes:
            display.message(note)
        bundle_hash = save_bundle(settings.home, bundle.root, bundle.files)
        outcomes = []
        with stop_on_signals(session.scheduler):
            for spec, values in zip(specs, params, strict=True):
                if session.scheduler.stopping:
                    break
                version = session.journal.save_version(spec, bundle=bundle_hash, root=str(bundle.root), file=spec.file)
                outcomes.append(run_dag(session, spec, version, make_run(request, values)))
        return outcomes


def _choose(specs: list[DagSpec], request: RunRequest) -> list[DagSpec]:
    if request.dag_id is None:
        return specs
    chosen = [spec for spec in specs if spec.dag_id == request.dag_id]
    if not chosen:
        names = ", ".join(repr(spec.dag_id) for spec in specs)
        raise OperationError(f"{request.file} has no DAG {request.dag_id!r}; it has {names}.")
    return chosen


def make_run(request: RunRequest, params: str) -> NewRun:
    """What is fixed about a run that starts now; `params` is the JSON text of its parameters."""
    now = datetime.now(UTC)
    logical_date = request.logical_date.astimezone(UTC) if request.logical_date else now
    return NewRun(
        run_id=f"manual__{now.isoformat()}",
        logical_date=logical_date,
        data_interval_start=logical_date,
        data_interval_end=logical_date,
        created_at=now,
        started_at=now,
        conf=json.dumps(request.conf),
        params=params,
    )


def run_dag(session: Session, spec: DagSpec, version: int, new: NewRun) -> RunOutcome:
    """Create a run and go on until it is over or a stop was asked for."""
    info = session.journal.create_run(version=version, info=new)
    machine = RunState(info.number, spec)
    take_run(session, info)
    session.scheduler.own(info, spec, machine, machine.start(info.started_at.timestamp()))
    return finish_run(session, info)


def take_run(session: Session, info: RunInfo) -> None:
    """Become the owner of a run.

    Raises:
        OperationError: A living process owns it.
    """
    session.journal.take_lease(info.number, session.number, lease_s=LEASE_S, at=datetime.now(UTC).timestamp())


def finish_run(session: Session, info: RunInfo) -> RunOutcome:
    """Go on until a run that the scheduler owns is over or a stop was asked for, and give it up."""
    statuses = session.scheduler.run()
    session.journal.release_lease(info.number, session.number)
    return RunOutcome(run=info.number, run_id=info.run_id, dag_id=info.dag_id, status=statuses[info.number])
