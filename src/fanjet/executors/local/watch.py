"""Looks after tries that run for long: cancellations, time limits, tries that only wait, output without end."""

from __future__ import annotations

import time
from typing import NamedTuple

from fanjet.executors.local.cancellations import Cancellations, kill_stubborn
from fanjet.executors.local.log_watch import LogWatch
from fanjet.executors.local.open_runs import OpenRuns
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.processes import read_cpu_s
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.orders import Order
from fanjet.executors.prefetch import Durations
from fanjet.model.changes import RunCallbacks
from fanjet.model.launches import Launch

#: Between two looks.
WATCH_EVERY_S = 0.2
_QUIET_AFTER_S = 1.0
#: A try that used less than this share of a core does not count as busy, nor do those of its task that follow it.
_QUIET_SHARE = 0.1


class _Sample(NamedTuple):
    """A measurement of a worker that has been running tries of one task without a pause since."""

    run: int
    task: int
    at: float
    #: CPU seconds of the worker and all below it so far.
    cpu_s: float


class Watch:
    """Looks at all workers a few times a second.

    Args:
        pool: The workers.
        options: The settings.
        durations: Told which tasks only wait.
        runs: Say how long tries of a task may take.
        cancellations: Want to look at what runs.
    """

    def __init__(
        self, pool: Pool, options: LocalOptions, durations: Durations, runs: OpenRuns, cancellations: Cancellations
    ) -> None:
        self._pool = pool
        self._options = options
        self._durations = durations
        self._runs = runs
        self._cancellations = cancellations
        self._logs = LogWatch(pool.config.log_folder, options.log_cap_bytes)
        self._looked_at = 0.0
        self._samples: dict[WorkerHandle, _Sample] = {}

    def look(self) -> None:
        """Look, if it is time."""
        now = time.monotonic()
        if now - self._looked_at < WATCH_EVERY_S:
            return
        self._looked_at = now
        workers = list(self._pool.workers.values())
        running = [worker for worker in workers if worker.running and worker.pid is not None]
        self._logs.look(workers)
        for worker in running:
            self._cancellations.look(worker, now)
            self._kill_overdue(worker, now)
        if not self._options.workers:
            for worker in self._samples.keys() - set(running):
                del self._samples[worker]  # it paused: its next second begins anew
            self._find_quiet(running, now)

    def shorten(self, timeout_s: float) -> float:
        """The patience of a poll: shorter where something runs."""
        if any(worker.assignments for worker in self._pool.workers.values()):
            return min(timeout_s, WATCH_EVERY_S)
        return timeout_s

    def forget(self, worker: WorkerHandle) -> None:
        """The worker is dead."""
        self._samples.pop(worker, None)
        self._cancellations.forget(worker)
        self._logs.forget(worker)

    def _kill_overdue(self, worker: WorkerHandle, now: float) -> None:
        """Kill a worker whose try should have stopped by itself at its time limit."""
        assignment, grace_s = worker.find_assignment(worker.running), self._options.kill_grace_s
        limit_s = None if assignment is None else self._find_time_limit(assignment.work)
        if assignment is not None and limit_s is not None and now > worker.started_at + limit_s + grace_s:
            kill_stubborn(self._pool, worker, _explain_timeout(assignment.work, limit_s), grace_s)

    def _find_time_limit(self, work: Launch | Order) -> float | None:
        match work:
            case RunCallbacks():
                return self._options.callback_timeout_s
            case Launch():
                return self._runs.find_time_limit(work.run, work.task)
        return None

    def _find_quiet(self, running: list[WorkerHandle], now: float) -> None:
        """Compare CPU times with those of a second ago."""
        due = [(worker, launch) for worker in running if (launch := self._find_due(worker, now)) is not None]
        used = read_cpu_s([worker.pid for worker, _ in due if worker.pid is not None])
        for worker, launch in due:
            sample = _Sample(launch.run, launch.task, now, used[worker.pid or 0])
            before = self._samples.get(worker)
            if before is not None and before[:2] == sample[:2]:
                worker.quiet = sample.cpu_s - before.cpu_s < _QUIET_SHARE * (now - before.at)
                self._durations.note_waiting(launch.run, launch.task, waits=worker.quiet)
            self._samples[worker] = sample

    def _find_due(self, worker: WorkerHandle, now: float) -> Launch | None:
        """What the worker runs, if the last measurement is old enough or belongs to another task."""
        assignment = worker.find_assignment(worker.running)
        if assignment is None or not isinstance(assignment.work, Launch):
            return None
        launch, before = assignment.work, self._samples.get(worker)
        if before is None or before[:2] != (launch.run, launch.task):
            return launch if now - worker.started_at >= WATCH_EVERY_S else None
        return launch if now - before.at >= _QUIET_AFTER_S else None


def _explain_timeout(work: Launch | Order, limit_s: float) -> str:
    if isinstance(work, RunCallbacks):
        return f"timeout: the callbacks took longer than callback_timeout_s = {limit_s:g}"
    return f"timeout: the try took longer than its execution_timeout of {limit_s:g} s"
