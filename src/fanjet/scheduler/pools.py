"""A scheduler's part of the pools that all schedulers of a database share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fanjet.engine.admission import Admission
from fanjet.store.pool_shares import Demand
from fanjet.store.service_journal import ServiceJournal


class Pools:
    """Keeps a scheduler's part as large as it needs and others allow.

    Args:
        journal: Where the parts are.
        session: The number of the scheduler.
        admission: Launches within it.
        configured: The slots of the pools in the settings; the database may say otherwise.
        clock: Gives the instant.
    """

    def __init__(
        self,
        journal: ServiceJournal,
        session: int,
        admission: Admission,
        configured: Mapping[str, int],
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._session = session
        self._admission = admission
        self._configured = configured
        self._clock = clock

    def look(self, *, until: float) -> None:
        """Say what is needed, and take what there is, until then; to be repeated well before."""
        demands = {pool: Demand(*demand) for pool, demand in self._admission.find_demands().items()}
        totals, shares = self._journal.keep_session(
            self._session, self._configured, demands, until=until, at=self._clock()
        )
        self._admission.set_pools(totals)
        self._admission.set_shares(shares)
