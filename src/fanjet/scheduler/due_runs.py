"""What is due of a DAG: as it was planned, and as the run that is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from fanjet.model.runs import NewRun
from fanjet.model.schedules import Interval
from fanjet.model.spec import DagSpec
from fanjet.parsing.report import ParseError
from fanjet.schedules import Due
from fanjet.schedules.run_ids import name_run
from fanjet.store.service.journal import ServiceJournal
from fanjet.store.service.planned_runs import DagPlan

#: The most missed runs of a DAG that are made up for in one turn.
MOST_AT_A_TIME = 50
#: Whoever looks within this time after a planned instant has not been away: nothing later is looked for.
SOON_S = 60.0


class Found(NamedTuple):
    """What is due of a DAG now, and when it is due next."""

    next: Due | None
    runs: list[NewRun]
    #: Why that is not known.
    error: ParseError | None = None
    #: False where the next run has still to be asked for, with what is made now as the one before.
    is_known: bool = True
    #: After an error: in how many seconds it is tried again; None for the usual time.
    again_in_s: float | None = None


class LookedAt(NamedTuple):
    """A DAG that may be due."""

    #: Of its newest version.
    spec: DagSpec
    version: int
    #: The instant that was planned for it, if it has come.
    due_at: float | None
    #: The run that was planned for then; None also where it was let pass by a pause.
    planned: Due | None
    #: How many more runs of it may be made now.
    room: int
    #: The instant of the look.
    now: float


def find_planned(plan: DagPlan, now: float) -> tuple[float | None, Due | None]:
    """The instant that was planned for a DAG, and the run, if it has come."""
    at, date, start, end = (
        plan.next_run_after, plan.next_logical_date, plan.next_interval_start, plan.next_interval_end,
    )  # fmt: skip
    if plan.plan_error is not None or at is None or at > now:
        return None, None
    return at, None if date is None or start is None or end is None else Due(at, date, start, end)


def find_last(journal: ServiceJournal, dag_id: str) -> Interval | None:
    """What the latest run that its schedule has made is about; None before the first."""
    last = journal.find_last(dag_id)
    return None if last is None else Interval(last.interval_start, last.interval_end)


def make_run(due: Due, params: str, now: float, run_id: str | None = None) -> NewRun:
    """The run; with an id of its own where its timetable gives none."""
    created_at = datetime.fromtimestamp(now, UTC)
    return NewRun(
        run_id=name_run("scheduled", due.run_after) if run_id is None else run_id,
        run_type="scheduled",
        logical_date=datetime.fromtimestamp(due.logical_date, UTC),
        data_interval_start=datetime.fromtimestamp(due.interval_start, UTC),
        data_interval_end=datetime.fromtimestamp(due.interval_end, UTC),
        created_at=created_at,
        started_at=created_at,
        params=params,
    )
