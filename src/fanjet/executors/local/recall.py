"""Takes tries back that a worker has been sent and has not started; see `fanjet.worker.slot` for how that is safe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from fanjet.executors.local.assignments import Assignment
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.worker.slot import CURRENT, LIMIT, REFUSED, RESUME

#: What a worker publishes is seen after this time at the latest, by a wide margin.
SETTLE_S = 0.001
#: Between two looks at a worker that was about to start a try when its hole was declared.
_DOUBT_LOOK_S = 0.05

#: Gets what will never start: assignment, first sequence, the one after the last.
GiveBack = Callable[[Assignment, int, int], None]


class Recalls:
    """The recalls that are under way.

    Args:
        give_back: Called with everything that was taken back.
        read: Takes in what a worker has sent.
    """

    def __init__(self, give_back: GiveBack, read: Callable[[WorkerHandle], None]) -> None:
        self._give_back = give_back
        self._read = read
        #: Holes that were declared and not yet looked at: worker -> when, and the first sequence that may come back.
        self._declared: dict[WorkerHandle, tuple[float, int]] = {}
        #: Workers that had published a sequence in the hole by then, which they either run or refuse.
        self._in_doubt: dict[WorkerHandle, int] = {}

    def declare(self, worker: WorkerHandle, first: int) -> None:
        """Take back everything from the sequence `first` on that the worker does not start before it notices.

        A worker whose last recall is still pending has nothing more to take back, as it got nothing since.
        """
        if self.is_pending(worker):
            return
        words = worker.slot.words
        first = max(first, words[CURRENT] + 1)
        if worker.hole is not None and words[CURRENT] < worker.hole[1]:
            # It may still have to pass the last hole, so that one is made longer. What it held came back already;
            # what was sent since lies in it now as a whole, so none of that may be left out, wherever `first` is.
            first = min(first, worker.hole[0])
        words[LIMIT] = first  # where the last hole was passed, an empty one until RESUME follows
        words[RESUME] = worker.next_sequence
        worker.hole = (first, worker.next_sequence)
        self._declared[worker] = (time.monotonic(), first)

    def declare_all(self, workers: Iterable[WorkerHandle]) -> None:
        """Take back whatever has not started."""
        for worker in workers:
            if worker.assignments:
                self.declare(worker, 0)

    def is_pending(self, worker: WorkerHandle) -> bool:
        """Whether it is not yet known what the worker will run."""
        return worker in self._declared or worker in self._in_doubt

    def next_look_s(self) -> float | None:
        """How soon `settle` should be called; None when nothing is pending."""
        return SETTLE_S if self._declared else _DOUBT_LOOK_S if self._in_doubt else None

    def settle(self) -> None:
        """Find out how far workers have come, where that is certain by now."""
        now = time.monotonic()
        for worker, (declared_at, first) in list(self._declared.items()):
            if now - declared_at >= SETTLE_S:
                del self._declared[worker]
                current = worker.slot.words[CURRENT]
                if current >= first:
                    self._in_doubt[worker] = current
                self._take_back(worker, max(first, current + 1))
        for worker, sequence in list(self._in_doubt.items()):
            refused = worker.slot.words[REFUSED] >= sequence  # read once: it may become true at any moment
            if refused:
                # Had it run, its end would have been sent before the worker went on to refuse another.
                self._read(worker)
                self._take_back(worker, worker.last_ended + 1)
            if refused or worker.last_ended >= sequence:
                del self._in_doubt[worker]

    def forget(self, worker: WorkerHandle) -> None:
        """The worker is dead."""
        self._declared.pop(worker, None)
        self._in_doubt.pop(worker, None)

    def _take_back(self, worker: WorkerHandle, first: int) -> None:
        for assignment, begin, end in worker.take_back(first):
            self._give_back(assignment, begin, end)
