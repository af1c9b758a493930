"""How much of the machine an executor may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.worker_handle import WorkerHandle


class Capacity(Protocol):
    """What is left now, for one executor or for several that share it."""

    def count_free_slots(self) -> int:
        """How many idle workers may become busy."""

    def count_startable(self) -> int:
        """How many workers may be started."""


class OwnCapacity:
    """Of an executor that shares with nobody.

    Args:
        options: The settings.
        workers: Those there are.
    """

    def __init__(self, options: LocalOptions, workers: Mapping[int, WorkerHandle]) -> None:
        self._options = options
        self._workers = workers

    def count_free_slots(self) -> int:
        return max(self._options.slots - count_busy(self._workers), 0)

    def count_startable(self) -> int:
        return max(self._options.most_workers - count_serving(self._workers), 0)


def count_busy(workers: Mapping[int, WorkerHandle]) -> int:
    """How many workers take up a slot."""
    return sum(bool(worker.assignments) and not worker.quiet for worker in workers.values())


def count_serving(workers: Mapping[int, WorkerHandle]) -> int:
    """How many workers there are, without those that are about to end."""
    return sum(not worker.retiring for worker in workers.values())
