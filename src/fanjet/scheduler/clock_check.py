"""Says when the clock of this machine is not that of the database server.

Leases go by the server's, so no run is taken from anybody. But whichever scheduler comes first makes the runs of a
schedule, and each starts retries, when its own clock says that it is time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
_EVERY_S = 60.0
#: Far from what synchronised clocks differ by.
_MUCH_S = 1.0


class ClockCheck:
    """Looks now and then.

    Args:
        journal: Of the database whose clock is compared; one of this machine has the same.
        wall: The time of day.
    """

    def __init__(self, journal: ServiceJournal, wall: Callable[[], float] = time.time) -> None:
        self._journal = journal
        self._wall = wall
        self._looks_at = 0.0
        self._is_told = False

    def look(self, now: float) -> None:
        """Compare, where it is time; a difference is told once, and again when it has been mended meanwhile.

        Raises:
            ExecutionError: The store failed.
        """
        if now < self._looks_at:
            return
        self._looks_at = now + _EVERY_S
        ahead_s = self._journal.find_clock_lead_s(self._wall)
        differs = abs(ahead_s) > _MUCH_S
        if differs and not self._is_told:
            _log.warning(
                "The clock of this machine is %.1f s %s that of the database server. By so much too %s runs of "
                "schedules and retries start here. Fix: have the clocks of all machines synchronised (NTP).",
                abs(ahead_s),
                *(("ahead of", "early") if ahead_s > 0 else ("behind", "late")),
            )
        self._is_told = differs
