"""Says when the clock of this machine is not that of the database server.

Leases end at instants that each scheduler reads off its own clock. One whose clock is ahead by seconds takes the leases
of others for ended; one whose clock is behind seems dead to them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
_EVERY_S = 60.0
#: Far from what synchronised clocks differ by, and not yet what a lease allows for.
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
                "The clock of this machine is %.1f s %s that of the database server. Schedulers whose clocks differ by "
                "seconds take runs from each other, and tries of them run twice. Fix: have the clocks of all machines "
                "synchronised (NTP).",
                abs(ahead_s),
                "ahead of" if ahead_s > 0 else "behind",
            )
        self._is_told = differs
