"""The times of a cron text one by one, on a wall where clocks never change."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from fanjet.schedules.presets import PRESETS

if TYPE_CHECKING:
    from croniter import croniter


class CronSteps:
    """The times, as seconds since the epoch of a wall that shows UTC.

    Args:
        cron: The text or preset.
    """

    def __init__(self, cron: str) -> None:
        self._text = _parse(PRESETS.get(cron, cron))
        #: Whether each hour has times.
        self.is_hourly = self._text.expanded[1] == ["*"]

    def after(self, wall: int) -> int | None:
        """The first time after `wall`; None if there is none within decades."""
        from croniter import CroniterBadDateError  # noqa: PLC0415 - costs 30 ms, and few processes need it

        try:
            with _LOCK:
                return int(self._text.get_next(float, start_time=float(wall)))
        except CroniterBadDateError:
            return None

    def before(self, wall: int) -> int | None:
        """The last time before `wall`; None if there is none within decades."""
        from croniter import CroniterBadDateError  # noqa: PLC0415 - costs 30 ms, and few processes need it

        try:
            with _LOCK:
                return int(self._text.get_prev(float, start_time=float(wall)))
        except CroniterBadDateError:
            return None


#: A `croniter` keeps its place while it steps.
_LOCK = Lock()


@lru_cache(4096)
def _parse(cron: str) -> croniter:
    """Reading a text costs more than a step."""
    from croniter import croniter  # noqa: PLC0415 - costs 30 ms, and few processes need it

    return croniter(cron, 0.0)
