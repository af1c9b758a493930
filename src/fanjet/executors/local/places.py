"""What a snapshot of a local executor's room has left beside the workers there are."""

from __future__ import annotations

from fanjet.executors.local.capacity import Capacity
from fanjet.executors.local.hiring import Hiring


class OwnPlaces:
    """What a snapshot of an executor has left that shares with nobody, or is alone with its share."""

    def __init__(self, hiring: Hiring, capacity: Capacity) -> None:
        self._hiring = hiring
        self._free = capacity.count_free_slots()
        self._startable = capacity.count_startable() if hiring.may_promise() else 0

    def count_free(self) -> int:
        return self._free

    def count_startable(self) -> int:
        return self._startable

    def take(self, worker: int) -> None:
        del worker  # any counts as one
        self._free -= 1

    def start(self) -> int:
        self._startable -= 1
        return self._hiring.promise()
