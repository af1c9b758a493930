"""The room of executors on this machine: which workers can take how many tries now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fanjet.executors.prefetch import Durations

#: Work that is over sooner is not worth a second worker, nor a new one.
_NOT_WORTH_SHARING_S = 0.001
_NOT_WORTH_STARTING_S = 0.005


#: In the place of the number of a worker that is not started yet.
_UNNUMBERED = 0


class Places(Protocol):
    """What a snapshot has left beside the workers there are; several rooms may draw on it."""

    def count_free(self) -> int:
        """How many idle or new workers may become busy."""

    def count_startable(self) -> int:
        """How many new workers may be started."""

    def take(self, worker: int) -> None:
        """An idle or new worker becomes busy."""

    def start(self) -> int:
        """A new worker is to be started; its number."""


class FixedPlaces:
    """Places where no worker can be started.

    Args:
        free: How many of the idle workers may become busy.
    """

    def __init__(self, free: int) -> None:
        self._free = free

    def count_free(self) -> int:
        return self._free

    def count_startable(self) -> int:
        return 0

    def take(self, worker: int) -> None:
        del worker  # there is nothing else to choose from
        self._free -= 1

    def start(self) -> int:
        raise AssertionError("nothing can be started")


class Seat:
    """A worker in a snapshot, or one that could be started."""

    __slots__ = ("is_new", "load_s", "outstanding", "worker")

    def __init__(self, worker: int, outstanding: int, load_s: float, *, is_new: bool) -> None:
        self.worker = worker
        self.outstanding = outstanding
        self.load_s = load_s
        self.is_new = is_new

    @property
    def preference(self) -> tuple[bool, bool, float, int]:
        """Smallest first: idle before busy, there before still to be started, little work before much."""
        return (self.outstanding > 0, self.is_new, self.load_s, self.worker)


class WorkerRoom:
    """A snapshot; `grant` books in it.

    Args:
        seats: The workers that may get more work.
        places: How many of the idle ones may become busy, and how many more may be started.
        durations: What is known of the tasks.
    """

    def __init__(self, seats: Sequence[Seat], places: Places, durations: Durations) -> None:
        self._seats = list(seats)
        self._places = places
        self._durations = durations
        #: Of whom there was no room for all that was wanted: there is none for other runs of them either, however many.
        self._refused: set[tuple[str, int]] = set()

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        kind = self._durations.find_kind(run, task)
        if kind in self._refused:
            return []
        mean_s = self._durations.find_mean_s(run, task)
        most = self._durations.count_ahead(run, task)
        granted: list[tuple[int, int]] = []
        candidates = _leave_out_useless(self._list_candidates(wanted), wanted, mean_s)
        for position, seat in enumerate(candidates):
            idle, free = seat.outstanding == 0, self._places.count_free()
            if wanted <= 0 or (idle and free <= 0):
                continue
            share = -(-wanted // min(len(candidates) - position, max(1, free) if idle else len(candidates)))
            count = min(share, wanted, self._count_free(seat, most, mean_s))
            if count > 0:
                if idle:
                    self._seat(seat)
                granted.append((seat.worker, count))
                wanted -= count
                seat.outstanding += count
                seat.load_s += count * (mean_s or 0.0)
        if wanted > 0:
            self._refused.add(kind)
        return granted

    def count_free(self) -> int:
        return self._places.count_free()

    def remove(self, worker: int) -> None:
        """A worker is not there any more."""
        self._seats = [seat for seat in self._seats if seat.worker != worker]

    def _list_candidates(self, wanted: int) -> list[Seat]:
        """Who may be granted tries, the best first."""
        free = self._places.count_free()
        seats = [seat for seat in self._seats if seat.outstanding > 0 or free > 0]
        new = max(min(wanted, free, self._places.count_startable()), 0)
        seats += [Seat(_UNNUMBERED, 0, 0.0, is_new=True) for _ in range(new)]
        return sorted(seats, key=lambda seat: seat.preference)

    def _seat(self, seat: Seat) -> None:
        """A worker becomes busy; one that is not there yet gets its number."""
        if seat.worker == _UNNUMBERED and seat.is_new:
            seat.worker = self._places.start()
            self._seats.append(seat)
        self._places.take(seat.worker)

    def _count_free(self, seat: Seat, most: int, mean_s: float | None) -> int:
        if seat.outstanding == 0:
            return most
        if mean_s is None or most == 1:
            return 0
        by_time = 1 + int((self._durations.ahead_s - seat.load_s) / max(mean_s, 1e-6))
        # One try may always wait behind the running one, however long it takes.
        return max(min(by_time, most - seat.outstanding), int(seat.outstanding < 2))


def _leave_out_useless(seats: list[Seat], wanted: int, mean_s: float | None) -> list[Seat]:
    """Sharing, or a new process, takes time itself."""
    if mean_s is None or not seats:
        return seats
    if wanted * mean_s < _NOT_WORTH_SHARING_S and seats[0].outstanding == 0:
        return seats[:1]
    if wanted * mean_s < _NOT_WORTH_STARTING_S and not seats[0].is_new:
        return [seat for seat in seats if not seat.is_new]
    return seats
