"""The room of executors on this machine: which workers can take how many tries now."""

from __future__ import annotations

from collections.abc import Sequence

from fanjet.executors.prefetch import Durations

#: Work that is over sooner is not worth a second worker, nor a new one.
_NOT_WORTH_SHARING_S = 0.001
_NOT_WORTH_STARTING_S = 0.005


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
        seats: The workers that may get more work, and those that could be started.
        free_slots: How many of the idle or new ones may become busy.
        durations: What is known of the tasks.
    """

    def __init__(self, seats: Sequence[Seat], free_slots: int, durations: Durations) -> None:
        self._seats = list(seats)
        self._free_slots = free_slots
        self._durations = durations

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        mean_s = self._durations.find_mean_s(run, task)
        most = self._durations.count_ahead(run, task)
        granted: list[tuple[int, int]] = []
        candidates = [seat for seat in sorted(self._seats, key=lambda seat: seat.preference) if self._is_open(seat)]
        candidates = _leave_out_useless(candidates, wanted, mean_s)
        for position, seat in enumerate(candidates):
            idle = seat.outstanding == 0
            if wanted <= 0 or (idle and self._free_slots <= 0):
                continue
            share = -(-wanted // min(len(candidates) - position, max(1, self._free_slots) if idle else len(candidates)))
            count = min(share, wanted, self._count_free(seat, most, mean_s))
            if count > 0:
                granted.append((seat.worker, count))
                wanted -= count
                self._free_slots -= idle
                seat.outstanding += count
                seat.load_s += count * (mean_s or 0.0)
        return granted

    def _is_open(self, seat: Seat) -> bool:
        return seat.outstanding > 0 or self._free_slots > 0

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
