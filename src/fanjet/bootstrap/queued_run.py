"""A run that waits for a scheduler of a service: waiting with it, and saying what it waits for."""

from __future__ import annotations

import time
from collections.abc import Callable

from fanjet.model.states import RunStatus
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.service.dag_overview import DagOverview
from fanjet.store.service.rows import ServiceRunRow

_LOOK_EVERY_S = 0.1
#: Most runs are taken up sooner, and nobody wants to read why they were not.
_EXPLAINED_AFTER_S = 0.5
#: What it waits for may change.
_EXPLAINED_EVERY_S = 2.0


def wait_for_start(settings: Settings, run: int, explain: Callable[[str], None]) -> None:
    """Wait until a scheduler has taken a run up, or somebody has cancelled it.

    Args:
        settings: Name the database.
        run: The number of the run.
        explain: Is told what the run waits for, and again when that is something else.

    Raises:
        NotFoundError: The run is gone.
        ExecutionError: The database cannot be read.
    """
    explain_at, told = time.monotonic() + _EXPLAINED_AFTER_S, ""
    with DagOverview.open(Database.of(settings)) as reader:
        while is_waiting(row := reader.get_service_run(run)):
            if time.monotonic() >= explain_at:
                explain_at = time.monotonic() + _EXPLAINED_EVERY_S
                if (reason := _find_reason(reader, row)) != told:
                    told = reason
                    explain(f"Run {run} of {row.run.info.dag_id} is queued, waiting for {reason}.")
            time.sleep(_LOOK_EVERY_S)


def is_waiting(row: ServiceRunRow) -> bool:
    """Whether nobody has taken the run up yet."""
    return row.run.state is RunStatus.QUEUED and row.run.ended_at is None


def _find_reason(reader: DagOverview, row: ServiceRunRow) -> str:
    dag_id = row.run.info.dag_id
    if not any(scheduler.left_s > 0 for scheduler in reader.list_schedulers()):
        return "a scheduler, and none is at work: `fanjet up`"
    if row.backfill is None and reader.get_dag(dag_id).is_paused:
        return f"its DAG, which is paused: `fanjet dags unpause {dag_id}`"
    if under_way := reader.count_under_way(dag_id):
        runs = "another run of the DAG is" if under_way == 1 else f"{under_way} other runs of the DAG are"
        return f"its turn: {runs} under way (max_active_runs)"
    return "a scheduler"
