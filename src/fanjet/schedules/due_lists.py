"""The runs that a schedule has due in a span of time, for backfills and for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fanjet.errors import OperationError
from fanjet.model.schedules import (
    AssetOrTimeSchedule,
    AssetSchedule,
    ContinuousSchedule,
    CustomSchedule,
    Due,
    Interval,
    OnceSchedule,
    ScheduleSpec,
)
from fanjet.model.spec import DagSpec
from fanjet.schedules.next_run import find_next, find_next_run


def is_periodic(spec: ScheduleSpec | None) -> bool:
    """Whether a schedule has runs in any span of time, so that they can be made up for."""
    if isinstance(spec, AssetOrTimeSchedule):
        return is_periodic(spec.time)
    if isinstance(spec, CustomSchedule):
        return spec.periodic
    return not (spec is None or isinstance(spec, OnceSchedule | ContinuousSchedule | AssetSchedule))


def iter_due(spec: ScheduleSpec, start: float, end: float) -> Iterator[Due]:
    """The runs that are due from `start` to `end`, both included, in order.

    What counts is where a run is in its schedule: the begin of its interval where intervals follow one another, the
    instant of the run where runs stand for instants. The last may be due after `end`, once its interval is over.

    Raises:
        OperationError: The schedule has no runs that could be listed.
    """
    if not is_periodic(spec):
        kind = getattr(spec.__struct_config__, "tag", "") if spec is not None else "none"
        raise OperationError(f"A schedule of the kind '{kind}' has no runs that could be made up for.")
    last: Interval | None = None
    while due := find_next(spec, last=last, start_date=start, end_date=end, catchup=True, now=end):
        yield due
        last = due.interval


def list_due(spec: ScheduleSpec, start: float, end: float, *, most: int | None = None) -> list[Due]:
    """As `iter_due`, at most so many."""
    return list(islice(iter_due(spec, start, end), most))


def list_next(dag: DagSpec, count: int, now: float) -> list[Due]:
    """The runs that a DAG without runs so far will have, beginning now; fewer than `count` where there are fewer.

    Each is taken to start when it is due. Of runs that start when the one before has ended only the first is known.
    """
    found: list[Due] = []
    last: Interval | None = None
    count = min(count, 1) if isinstance(dag.timetable, ContinuousSchedule) else count
    while len(found) < count and (due := find_next_run(dag, last=last, now=now)):
        found.append(due)
        last, now = due.interval, max(now, due.run_after)
    return found
