"""What the planner of a service reads and writes: which DAGs are due, and the runs that it makes for them.

Functions run on the journal's reader or inside its open transaction.
"""

from __future__ import annotations

from math import inf
from typing import Final

import msgspec

from fanjet.model.runs import NewRun
from fanjet.model.states import RunStatus
from fanjet.store.database.port import Connection
from fanjet.store.queries.row_columns import encode_events


class DagPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One DAG of a service and what was planned for it. Instants are seconds since the epoch."""

    dag_id: str
    #: The number of the newest version.
    version: int
    #: The version that the rest was found from; None for a DAG that was never looked at.
    planned_version: int | None
    #: When the next run is due; None when that is never or is not known yet.
    next_run_after: float | None
    #: JSON: why that is not known, of this version; `next_run_after` is then when to try again.
    plan_error: str | None
    #: What the next run is about; None where nothing is due, and where its instant has passed in a pause.
    next_logical_date: float | None = None
    next_interval_start: float | None = None
    next_interval_end: float | None = None


class LastRun(msgspec.Struct, frozen=True, kw_only=True):
    """The latest run of a DAG that its schedule has made."""

    logical_date: float
    interval_start: float
    interval_end: float


class NextDue(msgspec.Struct, frozen=True, kw_only=True):
    """When the next run is due; seconds since the epoch."""

    run_after: float
    logical_date: float
    interval_start: float
    interval_end: float


#: The reader sees at once what is due by the clock and what has changed since it was planned.
_LIST_DUE: Final = """
SELECT dag_id, version, planned_version, next_run_after, plan_error, next_logical_date, next_interval_start,
       next_interval_end
FROM dag
WHERE is_present <> 0 AND is_paused = 0
      AND (next_run_after <= ? OR planned_version IS NULL OR planned_version <> version) AND dag_id > ?
ORDER BY dag_id LIMIT ?"""
FIND_NEXT_DUE: Final = """
SELECT next_run_after FROM dag
WHERE next_run_after > ? AND is_present <> 0 AND is_paused = 0 ORDER BY next_run_after LIMIT 1"""
_FIND_LAST: Final = """
SELECT logical_date, data_interval_start, data_interval_end FROM run
WHERE dag_id = ? AND run_type = 'scheduled' AND logical_date IS NOT NULL ORDER BY logical_date DESC LIMIT 1"""
FIND_RUN_FOR: Final = """
SELECT 1 FROM run
WHERE dag_id = ? AND (run_id = ? OR (logical_date = ? AND run_type IN ('scheduled', 'backfill'))) LIMIT 1"""
_COUNT_UNFINISHED: Final = """
SELECT count(*) FROM run WHERE dag_id = ? AND state IN (0, 1) AND ended_at IS NULL AND backfill IS NULL"""
#: Two schedulers may plan the same DAG at the same moment: only one of them finds it as it was.
_SET_PLAN: Final = """
UPDATE dag SET planned_version = ?, next_run_after = ?, next_logical_date = ?, next_interval_start = ?,
               next_interval_end = ?, plan_error = ?
WHERE dag_id = ? AND coalesce(next_run_after, 0) = ? AND coalesce(planned_version, 0) = ?"""
INSERT_QUEUED: Final = """
INSERT INTO run (dag_id, run_id, version, run_type, logical_date, data_interval_start, data_interval_end,
                 created_at, started_at, queued_at, state, conf, params, backfill, note, asset_events, asks)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (dag_id, run_id) DO NOTHING RETURNING run"""


def list_due(reader: Connection, at: float, limit: int, *, after: str = "") -> list[DagPlan]:
    """DAGs whose next run is due, or whose next run has to be found anew because the DAG has changed.

    Args:
        reader: The database.
        at: The instant.
        limit: The most.
        after: Only DAGs with greater ids; they come in the order of their ids.
    """
    return [
        DagPlan(
            dag_id=dag_id, version=version, planned_version=planned, next_run_after=due_at, plan_error=error,
            next_logical_date=date, next_interval_start=start, next_interval_end=end,
        )
        for dag_id, version, planned, due_at, error, date, start, end in reader.execute(
            _LIST_DUE, (at, after, limit)
        ).fetchall()
    ]  # fmt: skip


def find_next_due(reader: Connection, after: float) -> float:
    """The first instant after another at which a DAG is due; infinite where none is."""
    row = reader.execute(FIND_NEXT_DUE, (after,)).fetchone()
    return inf if row is None else float(row[0])


def find_last(reader: Connection, dag_id: str) -> LastRun | None:
    """The latest run that the schedule has made; None before the first."""
    row = reader.execute(_FIND_LAST, (dag_id,)).fetchone()
    if row is None:
        return None
    date, start, end = row
    return LastRun(
        logical_date=date, interval_start=date if start is None else start, interval_end=date if end is None else end
    )


def count_unfinished(reader: Connection, dag_id: str) -> int:
    """Runs that wait or are under way, those of backfills aside."""
    return int(reader.execute(_COUNT_UNFINISHED, (dag_id,)).fetchone()[0])


def set_plan(connection: Connection, plan: DagPlan, due: NextDue | None, *, is_known: bool = True) -> bool:
    """Note when a DAG is due next; False when another scheduler was quicker.

    Args:
        connection: In a transaction.
        plan: The DAG as it was found.
        due: The next run; None for none.
        is_known: False where it has still to be found out.
    """
    found = (None,) * 4 if due is None else (due.run_after, due.logical_date, due.interval_start, due.interval_end)
    return _set_plan(connection, plan, (plan.version if is_known else None, *found, None))


def set_plan_error(connection: Connection, plan: DagPlan, error: str, again_at: float) -> bool:
    """Note why nobody knows when a DAG is due next, and when to try again; False as in `set_plan`."""
    return _set_plan(connection, plan, (plan.version, again_at, None, None, None, error))


def _set_plan(connection: Connection, plan: DagPlan, found: tuple[float | str | None, ...]) -> bool:
    known = (plan.next_run_after or 0, plan.planned_version or 0)
    return connection.execute(_SET_PLAN, (*found, plan.dag_id, *known)).rowcount > 0


def insert_queued(
    connection: Connection,
    dag_id: str,
    version: int,
    new: NewRun,
    *,
    backfill: int | None = None,
    note: str | None = None,
) -> int | None:
    """Ask for a run: a row that waits for a scheduler.

    Returns:
        Its number; None when the DAG has a run with this id already.
    """
    dates = (new.logical_date, new.data_interval_start, new.data_interval_end)
    created_at = new.created_at.timestamp()
    row = connection.execute(
        INSERT_QUEUED,
        (
            dag_id, new.run_id, version, new.run_type, *(date and date.timestamp() for date in dates), created_at,
            new.started_at.timestamp(), created_at, int(RunStatus.QUEUED), new.conf, new.params, backfill, note,
            encode_events(new.asset_events), None if new.unsaid is None else msgspec.json.encode(new.unsaid).decode(),
        ),
    ).fetchone()  # fmt: skip
    return None if row is None else int(row[0])
