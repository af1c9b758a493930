"""Tries that are to stop, because somebody has cancelled them or their run is closed."""

from __future__ import annotations

import time
from collections.abc import Collection

from fanjet.executors.local.assignments import Assignment
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.recall import Recalls
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.model.changes import CancelTries
from fanjet.model.launches import Launch
from fanjet.worker.slot import CANCEL


class Cancellations:
    """Tells a try that runs to stop, and kills its processes when a grace is over; takes back what has not started.

    Args:
        pool: The workers.
        recalls: Take back.
        kill_grace_s: How long a try has to clean up.
    """

    def __init__(self, pool: Pool, recalls: Recalls, kill_grace_s: float) -> None:
        self._pool = pool
        self._recalls = recalls
        self._kill_grace_s = kill_grace_s
        #: Tries that are to stop: worker -> sequences. Some may only be about to start.
        self._wanted: dict[WorkerHandle, set[int]] = {}
        #: The one that was told to: worker -> sequence, when its grace is over.
        self._told: dict[WorkerHandle, tuple[int, float]] = {}

    def cancel(self, request: CancelTries) -> None:
        """Stop tries of a launch."""
        indexes = set(request.indexes)
        for worker in self._pool.workers.values():
            for assignment in worker.assignments:
                if isinstance(assignment.work, Launch) and assignment.work.fence == request.fence:
                    self._cancel(worker, assignment, indexes)

    def cancel_run(self, number: int) -> None:
        """Stop all tries of a run."""
        for worker in self._pool.workers.values():
            for assignment in list(worker.assignments):
                if isinstance(assignment.work, Launch) and assignment.work.run == number:
                    self._cancel(worker, assignment, set(assignment.work.indexes))

    def look(self, worker: WorkerHandle, now: float) -> None:
        """Tell the try that a worker runs, if it has started since it was cancelled; kill it if its grace is over."""
        self._tell(worker)
        sequence, over_at = self._told.get(worker, (0, 0.0))
        if sequence and sequence != worker.running:
            del self._told[worker]
        elif sequence and now > over_at:
            kill_stubborn(self._pool, worker, "The try was cancelled and did not stop", self._kill_grace_s)

    def forget(self, worker: WorkerHandle) -> None:
        """The worker is dead."""
        self._told.pop(worker, None)
        self._wanted.pop(worker, None)

    def _cancel(self, worker: WorkerHandle, assignment: Assignment, indexes: Collection[int]) -> None:
        first, end = assignment.first, assignment.end
        told, _ = self._told.get(worker, (0, 0.0))
        sequences = (first + at for at, index in enumerate(assignment.list_indexes(first, end)) if index in indexes)
        self._wanted.setdefault(worker, set()).update(sequence for sequence in sequences if sequence != told)
        self._tell(worker)
        if end - 1 > worker.running:  # those that have not started come back, and whoever cancelled them ignores them
            self._recalls.declare(worker, worker.running + 1)

    def _tell(self, worker: WorkerHandle) -> None:
        running = worker.running
        if worker.pid is not None and running and running in self._wanted.get(worker, ()):
            self._wanted[worker] = {sequence for sequence in self._wanted[worker] if sequence > running}
            worker.slot.words[CANCEL] = running
            self._pool.guard.terminate(worker.pid)
            self._told[worker] = (running, time.monotonic() + self._kill_grace_s)


def kill_stubborn(pool: Pool, worker: WorkerHandle, reason: str, grace_s: float) -> None:
    """Kill a worker whose try had been told to stop, and had its grace."""
    pool.kill(
        worker,
        f"{reason}; it went on for {grace_s:g} s after it had been told to stop, so its "
        "processes were killed. Fix: let on_kill, or the handling of the exception, end what it waits for.",
    )
