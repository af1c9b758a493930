"""Which run of a DAG is due next.

Source: the rules of Airflow 3.3's timetables. Instants are seconds since the epoch; what is now comes in, nothing here
looks at a clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from fanjet.errors import InvariantError
from fanjet.model.schedules import (
    AssetOrTimeSchedule,
    AssetSchedule,
    ContinuousSchedule,
    CronIntervals,
    CronTrigger,
    CustomSchedule,
    Delta,
    DeltaIntervals,
    DeltaTrigger,
    Due,
    EventsSchedule,
    Interval,
    OnceSchedule,
    ScheduleSpec,
    due_about,
)
from fanjet.model.spec import DagSpec
from fanjet.schedules import deltas
from fanjet.schedules.cron import CronClock
from fanjet.schedules.deltas import DeltaClock

#: The least time for which a missed instant before the first run counts.
_MISSED_S = 300.0


class Clock(Protocol):
    """Instants, one after the other."""

    def next(self, at: float) -> float:
        """The first after `at`; infinity if there is none."""
        ...

    def prev(self, at: float) -> float:
        """The last before `at`; minus infinity if there is none."""
        ...

    def align_next(self, at: float) -> float:
        """The first from `at` on."""
        ...

    def align_prev(self, at: float) -> float:
        """The last up to `at`."""
        ...


@dataclass(frozen=True)
class Question:
    """What decides beside the schedule.

    Attributes:
        last: What the run before is about; None before the first.
        start_date: Before it nothing is due; None for no bound.
        end_date: After it nothing is due; None for no bound.
        catchup: Whether runs that were missed are made up for.
        now: What is now.
    """

    last: Interval | None
    start_date: float | None
    end_date: float | None
    catchup: bool
    now: float


def find_next(
    spec: ScheduleSpec,
    *,
    last: Interval | None,
    start_date: float | None,
    end_date: float | None,
    catchup: bool,
    now: float,
) -> Due | None:
    """The run that a schedule has due next; None for none ever, or none by the clock.

    Args:
        spec: The schedule.
        last: What the scheduled run before is about; None before the first.
        start_date: Before it nothing is due; None for no bound.
        end_date: After it nothing is due; None for no bound.
        catchup: Whether runs that were missed are made up for; if not, at most the latest of them is.
        now: What is now.

    Raises:
        InvariantError: The schedule is a timetable of the author's, which only a worker can ask (`needs_code`).
    """
    question = Question(last, start_date, end_date, catchup, now)
    due = _find(spec, question)
    return due if due is not None and all(map(math.isfinite, due)) else None


def find_next_run(dag: DagSpec, *, last: Interval | None, now: float) -> Due | None:
    """As `find_next`, for a DAG."""
    if dag.timetable is None:
        return None
    start, end = (None if date is None else date.timestamp() for date in (dag.start_date, dag.end_date))
    return find_next(dag.timetable, last=last, start_date=start, end_date=end, catchup=dag.catchup, now=now)


def needs_code(spec: ScheduleSpec | None) -> bool:
    """Whether only code of the author's says when runs are due."""
    return isinstance(spec.time if isinstance(spec, AssetOrTimeSchedule) else spec, CustomSchedule)


def names_runs(spec: ScheduleSpec | None) -> bool:
    """Whether code of the author's gives runs their ids."""
    time = spec.time if isinstance(spec, AssetOrTimeSchedule) else spec
    return isinstance(time, CustomSchedule) and time.names_runs


def _find(spec: ScheduleSpec, question: Question) -> Due | None:
    match spec:
        case CronTrigger():
            return _first([_next_cron_trigger(cron, spec, question) for cron in spec.crons], question)
        case CronIntervals(cron=cron, timezone=timezone):
            clock = CronClock(cron, timezone)
            return _next_interval(clock, question, _cron_floor(clock, question))
        case DeltaTrigger(delta=delta, interval=interval):
            return _next_trigger(DeltaClock(delta), question, question.now, interval)
        case DeltaIntervals(delta=delta):
            return _next_interval(DeltaClock(delta), question, _delta_floor(delta, question))
        case OnceSchedule():
            return _next_once(question)
        case ContinuousSchedule():
            return _next_continuous(question)
        case EventsSchedule(instants=instants):
            return _next_event(instants, question)
        case AssetSchedule():
            return None
        case AssetOrTimeSchedule(time=time):
            return _find(time, question)
        case CustomSchedule(class_name=name):
            raise InvariantError(f"the timetable {name} was asked without the code of its DAG")


