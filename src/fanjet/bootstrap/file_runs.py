"""The runs of one DAG file, from the checks before the first to the end of the last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fanjet.bootstrap.manual_intervals import find_interval
from fanjet.bootstrap.params import merge_params
from fanjet.bootstrap.pools import check_pools
from fanjet.bootstrap.requests import RunOutcome, RunRequest
from fanjet.bootstrap.session import Session
from fanjet.errors import OperationError
from fanjet.model.json_texts import write_json
from fanjet.model.runs import NewRun
from fanjet.model.schedules import Interval
from fanjet.model.spec import DagSpec
from fanjet.model.timetables import StartedRun
from fanjet.parsing.bundle import Bundle
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings
from fanjet.store.files.bundles import save_bundle


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
        find_own = partial(_ask, settings, request.file, bundle.root, spec.dag_id)
        outcomes.append(session.runs.start(spec, version, make_run(request, spec, values, find_own)))
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


def _ask(settings: Settings, file: Path, root: Path, dag_id: str, date: datetime) -> Interval:
    from fanjet.bootstrap.asked_timetables import get_runs  # noqa: PLC0415 - only timetables of authors need it

    question = StartedRun(dag_id=dag_id, kind="manual", run_after=date.timestamp())
    return get_runs(settings, file, root, question)[0].due.interval


def make_run(request: RunRequest, spec: DagSpec, params: str, find_own: Callable[[datetime], Interval]) -> NewRun:
    """What is fixed about a run that starts now.

    Args:
        request: How it was asked for.
        spec: Its DAG.
        params: The JSON text of its parameters.
        find_own: Asks a timetable of the author's what a run of a logical date is about.
    """
    now = datetime.now(UTC)
    logical_date = request.logical_date.astimezone(UTC) if request.logical_date else now
    start, end = find_interval(spec, logical_date) or find_own(logical_date)
    return NewRun(
        run_id=f"manual__{now.isoformat()}",
        logical_date=logical_date,
        data_interval_start=datetime.fromtimestamp(start, UTC),
        data_interval_end=datetime.fromtimestamp(end, UTC),
        created_at=now,
        started_at=now,
        conf=write_json(request.conf, "conf"),
        params=params,
    )
