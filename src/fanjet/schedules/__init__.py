"""When runs are due: pure calculations over calendars, cron texts and asset conditions.

Names are imported when first used: loading a DAG file only checks its cron texts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "fanjet.model.schedules": ("AssetCondition", "AssetName", "Due", "Interval", "ScheduleSpec"),
    "fanjet.schedules.due_lists": ("is_periodic", "iter_due", "list_due", "list_next"),
    "fanjet.schedules.manual_runs": ("infer_manual_interval",),
    "fanjet.schedules.next_run": ("find_next", "find_next_run", "needs_code"),
    "fanjet.schedules.run_ids": ("name_run",),
}


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
