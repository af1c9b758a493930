"""The days of the week, by name and by number."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Self

from fanjet.errors import DagValueError


class WeekDay(IntEnum):
    """A day, numbered as in ISO: Monday is 1."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    @classmethod
    def convert(cls, day: Any) -> Self:
        """A day by its name, in upper or lower case, or by itself.

        Raises:
            DagValueError: It is no day.
        """
        if isinstance(day, cls):
            return day
        if isinstance(day, str) and day.upper() in cls.__members__:
            return cls[day.upper()]
        raise DagValueError(f"{day!r} is no day of the week.", fix=f"give one of {', '.join(cls.__members__)}")

    @classmethod
    def validate_week_day(cls, week_day: Any) -> set[int]:
        """The numbers of a day, or of several."""
        days: Iterable[Any] = [week_day] if isinstance(week_day, str | WeekDay) else week_day
        return {int(cls.convert(day)) for day in days}
