"""Instances that wait for triggers. Each wait has a ticket, so that late news of one is never taken for the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fanjet.engine.blocks import Block


class Wait(NamedTuple):
    """One instance that waits for a trigger."""

    block: Block
    position: int
    try_number: int
    #: The timer of its timeout; None when it waits for ever.
    timer: int | None
    carry: bytes


class Deferrals:
    """All waits of a run. An instance has one at a time."""

    def __init__(self) -> None:
        self._waits: dict[int, Wait] = {}
        self._ticket_of: dict[tuple[Block, int], int] = {}
        self._last = 0

    def __bool__(self) -> bool:
        return bool(self._waits)

    def add(self, wait: Wait) -> int:
        """Note a wait; its ticket, which no other wait ever gets."""
        self._last += 1
        self._waits[self._last] = wait
        self._ticket_of[wait.block, wait.position] = self._last
        return self._last

    def take(self, ticket: int) -> Wait | None:
        """Remove a wait; None when it is over already."""
        wait = self._waits.pop(ticket, None)
        if wait is not None:
            del self._ticket_of[wait.block, wait.position]
        return wait

    def take_of(self, block: Block, positions: Iterable[int]) -> Iterator[tuple[int, Wait]]:
        """Remove the waits of these instances, as far as they have one."""
        for position in positions:
            ticket = self._ticket_of.pop((block, position), None)
            if ticket is not None:
                yield ticket, self._waits.pop(ticket)

    def all(self) -> Iterator[Wait]:
        """Every wait."""
        yield from self._waits.values()
