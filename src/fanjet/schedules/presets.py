"""Texts that stand for cron texts, and those that stand for other schedules."""

from __future__ import annotations

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@midnight": "0 0 * * *",
    "@annually": "0 0 1 1 *",
}

OTHER_PRESETS = ("@once", "@continuous")
