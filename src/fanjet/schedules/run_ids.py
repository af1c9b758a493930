"""The ids of runs that nobody named."""

from __future__ import annotations

from datetime import UTC, datetime

from fanjet.model.timetables import RunKind


def name_run(kind: RunKind, run_after: float) -> str:
    """The id of a run.

    Args:
        kind: What started it.
        run_after: When it is due, in seconds since the epoch.
    """
    return f"{kind}__{datetime.fromtimestamp(run_after, UTC).isoformat()}"
