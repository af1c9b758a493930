"""What a worker has been sent: ranges of sequences, each a launch or an order."""

from __future__ import annotations

from fanjet.executors.orders import Order
from fanjet.model.launches import Launch


class Assignment:
    """A launch, or an order, on a worker; shrinks when tries are taken back."""

    __slots__ = ("end", "expected_s", "first", "work")

    def __init__(self, work: Launch | Order, first: int, count: int, expected_s: float) -> None:
        self.work = work
        #: The first sequence, and the one after the last.
        self.first = first
        self.end = first + count
        #: How long one try will take, as far as one could tell when it was sent.
        self.expected_s = expected_s

    def list_indexes(self, first: int, end: int) -> list[int]:
        """The indexes of these sequences, which are a launch's."""
        assert isinstance(self.work, Launch)
        offset = self.work.first - self.first
        return list(range(first + offset, end + offset))
