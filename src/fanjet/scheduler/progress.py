"""Keeps displays moving while runs are under way."""

from __future__ import annotations

import time

from fanjet.scheduler.display import Display
from fanjet.scheduler.owned_runs import OwnedRuns

_EVERY_S = 0.1


class Progress:
    """Shows how far the runs are, now and then.

    Args:
        display: Where.
        runs: Those that are carried out here.
    """

    def __init__(self, display: Display, runs: OwnedRuns) -> None:
        self._display = display
        self._runs = runs
        self._shown_at = 0.0

    def look(self) -> None:
        """Show it, if it is time."""
        now = time.monotonic()
        if now - self._shown_at < _EVERY_S:
            return
        self._shown_at = now
        for owned in self._runs:
            if not owned.is_quiet:
                self._display.progress(owned.info, owned)
