"""What one scheduler may launch of the limits that it shares with others, between two looks at what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fanjet.model.sharing import Limit, Share


class SharedLimits:
    """Its parts, as they were worked out the last time.

    Slots that were free then may be used for anything, as they were given in the order of the priorities of all
    schedulers. What comes free later may be used again only for what nobody else waits for with an equal or greater
    priority, or within the fair part.

    Args:
        shares: The parts; of a limit without one nothing may be launched.
        used: The slots of what is launched.
    """

    def __init__(self, shares: Mapping[Limit, Share], used: Callable[[Limit], int]) -> None:
        self._shares = shares
        self._used = used
        wanted = [limit for limit, share in shares.items() if share.floor is not None]
        #: Of limits that others wait for: what was free and has not been used yet.
        self._given = {limit: shares[limit].slots - used(limit) for limit in wanted}
        #: And what was used.
        self._used_then = {limit: used(limit) for limit in wanted}

    def find_free(self, limit: Limit, priority: int) -> int:
        """How many slots more may be used for a task of some priority; not positive when there is none."""
        share = self._shares.get(limit)
        if share is None:
            return 0
        used = self._used(limit)
        free = share.slots - used
        if share.floor is None or priority > share.floor:
            return free
        given = self._given[limit]
        return min(free, max(given, share.fair - used) if priority == share.floor else given)

    def launched(self, limit: Limit, slots: int) -> None:
        """Slots are used."""
        if limit in self._given:
            self._given[limit] -= min(slots, self._given[limit])

    def has_idle(self) -> bool:
        """Whether slots have come free that others wait for."""
        return any(self._used(limit) < then for limit, then in self._used_then.items())
