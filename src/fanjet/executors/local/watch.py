"""Looks after tries that run for long: time limits, cancellations, tries that only wait, output without end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from fanjet.executors.local.guard_handle import GuardHandle
from fanjet.executors.local.log_watch import LogWatch
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.processes import read_cpu_s
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.prefetch import Durations
from fanjet.model.changes import RunCallbacks
from fanjet.model.launches import Launch
from fanjet.worker.slot import CANCEL

#: Between two looks.
WATCH_EVERY_S = 0.2
_QUIET_AFTER_S = 1.0
#: A try that used less than this share of a core does not count as busy, nor do those of its task that follow it.
_QUIET_SHARE = 0.1

#: The `execution_timeout` in seconds of a (run, task); None without one.
FindTimeLimit = Callable[[int, int], float | None]


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
        options: The settings.
        durations: Told which tasks only wait.
        find_time_limit: Says how long tries of a task may take.
        log_folder: Where segments lie.
    """

    def __init__(
        self, options: LocalOptions, durations: Durations, find_time_limit: FindTimeLimit, log_folder: str
    ) -> None:
        self._options = options
        self._durations = durations
        self._find_time_limit = find_time_limit
        self._logs = LogWatch(log_folder, options.log_cap_bytes)
        self._looked_at = 0.0
        self._samples: dict[WorkerHandle, _Sample] = {}
        #: Tries that are to stop: worker -> sequences. Some may only be about to start.
        self._to_cancel: dict[WorkerHandle, set[int]] = {}
        #: Those of them that were told to: worker -> sequence, when its grace is over.
        self._cancelled: dict[WorkerHandle, tuple[int, float]] = {}

    def cancel(self, worker: WorkerHandle, sequences: Iterable[int], guard: GuardHandle) -> None:
        """Tell tries to stop: at once the one that runs, others when they should still start."""
        told, _ = self._cancelled.get(worker, (0, 0.0))
        self._to_cancel.setdefault(worker, set()).update(sequence for sequence in sequences if sequence != told)
        self._cancel_running(worker, guard)

    def look(self, workers: Iterable[WorkerHandle], guard: GuardHandle) -> None:
        """Look, if it is time."""
        now = time.monotonic()
        if now - self._looked_at < WATCH_EVERY_S:
            return
        self._looked_at = now
        running = [worker for worker in workers if worker.running and worker.pid is not None]
        self._logs.look(workers)
        for worker in running:
            self._cancel_running(worker, guard)
            self._kill_overdue(worker, guard, now)
        if not self._options.workers:
            for worker in self._samples.keys() - set(running):
                del self._samples[worker]  # it paused: its next second begins anew
            self._find_quiet(running, now)

    def forget(self, worker: WorkerHandle) -> None:
        """The worker is dead."""
        self._samples.pop(worker, None)
        self._cancelled.pop(worker, None)
        self._to_cancel.pop(worker, None)
        self._logs.forget(worker)

    def _cancel_running(self, worker: WorkerHandle, guard: GuardHandle) -> None:
        running = worker.running
        if worker.pid is not None and running and running in self._to_cancel.get(worker, ()):
            self._to_cancel[worker] = {sequence for sequence in self._to_cancel[worker] if sequence > running}
            worker.slot.words[CANCEL] = running
            guard.terminate(worker.pid)
            self._cancelled[worker] = (running, time.monotonic() + self._options.kill_grace_s)

    def _kill_overdue(self, worker: WorkerHandle, guard: GuardHandle, now: float) -> None:
        sequence, over_at = self._cancelled.get(worker, (0, 0.0))
        if sequence and sequence != worker.running:
            del self._cancelled[worker]
        elif sequence and now > over_at:
            self._kill(worker, guard, "The try was cancelled and did not stop")
        assignment = worker.find_assignment(worker.running)
        if assignment is None:
            return
        if isinstance(assignment.work, RunCallbacks):
            most_s = self._options.callback_timeout_s
            if now > worker.started_at + most_s + self._options.kill_grace_s:
                self._kill(worker, guard, f"timeout: the callbacks took longer than callback_timeout_s = {most_s:g}")
            return
        if not isinstance(assignment.work, Launch):
            return
        limit_s = self._find_time_limit(assignment.work.run, assignment.work.task)
        if limit_s is not None and now > worker.started_at + limit_s + self._options.kill_grace_s:
            self._kill(worker, guard, f"timeout: the try took longer than its execution_timeout of {limit_s:g} s")

    def _kill(self, worker: WorkerHandle, guard: GuardHandle, reason: str) -> None:
        if worker.doom is None and worker.pid is not None:
            worker.doom = (
                f"{reason}; it went on for {self._options.kill_grace_s:g} s after it had been told to stop, so its "
                "processes were killed. Fix: let on_kill, or the handling of the exception, end what it waits for."
            )
            guard.kill(worker.pid)

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