# Triggers: a run stands for an instant.


def _next_cron_trigger(cron: str, spec: CronTrigger, question: Question) -> Due | None:
    clock = CronClock(cron, spec.timezone)
    first = _first_trigger(clock, spec, question.now) if question.last is None and question.start_date is None else 0.0
    return _next_trigger(clock, question, first, spec.interval)


def _next_trigger(clock: Clock, question: Question, first: float, interval: Delta) -> Due | None:
    """The next run of a clock.

    Args:
        clock: The clock.
        question: What decides.
        first: The instant of the first run of a DAG without start.
        interval: How long before the instant what the run is about begins.
    """
    start = None if question.start_date is None else clock.align_next(question.start_date)
    following = first if start is None else start
    if question.last is not None:
        following = clock.next(question.last.end)
    if not question.catchup:
        following = max(clock.align_prev(question.now), following, -math.inf if start is None else start)
    if math.isinf(following) or (question.end_date is not None and question.end_date < following):
        return None
    return due_about(deltas.subtract(following, interval), following)


def _first_trigger(clock: Clock, spec: CronTrigger, now: float) -> float:
    """The instant of the first run of a DAG that has no start: the last one, if it is not too long ago."""
    past, following = clock.align_prev(now), clock.align_next(now)
    if spec.run_immediately is True:
        return past
    allowed_s = spec.run_immediately or max((following - past) / 10, _MISSED_S)
    return past if now - past <= allowed_s else following


def _first(found: list[Due | None], question: Question) -> Due | None:
    """The run that goes first of those that several clocks have due.

    Without catching up, the latest of the missed ones goes first: it stands for all of them.
    """
    due = [each for each in found if each is not None]
    missed = [] if question.catchup else [each for each in due if each.logical_date <= question.now]
    if missed:
        return max(missed, key=lambda each: each.logical_date)
    return min(due, key=lambda each: each.logical_date, default=None)


# Intervals: a run stands for the time up to an instant.


def _next_interval(clock: Clock, question: Question, floor: float | None) -> Due | None:
    """The next run of a clock.

    Args:
        clock: The clock.
        question: What decides.
        floor: Before it no interval begins; None for no bound.
    """
    if question.last is None:
        if floor is None:
            return None
        start = floor
    else:
        # The schedule may have changed since.
        aligned = clock.align_prev(question.last.end)
        start = aligned if floor is None else max(aligned, floor)
        if start <= question.last.start:
            start = clock.next(start)
    if math.isinf(start) or (question.end_date is not None and start > question.end_date):
        return None
    return due_about(start, clock.next(start))


def _cron_floor(clock: Clock, question: Question) -> float | None:
    """Before what no interval of a cron text begins."""
    start = None if question.start_date is None else clock.align_next(question.start_date)
    if question.catchup:
        return start
    ended = clock.align_prev(question.now)
    # Right on the border between two it is the one that has just ended.
    latest = clock.prev(ended)
    return latest if start is None else max(latest, start)


def _delta_floor(delta: Delta, question: Question) -> float | None:
    """Before what no interval of even length begins."""
    if question.catchup:
        return question.start_date
    anchor = question.now if question.start_date is None else question.start_date
    latest = deltas.subtract(deltas.round_down(question.now, delta, anchor), delta)
    return latest if question.start_date is None else max(latest, question.start_date)


# The others.


def _next_once(question: Question) -> Due | None:
    if question.last is not None:
        return None
    at = question.now if question.start_date is None else question.start_date
    return None if question.end_date is not None and at > question.end_date else due_about(at, at)


def _next_continuous(question: Question) -> Due | None:
    start = question.now if question.start_date is None else question.start_date
    end = max(start, question.now)
    if question.last is not None and question.last.end > question.now:  # begins in the future
        end = start + (question.last.end - question.last.start)
    elif question.last is not None:
        start, end = question.last.end, question.now
    return None if question.end_date is not None and end > question.end_date else due_about(start, end)


def _next_event(instants: tuple[float, ...], question: Question) -> Due | None:
    earliest = -math.inf if question.start_date is None else question.start_date
    if not question.catchup:
        earliest = max(earliest, question.now)
    after = -math.inf if question.last is None else question.last.end
    at = next((each for each in instants if each >= earliest and each > after), None)
    if at is None or (question.end_date is not None and at > question.end_date):
        return None
    return due_about(at, at)
