"""The time of day that never goes back, so that retries come and durations make sense when a clock is set back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from fanjet.errors import OperationError

#: The clock is corrected by less all the time, slowly; by more it is set, or the machine has slept.
_JUMP_S = 1.0
_FIRST_YEAR, _LAST_YEAR = 2, 9998


class SteadyTime:
    """Gives instants in seconds since the epoch.

    When the clock is set forward, or the machine wakes up, it follows. When the clock is set back it goes on as before:
    what was to happen in five seconds does. Processes that are forked from this one agree with it.

    Args:
        wall: The time of day.
        steady: The seconds since some instant; never goes back.
    """

    __slots__ = ("_ahead_s", "_steady", "_wall")

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        #: By how much the time of day is ahead of the steady one.
        self._ahead_s = wall() - steady()

    def __call__(self) -> float:
        steady = self._steady()
        ahead_s = self._wall() - steady
        if ahead_s - self._ahead_s > _JUMP_S:
            self._ahead_s = ahead_s
        return steady + self._ahead_s


#: The instant, in seconds since the epoch.
now = SteadyTime()


def check_date(date: datetime) -> datetime:
    """A date that a run can stand for, UTC: far enough from the ends of the calendar for time zones and intervals.

    Args:
        date: Aware.

    Raises:
        OperationError: It is not.
    """
    if not _FIRST_YEAR <= date.year <= _LAST_YEAR:
        raise OperationError(f"The date {date.isoformat()} is not between the years {_FIRST_YEAR} and {_LAST_YEAR}.")
    return date.astimezone(UTC)
