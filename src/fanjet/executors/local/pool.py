"""The workers of one DAG file: started when they are needed, replaced when they die."""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from fanjet.errors import ExecutionError
from fanjet.executors.local.guard_handle import GuardHandle
from fanjet.executors.local.options import LocalOptions
from fanjet.executors.local.worker_handle import WorkerHandle
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
)
from fanjet.model.requests import Failure, Found, Lookup
from fanjet.parsing.load_errors import explain_crash, explain_timeout
from fanjet.parsing.report import ParseError
from fanjet.worker.deaths import explain_death
from fanjet.worker.segment import NUMBER_BITS

_SESSION_BITS = 32
#: So many zygotes, or workers before they took a single try, may die in a row.
_MOST_STILLBORN = 3

#: Gets a worker that is dead, whose pipe has been read to the end, and why it is.
OnDeath = Callable[[WorkerHandle, str], None]


class Pool:
    """Owns the guard, the zygote and the workers.

    Args:
        config: For the zygote.
        options: The settings.
    """

    def __init__(self, config: ZygoteConfig, options: LocalOptions) -> None:
        Path(config.log_folder).mkdir(parents=True, exist_ok=True)
        self.config = config
        self.options = options
        #: The number of the scheduler's session, part of the numbers of log segments; needed for the first worker.
        self.session: int | None = None
        self.guard = GuardHandle(config)
        self.selector = selectors.DefaultSelector()
        self.workers: dict[int, WorkerHandle] = {}
        #: The process that runs triggers, while there is one.
        self.triggerer: WorkerHandle | None = None
        self._next_number = 1
        #: What the first zygote loaded; later ones must find the same.
        self.loaded: Loaded | None = None
        self._deaths_in_a_row = 0
        self.on_death: OnDeath = lambda _worker, _reason: None
        self.on_readable: Callable[[WorkerHandle], None] = lambda _worker: None
        #: Answers what the DAG file asks while it is loaded.
        self.on_lookup: Callable[[Lookup], Found | Failure] = lambda _request: Found(None)
        #: As `on_death` and `on_readable`.
        self.on_triggerer_death: Callable[[str], None] = lambda _reason: None
        self.on_triggerer_readable: Callable[[], None] = lambda: None
        self._register_guard()

    def reserve_numbers(self, count: int) -> list[int]:
        """Numbers that workers which are yet to be started will have if they are."""
        return list(range(self._next_number, self._next_number + count))

    def start(self, number: int) -> WorkerHandle:
        """Have a worker started; it can be sent work at once."""
        worker = self._start(number, is_triggerer=False)
        self.workers[number] = worker
        self.selector.register(worker.read_fd, selectors.EVENT_READ, lambda: self.on_readable(worker))
        return worker

    def start_triggerer(self) -> WorkerHandle:
        """Have the process started that runs triggers; it can be sent some at once."""
        self.triggerer = self._start(self._next_number, is_triggerer=True)
        self.selector.register(self.triggerer.read_fd, selectors.EVENT_READ, self.on_triggerer_readable)
        return self.triggerer

    def _start(self, number: int, *, is_triggerer: bool) -> WorkerHandle:
        self._next_number = max(self._next_number, number + 1)
        worker = WorkerHandle(number)
        # When the zygote is gone, the guard's end follows and gives back what this worker was sent.
        with contextlib.suppress(OSError):
            frame = ForkWorker(number, self._first_segment(number), is_triggerer)
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
        give_up_at = time.monotonic() + timeout_s
        while self.loaded is None:
            self.guard.zygote.settimeout(max(give_up_at - time.monotonic(), 0.001))
            try:
                if not self.guard.zygote.receive():
                    return self._explain_stillborn()
            except TimeoutError:
                return _make_failed(explain_timeout(Path(self.config.file), timeout_s))
            self._take_zygote_frames()
        self.guard.zygote.settimeout(None)
        return self.loaded

    def read_to_end(self, worker: WorkerHandle) -> None:
        """Take in all that a dead worker has left in its pipe."""
        while worker.read():
            pass

    def close(self) -> None:
        """Kill whatever is left."""
        self.guard.close()
        self.guard.discard_log_if_empty()
        for worker in list(self.workers.values()):
            self._remove(worker)
        if self.triggerer is not None:
            self._let_go(self.triggerer)
        self.selector.close()

    def _first_segment(self, number: int) -> int:
        assert self.session is not None, "begin_session first"
        return (self.session << _SESSION_BITS) | (number << NUMBER_BITS)

    def _register_guard(self) -> None:
        self.selector.register(self.guard, selectors.EVENT_READ, self._read_guard)
        self.selector.register(self.guard.zygote, selectors.EVENT_READ, self._read_zygote)

    def _read_guard(self) -> None:
        if not self.guard.read():
            self._replace_guard()

    def _read_zygote(self) -> None:
        if self.guard.zygote.fileno() >= 0 and not self.guard.zygote.receive():
            self.selector.unregister(self.guard.zygote)  # the guard says more
        self._take_zygote_frames()

    def _take_zygote_frames(self) -> None:
        while (data := self.guard.zygote.take_frame()) is not None:
            self._take(msgspec.msgpack.decode(data, type=FromZygote))

    def _take(self, frame: FromZygote) -> None:
        match frame:
            case Loaded():
                self._check_loaded(frame)
            case Forked(number, pid):
                self._get(number).pid = pid
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

    def _check_loaded(self, frame: Loaded) -> None:
        if self.loaded is None:
            self.loaded = frame
        elif frame.errors or frame.specs != self.loaded.specs:
            raise ExecutionError(
                f"{self.config.file} was changed while a run of it was going on, and had to be loaded again. "
                "What was recorded is safe. Fix: resume the run."
            )

    def _lose(self, worker: WorkerHandle, reason: str) -> None:
        self.read_to_end(worker)
        if worker is self.triggerer:
            self._let_go(worker)
            self.on_triggerer_death(reason)
            return
        self._remove(worker)
        self.on_death(worker, worker.doom or reason)
        self._count_death(worker)

    def _remove(self, worker: WorkerHandle) -> None:
        del self.workers[worker.number]
        self._let_go(worker)

    def _let_go(self, worker: WorkerHandle) -> None:
        for fd in (worker.read_fd, worker.write_fd):
            if fd in self.selector.get_map():
                self.selector.unregister(fd)
        worker.close()

    def _count_death(self, worker: WorkerHandle) -> None:
        """A worker that dies before its first frame would be replaced for ever."""
        self._deaths_in_a_row = 0 if worker.ready else self._deaths_in_a_row + 1
        if self._deaths_in_a_row >= _MOST_STILLBORN:
            log = self.guard.log_path
            raise ExecutionError(f"Workers end as soon as they are started. {self.guard.read_log_tail()} (log: {log})")

    def _replace_guard(self) -> None:
        """The zygote is dead, and with it its workers; what they sent before is still there."""
        reason = f"The process that starts the workers died ({self._describe_zygote_end()}), and all of them with it."
        self.selector.unregister(self.guard)
        if self.guard.zygote.fileno() in self.selector.get_map():
            self._take_zygote_frames()
            self.selector.unregister(self.guard.zygote)
        self.guard.close()
        self._deaths_in_a_row += 1
        if self._deaths_in_a_row >= _MOST_STILLBORN:
            raise ExecutionError(f"{reason} {self.guard.read_log_tail()}")
        dead = list(self.workers.values())
        self.guard = GuardHandle(self.config)
        self._register_guard()
        for worker in dead:
            self.read_to_end(worker)
            self._remove(worker)
            self.on_death(worker, worker.doom or reason)
        if self.triggerer is not None:
            self._lose(self.triggerer, reason)

    def _describe_zygote_end(self) -> str:
        status = self.guard.zygote_status
        return "its guard is gone" if status is None else explain_death(status)

    def _explain_stillborn(self) -> Loaded:
        """The zygote ended before it had loaded the file: user code ended the process."""
        while self.guard.zygote_status is None and self.guard.wait():
            pass
        status = self.guard.zygote_status
        code = None if status is None else os.waitstatus_to_exitcode(status)
        return _make_failed(explain_crash(Path(self.config.file), code, self.guard.read_log_tail()))

    def _write_on(self, worker: WorkerHandle) -> None:
        if worker.flush():
            self.selector.unregister(worker.write_fd)


def _make_failed(error: ParseError) -> Loaded:
    return Loaded(specs=[], errors=[error], duration_s=0.0)
