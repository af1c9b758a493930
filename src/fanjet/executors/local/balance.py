"""What waits behind a long try goes to a worker that has nothing to do."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from fanjet.executors.local.capacity import Capacity
from fanjet.executors.local.recall import Recalls
from fanjet.executors.local.worker_handle import WorkerHandle

#: Tries that would start sooner than this on their worker are not worth taking back.
_SHORT_WAIT_S = 0.003
#: Starting another worker for them takes longer.
_SHORT_WAIT_FOR_NEW_S = 0.02


class Balance:
    """Looks whether tries are better off elsewhere, and has them taken back; what comes back is launched once more.

    Args:
        workers: Those there are.
        capacity: Says whether anybody has time.
        recalls: Take back.
        prefetch_s: How long the work takes that is sent ahead; looked at a few times meanwhile.
    """

    def __init__(
        self, workers: Mapping[int, WorkerHandle], capacity: Capacity, recalls: Recalls, prefetch_s: float
    ) -> None:
        self._workers = workers
        self._capacity = capacity
        self._recalls = recalls
        self._look_every_s = prefetch_s / 4

    def look(self) -> None:
        """Take back from the worker whose tries wait longest, if another has time for them."""
        workers = [worker for worker in self._workers.values() if not self._recalls.is_pending(worker)]
        loaded = [worker for worker in workers if worker.outstanding > 1]
        if loaded and self._capacity.count_free_slots() > 0:
            idle = any(not worker.assignments and not worker.retiring for worker in workers)
            if idle or self._capacity.count_startable() > 0:
                found = find_recall(loaded, idle_worker=idle)
                if found is not None:
                    self._recalls.declare(*found)

    def shorten(self, timeout_s: float) -> float:
        """The patience of a poll: shorter when it is to be looked again before."""
        if any(worker.outstanding > 1 for worker in self._workers.values()) and self._capacity.count_free_slots() > 0:
            return min(timeout_s, self._look_every_s)
        return timeout_s


def find_recall(workers: Iterable[WorkerHandle], *, idle_worker: bool) -> tuple[WorkerHandle, int] | None:
    """The worker whose unstarted tries wait longest, when another has nothing to do.

    Args:
        workers: Those that may be asked.
        idle_worker: Whether a worker is idle; otherwise one would have to be started.

    Returns:
        The worker and the first sequence to take back; None when nothing waits long enough.
    """
    now = time.monotonic()
    best, best_wait_s = None, _SHORT_WAIT_S if idle_worker else _SHORT_WAIT_FOR_NEW_S
    for worker in workers:
        running = worker.running
        waiting = worker.next_sequence - 1 - max(running, worker.last_ended)
        if not running or waiting < 1:
            continue
        assignment = worker.find_assignment(running)
        expected_s = assignment.expected_s if assignment else 0.0
        elapsed_s = now - worker.started_at
        stuck = elapsed_s > 2 * expected_s
        rest_s = elapsed_s if stuck else max(expected_s - elapsed_s, 0.0)
        wait_s = rest_s + max(worker.load_s - expected_s, 0.0)
        if wait_s > best_wait_s:
            keep = 0 if stuck or waiting == 1 else waiting // 2
            best, best_wait_s = (worker, running + 1 + keep), wait_s
    return best
