"""The runs of one DAG file, from the checks before the first to the end of the last."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from fanjet.bootstrap.params import merge_params
from fanjet.bootstrap.pools import check_pools
from fanjet.bootstrap.requests import RunOutcome, RunRequest
from fanjet.bootstrap.session import Session
from fanjet.errors import OperationError
from fanjet.model.runs import NewRun
from fanjet.model.spec import DagSpec
from fanjet.parsing.bundle import Bundle
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings
from fanjet.store.bundles import save_bundle


def run_all(
    session: Session, request: RunRequest, bundle: Bundle, settings: Settings, display: Display
) -> list[RunOutcome]:
    """Run the DAGs that are asked for, one after another.

    Raises:
        OperationError: There is no such DAG, the parameters do not fit it, or a task does not fit into its pool.
        ExecutionError: The store failed. What was committed is safe.
    """
    specs = _choose(session.specs, request)
    params = [merge_params(spec, request.params) for spec in specs]
    check_pools(specs, session.journal.merge_pools(settings.pools))
    if any(task.depends_on_past for spec in specs for task in spec.tasks):
        display.message("depends_on_past holds between the runs of a service (`fanjet up`); this run waits for none.")
    for note in bundle.notes:
        display.message(note)
    bundle_hash = save_bundle(settings.home, bundle.root, [request.file.absolute()], beside=bundle.files)
    outcomes: list[RunOutcome] = []
    for spec, values in zip(specs, params, strict=True):
        version = session.journal.save_version(spec, bundle=bundle_hash, root=str(bundle.root), file=spec.file)
        outcomes.append(session.runs.start(spec, version, make_run(request, values)))
        if session.runs.scheduler.stopping:
            break
    not_run = [spec.dag_id for spec in specs[len(outcomes) :]]
    if not_run:
        display.message(f"Stopped before {', '.join(not_run)} could run.")
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
