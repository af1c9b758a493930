"""A scheduler's part of what all schedulers of a database share: pools, and limits across the runs of a DAG."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from math import inf

from fanjet.engine.admission import Admission
from fanjet.engine.sharing import share_out
from fanjet.errors import ExecutionError
from fanjet.model.sharing import Hold, Limit, Share, Standing
from fanjet.scheduler.leases import LeaseTerms
from fanjet.store.service.journal import ServiceJournal
from fanjet.store.service.slot_shares import Others

#: Looks that nothing but the needs of the moment call for take at most this part of the time.
_PART_OF_TIME = 0.1
#: What a process that is gone had started is gone too, so much later; then what it held can be used.
_GONE_FOR_S = 0.2
#: After a failure.
_PAUSE_S = 1.0
#: Who has no room for what waits asks for a slot more every so many looks, in case there is room when it comes.
_TRIES_FOR_MORE_EVERY = 4


class Pools:
    """Keeps a scheduler's part as large as it needs and others allow.

    Args:
        journal: Where the parts are.
        session: The number of the scheduler.
        admission: Launches within it.
        configured: The slots of the pools in the settings; the database may say otherwise.
        terms: For how long a part is held, and how often that is said.
        clock: Gives the instant.
    """

    def __init__(
        self,
        journal: ServiceJournal,
        session: int,
        admission: Admission,
        configured: Mapping[str, int],
        terms: LeaseTerms,
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._session = session
        self._admission = admission
        self._configured = configured
        self._terms = terms
        self._clock = clock
        self._kept_at = 0.0
        self._looks = 0
        self._heard = False
        self._is_alone = True
        #: No sooner in seconds of `time.monotonic`, but for the regular looks; and those no sooner than the other.
        self._again_at = 0.0
        self._not_before = 0.0
        #: Schedulers whose process was gone the last time.
        self._gone: frozenset[int] = frozenset()
        #: What was held then, and the greatest priority of what waited, by limit.
        self._held: dict[Limit, int] = {}
        self._waiting: dict[Limit, int] = {}
        #: How often something had been launched at the last regular look.
        self._launches = 0
        admission.set_shares({}, inf)  # nothing, before it is known what others hold

    def hear(self) -> None:
        """Somebody has rung; it may be for this."""
        self._heard = True

    def look(self) -> bool:
        """Say what is needed and take what there is, where it is time; whether that was done.

        Raises:
            ExecutionError: The store failed.
        """
        now = self._clock()
        is_regular = now - self._kept_at >= self._terms.renew_every_s
        began_at = time.monotonic()
        if began_at < self._not_before or not (is_regular or self.find_next_look_at() <= now):
            return False
        try:
            self._share(now, is_regular=is_regular)
        except ExecutionError:
            self._not_before = self._again_at = time.monotonic() + _PAUSE_S
            raise
        ended_at = time.monotonic()
        self._again_at = ended_at + max((ended_at - began_at) / _PART_OF_TIME, _GONE_FOR_S if self._gone else 0.0)
        self._heard = False
        if is_regular:
            self._kept_at, self._launches = now, self._admission.launches
            self._looks += 1
        return True

    def find_next_look_at(self) -> float:
        """The instant of a look that something calls for; infinite where nothing does."""
        is_called_for = bool(self._gone) or (not self._is_alone and (self._heard or self._admission.is_short()))
        if not is_called_for:
            return inf
        return self._clock() + max(self._again_at - time.monotonic(), 0.0)

    def _share(self, now: float, *, is_regular: bool) -> None:
        shares: dict[Limit, Share] | None = None
        mine = Standing(is_alone=True)

        def settle(totals: Mapping[str, int], others: Others) -> Standing:
            nonlocal shares, mine
            self._admission.set_pools(totals)
            if others.standings:
                shares, mine = self._find_shares(others, is_regular=is_regular)
            return mine

        self._gone = self._journal.keep_session(
            self._session, self._configured, settle, gone=self._gone, lease_s=self._terms.lease_s
        )
        self._admission.set_shares(shares, now + self._terms.lease_s)  # others let it be for a little longer
        was_alone, self._is_alone = self._is_alone, shares is None
        if self._note(shares or {}, mine) or (was_alone and not self._is_alone):
            self._journal.ring()

    def _find_shares(self, others: Others, *, is_regular: bool) -> tuple[dict[Limit, Share], Standing]:
        limits = self._admission.list_shared()
        wants = self._admission.list_wants(self._find_more() if is_regular else 0)
        asked = Standing(holds=tuple(Hold(each, total, used, 0) for each, (total, used) in limits.items()), wants=wants)
        shares = share_out(self._session, {**others.standings, self._session: asked}, limits, int(others.at))
        holds = tuple(Hold(each, total, used, shares[each].slots) for each, (total, used) in limits.items())
        return shares, Standing(holds=holds, wants=wants)

    def _find_more(self) -> int:
        """All workers may be busy whenever it is looked, and yet take what is urgent if there were a slot for it."""
        is_busy = self._admission.launches != self._launches
        return int(is_busy and self._looks % _TRIES_FOR_MORE_EVERY == 0)

    def _note(self, shares: Mapping[Limit, Share], mine: Standing) -> bool:
        """Remember what was told; whether there is something new in it for others."""
        waiting: dict[Limit, int] = {}
        for want in mine.wants:
            for limit, _ in want.needs:
                waiting[limit] = max(want.priority, waiting.get(limit, want.priority))
        held, self._held = self._held, {hold.limit: hold.held for hold in mine.holds}
        asked, self._waiting = self._waiting, waiting
        is_new = any(priority > asked.get(limit, priority - 1) for limit, priority in waiting.items())
        gives = any(share.floor is not None and share.slots < held.get(limit, 0) for limit, share in shares.items())
        return is_new or gives
