"""How schedulers divide the slots of a limit that holds for all of them together.

Each of them knows what all have told, and works out its own part. What is launched stays where it is. What is free goes
to what waits: the greatest priority first, within it to whoever has least. Slots that nobody waits for are divided too,
so that they can be used without asking. No part is ever larger than what the others do not hold, whatever they told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fanjet.model.sharing import Limit, Needs, Share, Standing

#: Of a claim that is large, so much of what is left is given at a time; the rest of the fairness is in `Share.fair`.
_PART = 8


@dataclass(slots=True)
class _Waiting:
    """Tries of one scheduler that wait, all alike."""

    session: int
    priority: int
    needs: Needs
    left: int


def share_out(
    session: int, standings: Mapping[int, Standing], limits: Collection[Limit], turn: int
) -> dict[Limit, Share]:
    """Work out the part of one scheduler.

    Args:
        session: Which one.
        standings: What all of them have told, itself included, by session.
        limits: Those that it asks for.
        turn: A number that grows with time: who gets the odd slot changes with it.
    """
    mine = {hold.limit: hold for hold in standings[session].holds}
    if any(other.is_alone for number, other in standings.items() if number != session):
        # It has all that there is, and will say what it uses as soon as it sees that it is not alone.
        return {limit: Share(mine[limit].used, mine[limit].used, None) for limit in limits}
    division = _Division(standings, turn)
    division.place()
    return {limit: division.find_share(session, limit) for limit in limits}


class _Division:
    def __init__(self, standings: Mapping[int, Standing], turn: int) -> None:
        self._standings = standings
        sessions = sorted(standings)
        at = turn % len(sessions)
        #: Who goes first where nothing else decides.
        self._order = {session: rank for rank, session in enumerate(sessions[at:] + sessions[:at])}
        self._totals: dict[Limit, int] = {}
        #: By limit and session: the slots of what is launched, and of what is placed here.
        self._taken: dict[Limit, dict[int, int]] = {}
        self._held: dict[Limit, dict[int, int]] = {}
        for session, standing in standings.items():
            for hold in standing.holds:
                self._totals[hold.limit] = max(hold.total, self._totals.get(hold.limit, 0))
                self._taken.setdefault(hold.limit, {})[session] = hold.used
                self._held.setdefault(hold.limit, {})[session] = hold.held
        self._free = {limit: total - sum(self._taken[limit].values()) for limit, total in self._totals.items()}
        #: By limit: the greatest priority that each scheduler goes on waiting for it with.
        self._unmet: dict[Limit, dict[int, int]] = {}

    def place(self) -> None:
        """Give what is free to what waits."""
        waiting = [
            _Waiting(session, want.priority, want.needs, want.count)
            for session, standing in self._standings.items()
            for want in standing.wants
        ]
        for priority in sorted({each.priority for each in waiting}, reverse=True):
            self._place_level([each for each in waiting if each.priority == priority])

    def _place_level(self, waiting: Sequence[_Waiting]) -> None:
        while fitting := [each for each in waiting if each.left and self._count_fitting(each.needs)]:
            least = min(fitting, key=lambda each: (self._occupied(each), self._order[each.session]))
            count = min(1 + least.left // _PART, self._count_fitting(least.needs))
            least.left -= count
            for limit, slots in least.needs:
                self._free[limit] -= count * slots
                taken = self._taken[limit]
                taken[least.session] = taken.get(least.session, 0) + count * slots
        for each in waiting:
            for limit in self._list_blocking(each) if each.left else ():
                self._unmet.setdefault(limit, {}).setdefault(each.session, each.priority)

    def _count_fitting(self, needs: Needs) -> int:
        return min(self._free.get(limit, 0) // each for limit, each in needs)

    def _list_blocking(self, waiting: _Waiting) -> Iterator[Limit]:
        return (limit for limit, each in waiting.needs if self._free.get(limit, 0) < each)

    def _occupied(self, waiting: _Waiting) -> float:
        return max(
            self._taken[limit].get(waiting.session, 0) / max(self._totals[limit], 1) for limit, _ in waiting.needs
        )

    def find_share(self, session: int, limit: Limit) -> Share:
        """What a scheduler may use of a limit it has told of."""
        used = self._find_used(session, limit)
        unmet = self._unmet.get(limit, {})
        spare = 0 if unmet else max(self._free[limit], 0) // len(self._taken[limit])
        elsewhere = sum(held for number, held in self._held[limit].items() if number != session)
        slots = max(used, min(self._taken[limit][session] + spare, self._totals[limit] - elsewhere))
        floor = max((priority for number, priority in unmet.items() if number != session), default=None)
        return Share(slots, slots if floor is None else self._find_fair(session, limit, floor), floor)

    def _find_fair(self, session: int, limit: Limit, priority: int) -> int:
        """The part of a scheduler if all that want the limit for this priority, or a greater one, had equal parts.

        Parts are multiples of what the largest of these tries takes, so that nobody gets less than it can use.
        """
        wanted = {number: _list_claims(standing, limit, priority) for number, standing in self._standings.items()}
        unit = max((each for claims in wanted.values() for each, _ in claims), default=1)
        claims = {
            number: -(-(self._find_used(number, limit) + sum(each * count for each, count in wanted[number])) // unit)
            for number in wanted
        }
        level, odd = _fill(self._totals[limit] // unit, sorted(claims.values()))
        above = sorted((number for number in claims if claims[number] > level), key=self._order.__getitem__)
        return (min(claims[session], level) + (session in above[:odd])) * unit

    def _find_used(self, session: int, limit: Limit) -> int:
        return next((hold.used for hold in self._standings[session].holds if hold.limit == limit), 0)


def _fill(total: int, claims: Sequence[int]) -> tuple[int, int]:
    """How much each of several claims (in ascending order) gets at most, and how many of them can get one more."""
    left = total
    for position, claim in enumerate(claims):
        others = len(claims) - position
        if claim * others > left:
            return left // others, left % others
        left -= claim
    return max(claims, default=0), 0


def _list_claims(standing: Standing, limit: Limit, priority: int) -> Iterable[tuple[int, int]]:
    return [
        (each, want.count)
        for want in standing.wants
        if want.priority >= priority
        for name, each in want.needs
        if name == limit
    ]
