"""When runs are due: pure calculations over calendars, cron texts and asset conditions."""

from __future__ import annotations

from fanjet.model.schedules import AssetCondition, AssetName, Due, Interval, ScheduleSpec
from fanjet.schedules.due_lists import is_periodic, iter_due, list_due, list_next
from fanjet.schedules.manual_runs import infer_manual_interval
from fanjet.schedules.next_run import find_next, find_next_run, needs_code
from fanjet.schedules.run_ids import name_run

__all__ = [
    "AssetCondition",
    "AssetName",
    "Due",
    "Interval",
    "ScheduleSpec",
    "find_next",
    "find_next_run",
    "infer_manual_interval",
    "is_periodic",
    "iter_due",
    "list_due",
    "list_next",
    "name_run",
    "needs_code",
]
