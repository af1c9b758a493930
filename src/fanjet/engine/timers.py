"""When waiting instances go on."""

from __future__ import annotations

import heapq
from typing import NamedTuple

from fanjet.engine.blocks import Block
from fanjet.model.states import State

_WAITING = frozenset({State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED})


class Timer(NamedTuple):
    """One instance and its next try."""

    at: float
    #: Keeps the order of equal instants, and keeps blocks from being compared.
    order: int
    block: Block
    position: int
    try_number: int
    carry: bytes | None

    @property
    def is_live(self) -> bool:
        """Whether the instance still waits. An instance that was skipped meanwhile never waits again."""
        return self.position < len(self.block.states) and self.block.states[self.position] in _WAITING


class Timers:
    """A heap of timers. An instance waits for one at a time."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._count = 0
        #: By their order: timeouts of waits that are over, while the instance may already wait anew.
        self._cancelled: set[int] = set()

    def set(self, at: float, block: Block, position: int, try_number: int, carry: bytes | None) -> int:
        """Have an instance go on at an instant; what `cancel` takes."""
        self._count += 1
        heapq.heappush(self._heap, Timer(at, self._count, block, position, try_number, carry))
        return self._count

    def cancel(self, order: int) -> None:
        """Forget a timer, as its instance no longer waits for it."""
        self._cancelled.add(order)

    def drop(self, block: Block) -> None:
        """Forget those of a block that no longer wait, so that they do not wake what comes to wait anew."""
        if any(timer.block is block for timer in self._heap):
            self._heap = [timer for timer in self._heap if timer.block is not block or self._is_live(timer)]
            heapq.heapify(self._heap)

    def take_due(self, at: float) -> list[Timer]:
        """Remove and return what is due, earliest first."""
        due = []
        while self._heap and self._heap[0].at <= at:
            timer = heapq.heappop(self._heap)
            if self._is_live(timer):
                due.append(timer)
        return due

    def next_at(self) -> float | None:
        """When the next instance goes on; None when none waits."""
        while self._heap and not self._is_live(self._heap[0]):
            self._cancelled.discard(heapq.heappop(self._heap).order)
        return self._heap[0].at if self._heap else None

    def live(self) -> list[Timer]:
        """All that wait, earliest first."""
        return sorted(timer for timer in self._heap if self._is_live(timer))

    def _is_live(self, timer: Timer) -> bool:
        return timer.is_live and timer.order not in self._cancelled
