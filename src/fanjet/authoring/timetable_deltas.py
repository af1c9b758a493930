"""Durations of timetables as data: timedelta, relativedelta, pendulum's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fanjet.errors import DagValueError
from fanjet.model.schedules import CalendarDelta, Delta, FixedDelta

_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_STEPS = ("years", "months", "days", "leapdays", "hours", "minutes", "seconds", "microseconds")


def to_delta(value: Any, name: str) -> Delta:
    """A duration as data.

    Args:
        value: The duration.
        name: Of the argument, for the message.

    Raises:
        DagValueError: It is something else.
    """
    if isinstance(value, timedelta):
        # A timedelta of pendulum knows months.
        months = getattr(value, "years", 0) * 12 + getattr(value, "months", 0)
        if not months:
            return FixedDelta(value.total_seconds())
        duration: Any = value
        return CalendarDelta(
            months=months,
            days=duration.weeks * 7 + duration.remaining_days,
            hours=duration.hours,
            minutes=duration.minutes,
            seconds=duration.remaining_seconds,
            microseconds=duration.microseconds,
        )
    if type(value).__name__ != "relativedelta":
        raise DagValueError(f"{name}={value!r} is no duration.", fix="give a timedelta or a relativedelta")
    steps = {step: getattr(value, step) for step in _STEPS}
    parts = {part: getattr(value, part) for part in _PARTS}
    weekday = value.weekday
    return CalendarDelta(**steps, **parts, weekday=(weekday.weekday, weekday.n) if weekday else None)


def check_delta(value: Any) -> Delta:
    """The distance between runs as data.

    Raises:
        DagValueError: It is none, or leads nowhere.
    """
    delta = to_delta(value, "delta")
    if not _moves_forward(delta):
        raise DagValueError(f"{value!r} does not lead from one run to a later one.", fix="give timedelta(hours=1)")
    return delta


def _moves_forward(delta: Delta) -> bool:
    if isinstance(delta, FixedDelta):
        return delta.seconds > 0
    from fanjet.schedules.deltas import moves_forward  # noqa: PLC0415 - few schedules go by the calendar

    return moves_forward(delta)
