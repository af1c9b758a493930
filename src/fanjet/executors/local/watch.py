"""Looks after tries that run for long: time limits, cancellations, tries that only wait, output without end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from fanjet.executors.local.guard_handle import GuardHandle
from fanjet.executors.local.log_watch import LogWatch
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.processes import read_cpu_s
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.model.launches import Launch
from fanjet.worker.slot import CANCEL

#: Between two looks.
WATCH_EVERY_S = 0.2
_QUIET_AFTER_S = 1.0
#: A try that used less than this share of a core does not count as busy.
_QUIET_SHARE = 0.1

#: The `execution_timeout` in seconds of a (run, task); None without one.
FindTimeLimit = Callable[[int, int], float | None]


class Watch:
    """Looks at all workers a few times a second.

    Args:
        options: The settings.
        find_time_limit: Says how long tries of a task may take.
        log_folder: Where segments lie.
    """

    def __init__(self, options: LocalOptions, find_time_limit: FindTimeLimit, log_folder: str) -> None:
        self._options = options
        self._find_time_limit = find_time_limit
        self._logs = LogWatch(log_folder, options.log_cap_bytes)
        self._looked_at = 0.0
        self._measured_at = 0.0
        #: Worker -> sequence of the try that ran at the last measurement, CPU seconds at that time.
        self._cpu_s: dict[WorkerHandle, tuple[int, float]] = {}
        #: Tries that were told to stop: worker -> sequence, when their grace is over.
        self._cancelled: dict[WorkerHandle, tuple[int, float]] = {}

    def cancel(self, worker: WorkerHandle, sequence: int, guard: GuardHandle) -> None:
        """Tell the running try to stop."""
        if worker.pid is not None and worker not in self._cancelled:
            worker.slot.words[CANCEL] = sequence
            guard.terminate(worker.pid)
            self._cancelled[worker] = (sequence, time.monotonic() + self._options.kill_grace_s)

    def look(self, workers: Iterable[WorkerHandle], guard: GuardHandle) -> None:
        """Look, if it is time."""
        now = time.monotonic()
        if now - self._looked_at < WATCH_EVERY_S:
            return
        self._looked_at = now
        running = [worker for worker in workers if worker.running and worker.pid is not None]
        self._logs.look(workers)
        for worker in running:
            self._kill_overdue(worker, guard, now)
        if not self._options.workers and now - self._measured_at >= _QUIET_AFTER_S:
            self._find_quiet(running, now)

    def forget(self, worker: WorkerHandle) -> None:
        """The worker is dead."""
        self._cpu_s.pop(worker, None)
        self._cancelled.pop(worker, None)

    def _kill_overdue(self, worker: WorkerHandle, guard: GuardHandle, now: float) -> None:
        sequence, over_at = self._cancelled.get(worker, (0, 0.0))
        if sequence and sequence != worker.running:
            del self._cancelled[worker]
        elif sequence and now > over_at:
            self._kill(worker, guard, "The try was cancelled and did not stop")
        assignment = worker.find_assignment(worker.running)
        if assignment is None or not isinstance(assignment.work, Launch):
            return
        limit_s = self._find_time_limit(assignment.work.run, assignment.work.task)
        if limit_s is not None and time.time() > worker.started_at + limit_s + self._options.kill_grace_s:
            self._kill(worker, guard, f"timeout: the try took longer than its execution_timeout of {limit_s:g} s")

    def _kill(self, worker: WorkerHandle, guard: GuardHandle, reason: str) -> None:
        if worker.doom is None and worker.pid is not None:
            worker.doom = (
                f"{reason}; it went on for {self._options.kill_grace_s:g} s after it had been told to stop, so its "
                "processes were killed. Fix: let on_kill, or the handling of the exception, end what it waits for."
            )
            guard.kill(worker.pid)

    def _find_quiet(self, running: list[WorkerHandle], now: float) -> None:
        """Compare CPU times with those of a second ago, for tries that have been running since."""
        long = [worker for worker in running if time.time() - worker.started_at >= _QUIET_AFTER_S]
        if not long:
            self._cpu_s.clear()
            self._measured_at = now - _QUIET_AFTER_S / 2  # soon again: a try may just be too young
            return
        past_s = now - self._measured_at
        self._measured_at = now
        used = read_cpu_s([worker.pid for worker in long if worker.pid is not None])
        measured = {worker: (worker.running, used[worker.pid]) for worker in long if worker.pid is not None}
        for worker, (sequence, cpu_s) in measured.items():
            before = self._cpu_s.get(worker)
            if before is not None and before[0] == sequence:
                worker.quiet = cpu_s - before[1] < _QUIET_SHARE * past_s
        self._cpu_s = measured
