"""Steps of even length, in seconds or by the calendar. Calendars are those of UTC, as in Airflow."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from fanjet.model.schedules import CalendarDelta, Delta, FixedDelta

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta


def add(at: float, delta: Delta) -> float:
    """An instant and a step, as seconds since the epoch; infinity after the last year."""
    try:
        return (to_datetime(at) + _make(delta)).timestamp()
    except (OverflowError, ValueError):  # as the library happens to say it
        return math.inf


def subtract(at: float, delta: Delta) -> float:
    """An instant less a step; minus infinity before the first year.

    With calendars it is not the opposite of `add`: months differ in length.
    """
    try:
        return (to_datetime(at) - _make(delta)).timestamp()
    except (OverflowError, ValueError):  # as the library happens to say it
        return -math.inf


def to_datetime(at: float) -> datetime:
    """An instant as an aware datetime."""
    return datetime.fromtimestamp(at, UTC)


class DeltaClock:
    """The instants at even distances from wherever one starts.

    Args:
        delta: The distance.
    """

    def __init__(self, delta: Delta) -> None:
        self._delta = delta

    def next(self, at: float) -> float:
        return add(at, self._delta)

    def prev(self, at: float) -> float:
        return subtract(at, self._delta)

    def align_next(self, at: float) -> float:
        return at

    def align_prev(self, at: float) -> float:
        return at


def round_down(at: float, delta: Delta, anchor: float) -> float:
    """The last multiple of a step up to `at`.

    Multiples count from the epoch. Months and years have no fixed length: those count from `anchor`, one by one,
    because a day that a month does not have stays changed (31 January, 28 February, 28 March).
    """
    length_s = _length_s(delta)
    if length_s is not None:
        return at - at % length_s
    boundary = anchor
    while (following := add(boundary, delta)) <= at:
        boundary = following
    return boundary


def moves_forward(delta: Delta) -> bool:
    """Whether a step leads to the future, wherever in a year one starts."""
    days = (datetime(2023, month, day, 12, tzinfo=UTC) for month in range(1, 13) for day in (1, 2, 3, 4, 5, 6, 7, 28))
    return all(add(day.timestamp(), delta) > day.timestamp() for day in days)


def _length_s(delta: Delta) -> float | None:
    """None for steps that have no fixed length."""
    if isinstance(delta, FixedDelta):
        return delta.seconds
    if delta.months or delta.years:
        return None
    whole = ((delta.days * 24 + delta.hours) * 60 + delta.minutes) * 60 + delta.seconds
    return whole + delta.microseconds / 1e6 or None


@lru_cache(4096)
def _make(delta: Delta) -> timedelta | relativedelta:
    if isinstance(delta, FixedDelta):
        return timedelta(seconds=delta.seconds)
    return _make_calendar(delta)


def _make_calendar(delta: CalendarDelta) -> relativedelta:
    from dateutil.relativedelta import relativedelta, weekday  # noqa: PLC0415 - costs 20 ms, and few schedules need it

    fields = {name: getattr(delta, name) for name in delta.__struct_fields__ if name != "weekday"}
    return relativedelta(**fields, weekday=weekday(*delta.weekday) if delta.weekday else None)
