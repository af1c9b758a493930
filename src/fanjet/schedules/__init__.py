"""When runs are due: pure calculations over calendars, cron texts and asset conditions."""

from __future__ import annotations

from fanjet.model.schedules import AssetCondition, AssetName, Due, Interval, ScheduleSpec
from fanjet.schedules.next_run import find_next, find_next_run, needs_code

__all__ = [
    "AssetCondition",
    "AssetName",
    "Due",
    "Interval",
    "ScheduleSpec",
    "find_next",
    "find_next_run",
    "needs_code",
]
