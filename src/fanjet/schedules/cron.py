"""The instants that a cron text gives in a time zone, on days of daylight saving too.

A cron text is about the clock on the wall. Where clocks are put forward, some of its times do not exist; where they
are put back, some exist twice. Source for what then holds: Airflow's rule, which tells two kinds of texts apart.

- A text for *every hour* (``*`` in its second field) gives an instant whenever the wall shows one of its times: twice
  in a repeated hour, never in a skipped one.
- Any other text gives each of its times exactly once: in a repeated hour the second time, and what is skipped comes
  later by as much as the clocks were put forward.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from fanjet.schedules.presets import PRESETS
from fanjet.schedules.zones import get_zone

if TYPE_CHECKING:
    from croniter import croniter

#: Around an instant, changes of the offset that are further away than this cannot matter. No place has ever changed
#: its clocks by more than a day.
_REACH_S = 26 * 3600


class _Offsets(NamedTuple):
    """The seconds by which the clocks on the wall are ahead of UTC, around an instant."""

    least: int
    most: int


class CronClock:
    """The instants of one cron text, as seconds since the epoch.

    Args:
        cron: The text or preset.
        timezone: The name of the time zone.
    """

    def __init__(self, cron: str, timezone: str) -> None:
        self._zone = get_zone(timezone)
        self._steps = _Steps(PRESETS.get(cron, cron))

    def next(self, at: float) -> float:
        """The first instant after `at`; infinity if there is none."""
        around = self._offsets(at)
        wall, found = float(math.floor(at) + around.least), math.inf
        while True:
            wall = self._steps.forward(wall)
            around = self._offsets(min(found, wall))
            # No time on the wall from here on comes earlier than this.
            if wall - around.most >= found:
                return found
            found = min((found, *(each for each in self._instants(wall) if each > at)))
            if found < math.inf and around.least == around.most:
                return found

    def prev(self, at: float) -> float:
        """The last instant before `at`; minus infinity if there is none."""
        around = self._offsets(at)
        wall, found = float(math.ceil(at) + around.most), -math.inf
        while True:
            wall = self._steps.back(wall)
            around = self._offsets(max(found, wall))
            if wall - around.least <= found:
                return found
            found = max((found, *(each for each in self._instants(wall) if each < at)))
            if found > -math.inf and around.least == around.most:
                return found

    def includes(self, at: float) -> bool:
        """Whether `at` is one of them."""
        return at == math.floor(at) and self.next(at - 1) == at

    def align_next(self, at: float) -> float:
        """The first instant from `at` on."""
        return at if self.includes(at) else self.next(at)

    def align_prev(self, at: float) -> float:
        """The last instant up to `at`."""
        return at if self.includes(at) else self.prev(at)

    def _instants(self, wall: float) -> tuple[float, ...]:
        """When the wall shows a time: never, once or twice, in order."""
        shown = datetime.fromtimestamp(wall, UTC).replace(tzinfo=self._zone)
        first, second = _seconds(shown.utcoffset()), _seconds(shown.replace(fold=1).utcoffset())
        if first == second:
            return (wall - first,)
        if first > second:  # repeated
            return (wall - first, wall - second) if self._steps.is_hourly else (wall - second,)
        return () if self._steps.is_hourly else (wall - first,)

    def _offsets(self, at: float) -> _Offsets:
        if math.isinf(at):
            return _Offsets(0, 0)
        found = [_offset(self._zone, at + away) for away in (-_REACH_S, 0, _REACH_S)]
        return _Offsets(min(found), max(found))


def _offset(zone: tzinfo, at: float) -> int:
    return _seconds(datetime.fromtimestamp(at, zone).utcoffset())


def _seconds(offset: timedelta | None) -> int:
    assert offset is not None
    return round(offset.total_seconds())


class _Steps:
    """The times of a cron text one by one, as seconds since the epoch of a wall that shows UTC."""

    def __init__(self, cron: str) -> None:
        self._text = _parse(cron)
        #: Whether each hour has times.
        self.is_hourly = self._text.expanded[1] == ["*"]

    def forward(self, wall: float) -> float:
        """The first time after `wall`; infinity if there is none within decades."""
        from croniter import CroniterBadDateError  # noqa: PLC0415 - costs 30 ms, and few processes need it

        try:
            with _LOCK:
                return float(self._text.get_next(float, start_time=wall))
        except CroniterBadDateError:
            return math.inf

    def back(self, wall: float) -> float:
        """The last time before `wall`; minus infinity if there is none within decades."""
        from croniter import CroniterBadDateError  # noqa: PLC0415 - costs 30 ms, and few processes need it

        try:
            with _LOCK:
                return float(self._text.get_prev(float, start_time=wall))
        except CroniterBadDateError:
            return -math.inf


#: A `croniter` keeps its place while it steps.
_LOCK = Lock()


@cache
def _parse(cron: str) -> croniter:
    """Reading a text costs more than a step."""
    from croniter import croniter  # noqa: PLC0415 - costs 30 ms, and few processes need it

    return croniter(cron, 0.0)
