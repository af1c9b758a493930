"""How a scheduler keeps the runs that it owns."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fanjet.errors import ExecutionError
from fanjet.store.journal.journal import Journal

#: How long a lease holds, and how often it is renewed, where one process carries out what a person has started.
LEASE_S = 15.0
_RENEW_EVERY_S = 5.0


class LeaseTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How long leases hold.

    Short ones are taken over soon when a machine is gone; whether a process of the same machine lives is seen at once.
    """

    lease_s: float = LEASE_S
    renew_every_s: float = _RENEW_EVERY_S


class LeaseKeeper:
    """Renews the leases of one scheduler.

    Args:
        journal: Holds them.
        session: The number of the scheduler.
        terms: How long they hold.
        clock: Says when it is time; how long leases hold goes by the clock that all schedulers share.
    """

    def __init__(self, journal: Journal, session: int, terms: LeaseTerms, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._session = session
        self._terms = terms
        self._clock = clock
        self._renewed_at = clock()

    def renew(self) -> bool:
        """Renew what is due; whether anything was done.

        Raises:
            LeaseLostError: Runs have been taken over by others.
            ExecutionError: The store failed for good.
        """
        now = self._clock()
        if now - self._renewed_at < self._terms.renew_every_s:
            return False
        try:
            self._journal.renew_leases(self._session, lease_s=self._terms.lease_s)
        except ExecutionError as error:
            if not error.temporary:
                raise
            return False  # tried again in the next turn; should a lease be lost meanwhile, the next write says so
        self._renewed_at = now
        return True
