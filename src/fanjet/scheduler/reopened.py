"""Runs that are opened again keep to the number of runs that a DAG may have at once.

A run that had ended is under way again as soon as something of it is to run again, and counts as one; but nothing of it
is launched while as many runs of the DAG are under way since earlier as may. So do runs that have been left by another
scheduler: it may have held them back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from fanjet.engine.admission import Admission
from fanjet.scheduler.owned_runs import OwnedRuns
from fanjet.store.service.journal import ServiceJournal
from fanjet.store.service.run_starts import MostActive

_log = logging.getLogger("fanjet.scheduler")


class ReopenedRuns:
    """Holds runs back.

    Args:
        journal: What runs there are.
        admission: Launches nothing of what is held.
        runs: Those of this scheduler.
        find_most_active: How many runs of a version, or of a backfill, there may be at once.
        fill: Launches what may be launched now.
    """

    def __init__(
        self,
        journal: ServiceJournal,
        admission: Admission,
        runs: OwnedRuns,
        find_most_active: MostActive,
        fill: Callable[[], None],
    ) -> None:
        self._journal = journal
        self._admission = admission
        self._runs = runs
        self._find_most_active = find_most_active
        self._fill = fill
        #: By run: whether it is known to have to wait.
        self._held: dict[int, bool] = {}

    @property
    def has_new(self) -> bool:
        """Whether there are any that have not been looked at."""
        return not all(self._held.values())

    def hold(self, run: int) -> None:
        """Launch nothing of a run before it has been looked at."""
        self._held[run] = False
        self._admission.hold_run(run)

    def look(self) -> None:
        """Let go of those that need not wait any more."""
        let_go = False
        for run in list(self._held):
            if run not in self._runs:
                del self._held[run]
                self._admission.unhold_run(run)
            elif self._has_to_wait(run):
                if not self._held[run]:
                    _log.info("Run %d waits, as its DAG may not have more runs at once.", run)
                self._held[run] = True
            else:
                del self._held[run]
                self._admission.unhold_run(run)
                let_go = True
        if let_go:
            self._fill()

    def _has_to_wait(self, run: int) -> bool:
        place = self._journal.find_place(run)
        most = self._find_most_active(place.version, place.backfill)
        return most is not None and place.before >= most
