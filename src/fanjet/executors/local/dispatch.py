"""What workers are sent: work, and what they have to know for it."""

from __future__ import annotations

from collections.abc import Sequence

from fanjet.executors.local.open_runs import OpenRuns
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.orders import Order
from fanjet.executors.prefetch import Durations
from fanjet.model.changes import MeasureMaps, RunCallbacks
from fanjet.model.frames import Callbacks, CloseRun, Forget, Measure, OpenRun, RunTries, ToWorker
from fanjet.model.launches import Launch


class Dispatch:
    """Tells workers of the runs that their work belongs to, and of the work.

    Args:
        pool: The workers.
        durations: What is known of the tasks.
        runs: Those that it serves.
        callback_timeout_s: How long the callbacks of one event may take.
    """

    def __init__(self, pool: Pool, durations: Durations, runs: OpenRuns, callback_timeout_s: float) -> None:
        self._pool = pool
        self._durations = durations
        self._runs = runs
        self._callback_timeout_s = callback_timeout_s

    def send(self, worker: WorkerHandle, works: Sequence[Launch | Order]) -> None:
        """Give a worker work."""
        frames: list[ToWorker] = []
        for work in works:
            if work.run not in worker.known_runs:
                worker.known_runs.add(work.run)
                frames.append(OpenRun(self._runs.get_info(work.run)))
            frames.append(self._make_frame(worker, work))
        self.write(worker, frames)

    def write(self, worker: WorkerHandle, frames: Sequence[ToWorker]) -> None:
        """Send frames, now or as soon as the worker's pipe has room."""
        if not worker.send(frames):
            self._pool.wait_to_write(worker)

    def forget_run(self, number: int) -> None:
        """What workers have read of a run may not be so any more; they are told of it again with its next try."""
        for worker in self._pool.workers.values():
            worker.known_runs.discard(number)

    def close_run(self, number: int) -> None:
        """Nothing more comes of a run."""
        for worker in self._pool.workers.values():
            if number in worker.known_runs:
                worker.known_runs.discard(number)
                self.write(worker, [CloseRun(number)])

    def tell_of_change(self, changed_by: WorkerHandle) -> None:
        """What workers read after this, whoever starts it, is to be what was written."""
        for worker in self._pool.workers.values():
            if worker is not changed_by:
                self.write(worker, [Forget()])

    def _make_frame(self, worker: WorkerHandle, work: Launch | Order) -> ToWorker:
        match work:
            case Launch():
                mean_s = self._durations.find_mean_s(work.run, work.task) or 0.0
                sequence = worker.assign(work, work.count, mean_s)
                if worker.outstanding == work.count:
                    worker.quiet = self._durations.is_waiting(work.run, work.task)
                return RunTries(
                    sequence, work.run, work.fence, work.task, work.parent, work.first, work.count, work.try_number,
                    work.carry, work.tries_before,
                )  # fmt: skip
            case MeasureMaps():
                sequence = worker.assign(work, 1, 0.0)
                return Measure(sequence, work.run, work.map, work.parent, list(work.indexes))
            case RunCallbacks():
                sequence = worker.assign(work, 1, 0.0)
                return Callbacks(
                    sequence, work.run, work.task, work.parent, work.index, work.try_number, work.kind, work.error,
                    self._callback_timeout_s,
                )  # fmt: skip
