"""What the data of a run is about that a person starts."""

from __future__ import annotations

import math

from fanjet.errors import InvariantError
from fanjet.model.schedules import (
    AssetOrTimeSchedule,
    CronIntervals,
    CronTrigger,
    CustomSchedule,
    DeltaIntervals,
    DeltaTrigger,
    EventsSchedule,
    Interval,
    ScheduleSpec,
)
from fanjet.schedules import deltas
from fanjet.schedules.cron import CronClock


def infer_manual_interval(spec: ScheduleSpec | None, run_after: float) -> Interval:
    """The time that the data of a run is about which was started by hand.

    Its instant, where a schedule that begins later or beyond all calendars has no time before it.

    Args:
        spec: The schedule of its DAG; None for a DAG that has none.
        run_after: The logical date that was given, or when it was started.

    Raises:
        InvariantError: The schedule is a timetable of the author's, which only a worker can ask.
    """
    interval = _infer(spec, run_after)
    return interval if all(map(math.isfinite, interval)) else Interval(run_after, run_after)


def _infer(spec: ScheduleSpec | None, run_after: float) -> Interval:
    match spec:
        case CronTrigger(interval=interval) | DeltaTrigger(interval=interval):
            return Interval(deltas.subtract(run_after, interval), run_after)
        case CronIntervals(cron=cron, timezone=timezone):
            clock = CronClock(cron, timezone)
            end = clock.align_prev(run_after)
            return Interval(clock.prev(end), end)
        case DeltaIntervals(delta=delta):
            return Interval(deltas.subtract(run_after, delta), run_after)
        case EventsSchedule(instants=instants, restrict_to_events=True) if instants:
            at = next((each for each in reversed(instants) if each <= run_after), instants[0])
            return Interval(at, at)
        case AssetOrTimeSchedule(time=time):
            return _infer(time, run_after)
        case CustomSchedule(class_name=name):
            raise InvariantError(f"the timetable {name} was asked without the code of its DAG")
        case _:
            return Interval(run_after, run_after)
