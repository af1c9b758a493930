"""What is ready and waits for a slot: ranges, by priority, run and task."""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from fanjet.engine.columns import runs_of
from fanjet.model.changes import DequeueInstances, QueueInstances
from fanjet.model.paths import Path

#: A DAG in one version, and the number of a task of it: what there is no room for, there is none for in any run.
Kind: TypeAlias = tuple[int, int]


@dataclass(slots=True, order=True)
class ReadyRange:
    """Consecutive instances of one task that are ready; the order is that in which they are launched."""

    parent: Path
    first: int
    #: One more than the last.
    stop: int = field(compare=False)
    try_number: int = field(compare=False)
    tries_before: int = field(compare=False)
    carry: bytes | None = field(compare=False)
    ready_at: float = field(compare=False)


@dataclass(slots=True, frozen=True)
class Taken:
    """Instances taken out of the queue to be launched."""

    parent: Path
    first: int
    count: int
    try_number: int
    tries_before: int
    carry: bytes | None
    #: As it was given with them.
    ready_at: float


class TaskQueue:
    """The ready instances of one task of one run."""

    __slots__ = ("_ranges", "count", "kind", "task")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.task = kind[1]
        #: How many instances are ready.
        self.count = 0
        self._ranges: list[ReadyRange] = []

    def add(self, change: QueueInstances, ready_at: float) -> None:
        """Put instances in."""
        kept = (change.try_number, change.tries_before, change.carry, ready_at)
        for run in runs_of(change.indexes):
            heapq.heappush(self._ranges, ReadyRange(change.parent, run.start, run.stop, *kept))
        self.count += len(change.indexes)

    def drop(self, parent: Path, indexes: Sequence[int] | None) -> None:
        """Take out whatever lies under a path, or only these indexes right under it."""
        if indexes is None:
            self._ranges = [ready for ready in self._ranges if ready.parent[: len(parent)] != parent]
        else:
            dropped = set(indexes)
            self._ranges = [
                left
                for ready in self._ranges
                for left in (_without(ready, dropped) if ready.parent == parent else (ready,))
            ]
        heapq.heapify(self._ranges)
        self.count = sum(ready.stop - ready.first for ready in self._ranges)

    def take(self, count: int) -> Iterator[Taken]:
        """Take the first instances out, as ranges. The cost is that of the ranges, not of the instances."""
        self.count -= count
        while count:
            # Ranges do not overlap, so cutting off the front of the least one leaves it the least.
            ready = self._ranges[0]
            size = min(count, ready.stop - ready.first)
            kept = (ready.try_number, ready.tries_before, ready.carry, ready.ready_at)
            yield Taken(ready.parent, ready.first, size, *kept)
            count -= size
            ready.first += size
            if ready.first == ready.stop:
                heapq.heappop(self._ranges)


def _without(ready: ReadyRange, dropped: set[int]) -> Iterator[ReadyRange]:
    left = [index for index in range(ready.first, ready.stop) if index not in dropped]
    for run in runs_of(left) if left else ():
        yield replace(ready, first=run.start, stop=run.stop)


class RunQueue:
    """The ready tasks of one run that have one priority.

    Args:
        dag: Equal for runs that have the same DAG in the same version.
        kinds: Of how many runs each kind has something ready; kept up here.
    """

    __slots__ = ("_dag", "_kinds", "_numbers", "_tasks")

    def __init__(self, dag: int, kinds: dict[Kind, int]) -> None:
        self._dag = dag
        self._kinds = kinds
        self._tasks: dict[int, TaskQueue] = {}
        self._numbers: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def add(self, change: QueueInstances, ready_at: float) -> None:
        """Put instances in."""
        queue = self._tasks.get(change.task)
        if queue is None:
            queue = self._tasks[change.task] = TaskQueue((self._dag, change.task))
            insort(self._numbers, change.task)
            self._kinds[queue.kind] = self._kinds.get(queue.kind, 0) + 1
        queue.add(change, ready_at)

    def drop(self, change: DequeueInstances) -> None:
        """Take instances out again."""
        queue = self._tasks.get(change.task)
        if queue is not None:
            queue.drop(change.parent, change.indexes)
            self.forget_if_empty(queue)

    def forget_if_empty(self, queue: TaskQueue) -> None:
        """Keep only tasks of which something is ready."""
        if not queue.count:
            self._forget(queue)

    def clear(self) -> None:
        """Nothing of the run is ready any more."""
        for queue in self.tasks():
            self._forget(queue)

    def _forget(self, queue: TaskQueue) -> None:
        del self._tasks[queue.task]
        self._numbers.remove(queue.task)
        self._kinds[queue.kind] -= 1
        if not self._kinds[queue.kind]:
            del self._kinds[queue.kind]

    def tasks(self) -> list[TaskQueue]:
        """In topological order."""
        return [self._tasks[number] for number in self._numbers]


class PriorityLevel:
    """The runs that have something ready at one priority, and whose turn it is."""

    __slots__ = ("_last", "kinds", "runs")

    def __init__(self) -> None:
        self.runs: dict[int, RunQueue] = {}
        #: Of how many runs each kind has something ready.
        self.kinds: dict[Kind, int] = {}
        self._last = -1

    def in_turn(self) -> list[int]:
        """The runs in ascending order, beginning after the one that was first the last time."""
        order = sorted(self.runs)
        at = next((at for at, run in enumerate(order) if run > self._last), 0)
        turn = order[at:] + order[:at]
        if turn:
            self._last = turn[0]
        return turn
