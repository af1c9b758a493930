"""The workers of one DAG file: started when they are needed, replaced when they die."""

from __future__ import annotations

import contextlib
import selectors
import time
from collections.abc import Callable
from pathlib import Path

from fanjet.errors import ExecutionError
from fanjet.executors.local.guard_handle import GuardHandle
from fanjet.executors.local.loading import Loading
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.local.worker_numbers import WorkerNumbers
from fanjet.executors.local.zygote_frames import (
    Answered,
    Asked,
    Exited,
    Forked,
    ForkFailed,
    ForkWorker,
    FromZygote,
    Loaded,
    ZygoteConfig,
    decode_answer,
)
from fanjet.model.requests import Failure, Found, Lookup
from fanjet.worker.deaths import explain_death

#: So many zygotes before a worker of theirs was ready, or workers before they were, may die in a row.
_MOST_STILLBORN = 3
#: A zygote that has stood idle for so long counts as healthy.
_HEALTHY_AFTER_S = 60.0

#: Gets a worker that is dead, whose pipe has been read to the end, and why it is.
OnDeath = Callable[[WorkerHandle, str], None]


class Pool:
    """Owns the guard, the zygote and the workers.

    Args:
        config: For the zygote.
        numbers: Of the workers.
    """

    def __init__(self, config: ZygoteConfig, numbers: WorkerNumbers) -> None:
        Path(config.log_folder).mkdir(parents=True, exist_ok=True)
        self.config = config
        self.numbers = numbers
        self.guard = GuardHandle(config)
        #: Those that died or had to be given up, and are not known to be gone yet.
        self._old_guards: list[GuardHandle] = []
        self.selector = selectors.DefaultSelector()
        self.workers: dict[int, WorkerHandle] = {}
        #: The process that runs triggers, while there is one.
        self.triggerer: WorkerHandle | None = None
        self.loading = Loading(Path(config.file))
        #: When the present guard was started, and whether workers below it were ready that have ended since.
        self._guard_since = time.monotonic()
        self._guard_worked = False
        self._deaths_in_a_row = 0
        self.on_death: OnDeath = lambda _worker, _reason: None
        self.on_readable: Callable[[WorkerHandle], None] = lambda _worker: None
        #: Answers what the DAG file asks while it is loaded.
        self.on_lookup: Callable[[Lookup], Found | Failure] = lambda _request: Found(None)
        #: As `on_death` and `on_readable`.
        self.on_triggerer_death: Callable[[str], None] = lambda _reason: None
        self.on_triggerer_readable: Callable[[], None] = lambda: None
        self._register_guard()

    def start(self, number: int) -> WorkerHandle:
        """Have a worker started; it can be sent work at once."""
        worker = self._start(number, is_triggerer=False)
        self.workers[number] = worker
        self.selector.register(worker.read_fd, selectors.EVENT_READ, lambda: self.on_readable(worker))
        return worker

    def start_triggerer(self) -> WorkerHandle:
        """Have the process started that runs triggers; it can be sent some at once."""
        self.triggerer = self._start(self.numbers.take(), is_triggerer=True)
        self.selector.register(self.triggerer.read_fd, selectors.EVENT_READ, self.on_triggerer_readable)
        return self.triggerer

    def _start(self, number: int, *, is_triggerer: bool) -> WorkerHandle:
        first_segment = self.numbers.take_segments()
        try:
            worker = WorkerHandle(number)
        except OSError as error:
            raise ExecutionError(
                f"No worker can be started: {error.strerror}. Fix: allow more open files (ulimit -n) or fewer workers.",
                temporary=True,
            ) from error
        # When the zygote is gone, the guard's end follows and gives back what this worker was sent.
        with contextlib.suppress(OSError):
            frame = ForkWorker(number, first_segment, is_triggerer)
            self.guard.zygote.send(frame, worker.take_worker_fds())
        worker.close_worker_fds()
        return worker

    def wait_to_write(self, worker: WorkerHandle) -> None:
        """The worker's pipe is full: go on when there is room."""
        if worker.write_fd not in self.selector.get_map():
            self.selector.register(worker.write_fd, selectors.EVENT_WRITE, lambda: self._write_on(worker))

    def select(self, timeout_s: float) -> None:
        """Wait, and do what there is to do: workers first, as an end of one closes its pipes."""
        ready = self.selector.select(timeout_s)
        control = [key for key, _ in ready if key.fileobj in {self.guard, self.guard.zygote}]
        for key, _ in ready:
            if key not in control:
                key.data()
        for key in control:
            if key.fileobj in {self.guard, self.guard.zygote}:  # not replaced meanwhile
                key.data()

    def stop_reading(self, worker: WorkerHandle) -> None:
        """The worker's pipe is at its end; its death is yet to be reported."""
        if worker.read_fd in self.selector.get_map():
            self.selector.unregister(worker.read_fd)

    def wait_loaded(self, timeout_s: float) -> Loaded:
        """What the zygote found in the DAG file; errors also say that it took too long or that it died."""
        self.loading.timeout_s = timeout_s
        while self.loading.found is None:
            self.select(self.loading.shorten(timeout_s))
            self.look()
        return self.loading.found

    def look(self) -> None:
        """Look after what takes its time: guards that are going, a zygote that loads.

        Raises:
            ExecutionError: A zygote takes too long to load the file, which had been loaded before.
        """
        if self._old_guards:
            self._old_guards = [guard for guard in self._old_guards if not guard.is_gone()]
        self.loading.look()

    def read_to_end(self, worker: WorkerHandle) -> None:
        """Take in all that a dead worker has left in its pipe."""
        while worker.read():
            pass

    def kill(self, worker: WorkerHandle, reason: str) -> None:
        """Kill a worker with all that it started; what it runs fails for that reason."""
        if worker.doom is None:
            worker.doom = reason
            if worker.pid is not None:  # else as soon as it has one
                self.guard.kill(worker.pid)

    def close(self) -> None:
        """Kill whatever is left, and wait for its end."""
        for guard in self.release():
            guard.close()

    def release(self) -> list[GuardHandle]:
        """Kill whatever is left, and do not wait for its end; the guards say when that has come."""
        self.guard.release()
        for worker in list(self.workers.values()):
            self._remove(worker)
        if self.triggerer is not None:
            self._let_go(self.triggerer)
        self.selector.close()
        return [*self._old_guards, self.guard]

    def _register_guard(self) -> None:
        self.selector.register(self.guard, selectors.EVENT_READ, self._read_guard)
        self.selector.register(self.guard.zygote, selectors.EVENT_READ, self._read_zygote)

    def _read_guard(self) -> None:
        is_there = self.guard.read()
        if self.loading.found is None and (not is_there or self.guard.zygote_status is not None):
            self._read_last_words()
            if self.loading.found is None:
                self.loading.explain_end(self.guard.zygote_status, self.guard.read_log_tail())
        if is_there:
            return
        if self.loading.has_failed:
            self.selector.unregister(self.guard)  # nothing can be started from this file
        else:
            self._replace_guard()

    def _read_last_words(self) -> None:
        """Take in what a zygote that is dead had still said."""
        if self.guard.zygote.fileno() in self.selector.get_map():
            self.guard.zygote.receive_rest()
            self._take_zygote_frames()

    def _read_zygote(self) -> None:
        if self.guard.zygote.fileno() >= 0 and not self.guard.zygote.receive():
            self.selector.unregister(self.guard.zygote)  # the guard says more
        self._take_zygote_frames()

    def _take_zygote_frames(self) -> None:
        while (data := self.guard.zygote.take_frame()) is not None:
            self._take(decode_answer(data))

    def _take(self, frame: FromZygote) -> None:
        match frame:
            case Loaded():
                self.loading.take(frame)
            case Forked(number, pid):
                worker = self._get(number)
                worker.pid = pid
                if worker.doom is not None:
                    self.guard.kill(pid)
            case Exited(number, status):
                self._lose(self._get(number), explain_death(status))
                self.guard.sweep()
            case ForkFailed(number, message):
                self._lose(self._get(number), message)
            case Asked(request):
                with contextlib.suppress(OSError):  # it is gone, and waits for no answer
                    self.guard.zygote.send(Answered(self.on_lookup(request)))

    def _get(self, number: int) -> WorkerHandle:
        triggerer = self.triggerer
        return triggerer if triggerer is not None and triggerer.number == number else self.workers[number]

    def _lose(self, worker: WorkerHandle, reason: str) -> None:
        self.read_to_end(worker)
        if worker is self.triggerer:
            self._let_go(worker)
            self.on_triggerer_death(reason)
            return
        self._remove(worker)
        self.on_death(worker, worker.doom or reason)
        self._count_death(worker, reason)

    def _remove(self, worker: WorkerHandle) -> None:
        self._guard_worked = self._guard_worked or worker.ready
        del self.workers[worker.number]
        self._let_go(worker)

    def _let_go(self, worker: WorkerHandle) -> None:
        for fd in (worker.read_fd, worker.write_fd):
            if fd in self.selector.get_map():
                self.selector.unregister(fd)
        worker.close()

    def _count_death(self, worker: WorkerHandle, reason: str) -> None:
        """A worker that dies before its first frame would be replaced for ever."""
        self._deaths_in_a_row = 0 if worker.ready else self._deaths_in_a_row + 1
        if self._deaths_in_a_row >= _MOST_STILLBORN:
            raise ExecutionError(
                f"Workers end as soon as they are started, {self._deaths_in_a_row} in a row. The last one: {reason} "
                f"What {self.config.file} does when it is loaded may break processes that are forked of it: "
                "look for os.register_at_fork and for native libraries that it sets up." + self._show_log_tail()
            )

    def _show_log_tail(self) -> str:
        tail = self.guard.read_log_tail()
        return f" What it printed (all of it is in {self.guard.log_path}):\n{tail}" if tail else ""

    def _has_worked(self) -> bool:
        """Whether the present zygote was good for something, so that its death is no sign that others would die too."""
        if self._guard_worked or any(worker.ready for worker in self.workers.values()):
            return True
        return self.loading.is_over and time.monotonic() - self._guard_since > _HEALTHY_AFTER_S

    def _replace_guard(self) -> None:
        """The zygote is dead, and with it its workers; what they sent before is still there."""
        reason = f"The process that starts the workers died ({self._describe_zygote_end()}), and all of them with it."
        self.selector.unregister(self.guard)
        self._read_last_words()
        if self.guard.zygote.fileno() in self.selector.get_map():
            self.selector.unregister(self.guard.zygote)
        self.guard.release()
        self._old_guards.append(self.guard)
        self._deaths_in_a_row = 0 if self._has_worked() else self._deaths_in_a_row + 1
        if self._deaths_in_a_row >= _MOST_STILLBORN:
            raise ExecutionError(f"{self.config.file}: {reason}{self._show_log_tail()}")
        dead = list(self.workers.values())
        self.guard = GuardHandle(self.config)
        self.loading.begin_again()
        self._guard_since = time.monotonic()
        self._register_guard()
        for worker in dead:
            self.read_to_end(worker)
            self._remove(worker)
            self.on_death(worker, worker.doom or reason)
        self._guard_worked = False
        if self.triggerer is not None:
            self._lose(self.triggerer, reason)

    def _describe_zygote_end(self) -> str:
        status = self.guard.zygote_status
        return "its guard is gone" if status is None else explain_death(status)

    def _write_on(self, worker: WorkerHandle) -> None:
        if worker.flush():
            self.selector.unregister(worker.write_fd)
