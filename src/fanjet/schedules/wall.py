"""The clock on the wall of a place: what it shows when, and how it is put forward and back.

Times on the wall are seconds since the epoch of a wall that shows UTC; instants are seconds since the epoch.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from fanjet.schedules.zones import get_zone

#: No place has ever put its clocks by more than a day, and none does so twice within two.
REACH_S = 26 * 3600


class Change(NamedTuple):
    """The clocks are put forward or back."""

    #: The first instant with the new offset.
    at: int
    #: The seconds by which the wall is ahead of UTC.
    before: int
    after: int

    @property
    def is_forward(self) -> bool:
        return self.after > self.before

    @property
    def lower(self) -> int:
        """The first time on the wall that is skipped or repeated."""
        return self.at + min(self.before, self.after)

    @property
    def upper(self) -> int:
        """The first time on the wall after those."""
        return self.at + max(self.before, self.after)


class Reading(NamedTuple):
    """How far a time on the wall is ahead of UTC, if it comes before and if it comes after a change of the clocks."""

    before: int
    after: int

    @property
    def is_skipped(self) -> bool:
        return self.after > self.before


class Wall:
    """A clock on a wall.

    Args:
        timezone: The name of the time zone.
    """

    def __init__(self, timezone: str) -> None:
        self._zone = get_zone(timezone)

    def offset(self, at: float) -> int:
        """How far the wall is ahead of UTC at an instant, in seconds."""
        return _seconds(datetime.fromtimestamp(at, self._zone).utcoffset())

    def read(self, wall: float) -> Reading:
        """What may be meant by a time on the wall."""
        shown = datetime.fromtimestamp(wall, UTC).replace(tzinfo=self._zone)
        return Reading(_seconds(shown.utcoffset()), _seconds(shown.replace(fold=1).utcoffset()))

    def find_change(self, start: int, end: int) -> Change | None:
        """The change after `start` and up to `end`; None if there is none, or if two make up for each other."""
        before, after = self.offset(start), self.offset(end)
        if before == after:
            return None
        while end - start > 1:
            middle = (start + end) // 2
            if self.offset(middle) == before:
                start = middle
            else:
                end = middle
        return Change(end, before, after)

    def find_skip(self, wall: int) -> Change | None:
        """The change that skips a time; None if the wall shows it."""
        reading = self.read(wall)
        return self.find_change(wall - reading.after, wall - reading.before) if reading.is_skipped else None


def _seconds(offset: timedelta | None) -> int:
    assert offset is not None, "a zone that was asked about a whole date"
    return round(offset.total_seconds())
