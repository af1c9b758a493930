"""What a snapshot of a local executor's room has left beside the workers there are."""

from __future__ import annotations

from typing import Protocol

from fanjet.executors.local.capacity import Capacity


class Starter(Protocol):
    """Starts workers for what is launched on them."""

    def may_promise(self) -> bool:
        """Whether workers can be started now."""

    def promise_worker(self) -> int:
        """The number of a worker that will be started when something is launched on it."""


class OwnPlaces:
    """What a snapshot of an executor has left that shares with nobody, or is alone with its share."""

    def __init__(self, executor: Starter, capacity: Capacity) -> None:
        self._executor = executor
        self._free = capacity.count_free_slots()
        self._startable = capacity.count_startable() if executor.may_promise() else 0

    def count_free(self) -> int:
        return self._free

    def count_startable(self) -> int:
        return self._startable

    def take(self, worker: int) -> None:
        del worker  # any counts as one
        self._free -= 1

    def start(self) -> int:
        self._startable -= 1
        return self._executor.promise_worker()
