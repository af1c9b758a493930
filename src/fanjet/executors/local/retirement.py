"""Lets workers end in good order."""

from __future__ import annotations

from fanjet.executors.local.dispatch import Dispatch
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.model.frames import Stop


class Retirement:
    """A worker that retires gets nothing more, and is told to stop once it has nothing to do.

    Args:
        pool: The workers.
        dispatch: Tells them.
    """

    def __init__(self, pool: Pool, dispatch: Dispatch) -> None:
        self._pool = pool
        self._dispatch = dispatch

    def look(self) -> None:
        """Stop those that retire and have become idle."""
        for worker in self._pool.workers.values():
            if worker.retiring and not worker.assignments and not worker.stopped:
                self._stop(worker)

    def retire(self, number: int) -> None:
        """Stop a worker that has nothing to do; one that has stays."""
        worker = self._pool.workers.get(number)
        if worker is not None and not worker.assignments and not worker.stopped:
            self._stop(worker)

    def stop_all(self) -> None:
        """Stop each when it has done what it has."""
        for worker in self._pool.workers.values():
            self._stop(worker)

    def _stop(self, worker: WorkerHandle) -> None:
        worker.stopped = worker.retiring = True
        self._dispatch.write(worker, [Stop()])
