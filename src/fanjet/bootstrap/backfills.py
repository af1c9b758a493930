"""`fanjet backfill create`: from a DAG and two dates to runs that wait for a scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from fanjet.bootstrap.asked_timetables import get_runs
from fanjet.bootstrap.params import merge_params
from fanjet.bootstrap.restored_files import restore_files
from fanjet.errors import OperationError
from fanjet.model.backfills import BackfillDate, BackfillOptions, BackfillRow
from fanjet.model.spec import DagSpec
from fanjet.model.timetables import NamedRun, RunsBetween
from fanjet.schedules.due_lists import is_periodic, iter_due
from fanjet.schedules.next_run import needs_code
from fanjet.schedules.run_ids import name_run
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.queries.rows import VersionRow
from fanjet.store.service.backfills import Backfills
from fanjet.store.service.journal import ServiceJournal

#: More runs at one time are a slip of the keyboard.
MOST_RUNS = 100_000


class BackfillPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a backfill would do."""

    dag_id: str
    version: int
    span: tuple[float, float]
    dates: list[BackfillDate]
    options: BackfillOptions


def plan_backfill(
    settings: Settings,
    dag_id: str,
    dates: tuple[datetime, datetime],
    options: BackfillOptions,
    params: Mapping[str, Any],
) -> BackfillPlan:
    """Find out what a backfill would do.

    Args:
        settings: The settings.
        dag_id: The DAG.
        dates: The first and the last, themselves included; aware.
        options: How the runs are made; its `params` follow from the next.
        params: The parameters that are not to be as the DAG says.

    Raises:
        OperationError: There is no such DAG, the parameters do not fit it, its schedule has no runs that could be
            listed, its tasks wait for the run before and the latest is to be the first, or they are too many.
    """
    first, last = dates
    if last < first:
        raise OperationError(f"The last date, {last.isoformat()}, is before the first, {first.isoformat()}.")
    journal = ServiceJournal.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)
    try:
        version = journal.find_newest_version(dag_id)
        if version is None:
            raise _explain_unknown(dag_id, [known for known, _ in journal.list_awake()])
        found = journal.get_version(version)
        spec = found.spec
    finally:
        journal.close()
    if spec.timetable is None:
        raise OperationError(f"DAG {dag_id!r} has no schedule, so there is nothing to make up for. Fix: fanjet trigger")
    if not is_periodic(spec.timetable):
        raise OperationError(
            f"DAG {dag_id!r} has the schedule {spec.schedule!r}, which has no dates that could be made up for. "
            "Fix: fanjet trigger"
        )
    if options.backwards:
        _check_backwards(spec)
    span = first.timestamp(), last.timestamp()
    if needs_code(spec.timetable):
        dues = _ask(settings, found, RunsBetween(dag_id=dag_id, first=span[0], last=span[1], most=MOST_RUNS + 1))
    else:
        listed = islice(iter_due(spec.timetable, *span), MOST_RUNS + 1)
        dues = [NamedRun(due, name_run("backfill", due.run_after)) for due in listed]
    if len(dues) > MOST_RUNS:
        raise OperationError(f"These would be more than {MOST_RUNS:,} runs. Fix: take a shorter span at a time.")
    options = msgspec.structs.replace(options, params=merge_params(spec, params))
    with Backfills.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s) as backfills:
        planned = backfills.plan(dag_id, dues, options)
    return BackfillPlan(dag_id=dag_id, version=version, span=span, dates=planned, options=options)


def _ask(settings: Settings, version: VersionRow, question: RunsBetween) -> list[NamedRun]:
    """The dates that a timetable of the author's has, with the ids of the runs, asked of the files of a version."""
    root = restore_files(settings.home, version.bundle, Path(version.root))
    return get_runs(settings, root / version.file, root, question)


def create_backfill(settings: Settings, plan: BackfillPlan) -> BackfillRow:
    """Queue the runs of a plan.

    Raises:
        OperationError: Nothing is to be done.
    """
    with Backfills.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s) as backfills:
        return backfills.create(plan.dag_id, plan.version, plan.span, plan.dates, plan.options)


def _check_backwards(spec: DagSpec) -> None:
    """The latest run would hold its place while it waits for one that starts after it."""
    task = next((task for task in spec.tasks if task.depends_on_past), None)
    if task is not None:
        option = "wait_for_downstream" if task.wait_for_downstream else "depends_on_past"
        raise OperationError(
            f"DAG {spec.dag_id!r} cannot be made up for backwards: task {task.task_id!r} has {option}=True, so each "
            "run waits for the one before it, which would start later. Fix: leave out --backwards"
        )


def _explain_unknown(dag_id: str, known: list[str]) -> OperationError:
    near = get_close_matches(dag_id, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else " `fanjet dags list` shows what there is."
    return OperationError(f"The service knows no DAG {dag_id!r}.{hint}")
