"""When runs of a DAG are due, as data."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from fanjet.authoring.dag import DAG
from fanjet.errors import DagError, DagValueError
from fanjet.model.schedules import ScheduleSpec


class BuiltSchedule(NamedTuple):
    """What the data of a DAG says about its runs."""

    timetable: ScheduleSpec | None
    timezone: str
    start_date: datetime | None
    end_date: datetime | None
    max_active_runs: int | None


def build_schedule(dag: DAG) -> BuiltSchedule:
    """When runs of a DAG are due.

    Raises:
        DagError: Its schedule cannot be used, goes with fewer runs at once than the DAG has, or leaves a param
            without a value.
    """
    start = dag.start_date or dag.tasks_start_date
    timetable, limit = _build_timetable(dag)
    if timetable is not None:
        _check_params(dag)
    return BuiltSchedule(
        timetable=timetable,
        timezone=_name_zone(dag),
        start_date=_plain(start),
        end_date=_plain(dag.end_date),
        max_active_runs=_limit(dag, limit),
    )


def _build_timetable(dag: DAG) -> tuple[ScheduleSpec | None, int | None]:
    """The schedule, and how many runs at once it allows; None for any number."""
    if dag.schedule is None:
        return None, None
    from fanjet.authoring.schedule_values import to_spec  # noqa: PLC0415 - DAGs without schedule need none

    try:
        timetable = dag.timetable
        return (None, None) if timetable is None else (to_spec(timetable), timetable.active_runs_limit)
    except DagError as error:
        raise type(error)(f"DAG '{dag.dag_id}': {error.message}", fix=error.fix, **dag.place) from None


def _check_params(dag: DAG) -> None:
    """Nobody is there to give values to a run that a schedule starts."""
    missing = [name for name, param in dag.params.params().items() if not param.has_value]
    if missing:
        raise DagValueError(
            f"DAG '{dag.dag_id}' has the schedule {dag.schedule}, but its param '{missing[0]}' has no value.",
            fix="give the param a default, or write schedule=None",
            **dag.place,
        )


def _name_zone(dag: DAG) -> str:
    """The time zone of a DAG for people; its cron texts have asked for it before."""
    if dag.start_date is None:
        return "UTC"
    from fanjet.schedules.zones import name_zone  # noqa: PLC0415 - DAGs without start need none

    try:
        return name_zone(dag.timezone)
    except DagError:  # nothing else depends on it
        return "UTC"


def _limit(dag: DAG, limit: int | None) -> int | None:
    if limit is None or not dag.max_active_runs:
        return dag.max_active_runs if limit is None else limit
    if dag.max_active_runs > limit:
        raise DagValueError(
            f"DAG '{dag.dag_id}' has max_active_runs={dag.max_active_runs}, but its schedule {dag.schedule} starts "
            f"only {limit} at once.",
            fix=f"give max_active_runs={limit}, or leave it out",
            **dag.place,
        )
    return dag.max_active_runs


def _plain(instant: datetime | None) -> datetime | None:
    """The same instant as a datetime of the standard library: authors may use another class, such as pendulum's."""
    return None if instant is None else datetime.fromisoformat(instant.isoformat())
