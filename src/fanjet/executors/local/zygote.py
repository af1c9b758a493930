"""The zygote: loads a DAG file once, then starts a worker whenever it is asked to.

A worker is forked, so that it has the file's modules without importing anything again. If loading the file has started
threads, which a fork would not take along, workers are started afresh and load the file themselves.
"""

from __future__ import annotations

import _thread
import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path

import msgspec

from fanjet.airflow.finder import install
from fanjet.executors.local.zygote_frames import (
    Exited,
    Forked,
    ForkFailed,
    ForkWorker,
    FromZygote,
    Loaded,
    ZygoteConfig,
    ZygoteSocket,
    decode_config,
    decode_request,
)
from fanjet.executors.runners import make_store
from fanjet.parsing.loader import LoadedFile, load_file
from fanjet.runtime.lookups import LOOKUPS
from fanjet.worker.main import WorkerSetup, run_worker

#: Should user code have taken SIGCHLD away, ended workers are still noticed so often.
_LOOK_EVERY_MS = 1000


def main() -> None:
    """The program: ``CHANNEL_FD CONFIG``."""
    channel_fd, config_text = int(sys.argv[1]), sys.argv[2]
    sys.argv[:] = [""]
    os.set_inheritable(channel_fd, False)
    config = decode_config(config_text)
    Zygote(ZygoteSocket(socket.socket(fileno=channel_fd)), config).live()


class Zygote:
    """Serves one executor until it is gone."""

    def __init__(self, executor: ZygoteSocket, config: ZygoteConfig) -> None:
        self._executor = executor
        self._config = config
        #: Worker -> process id.
        self._workers: dict[int, int] = {}
        self._loaded = LoadedFile(dags=[], errors=[])

    def live(self) -> None:
        """Load, say what was found, start workers."""
        sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
        self._load()
        if self._loaded.errors:
            return
        import_module(self._config.runners.partition(":")[0])
        gc.collect()
        gc.freeze()
        wakeup = self._wake_on_child_ends()
        poll = select.poll()
        poll.register(self._executor.fileno(), select.POLLIN)
        poll.register(wakeup, select.POLLIN)
        while True:
            ready = [fd for fd, _ in poll.poll(_LOOK_EVERY_MS)]
            if wakeup in ready:
                os.read(wakeup, 4096)
            self._report_ended()
            if self._executor.fileno() in ready:
                if not self._executor.receive():
                    return
                self._start_workers()

    def _load(self) -> None:
        install()  # for good: workers are forked of this process
        started_at = time.monotonic()
        gc.disable()  # nothing of what loading makes is garbage
        with LOOKUPS.asking_through(self._executor.ask, is_loading=True):
            self._loaded = load_file(Path(self._config.file), Path(self._config.root))
        duration_s = time.monotonic() - started_at
        specs = [dag.spec for dag in self._loaded.dags]
        self._executor.send(Loaded(specs, self._loaded.errors, duration_s))

    @staticmethod
    def _wake_on_child_ends() -> int:
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        os.set_blocking(write_end, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        return read_end

    def _report_ended(self) -> None:
        for worker, pid in list(self._workers.items()):
            try:
                ended, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:  # user code collected it: how it ended is not known
                ended, status = pid, 0
            if ended:
                del self._workers[worker]
                self._executor.send(Exited(worker, status))

    def _start_workers(self) -> None:
        while (data := self._executor.take_frame()) is not None:
            request = decode_request(data)
            fds = self._executor.take_fds(3)
            answer: FromZygote
            try:
                pid = self._start_worker(request, fds)
                self._workers[request.worker] = pid
                answer = Forked(request.worker, pid)
            except OSError as error:
                answer = ForkFailed(request.worker, f"A worker process could not be started: {error}")
            finally:
                for fd in fds:
                    os.close(fd)
            self._executor.send(answer)

    def _start_worker(self, request: ForkWorker, fds: list[int]) -> int:
        config = self._config
        setup = WorkerSetup(fds[0], fds[1], fds[2], config.log_folder, request.first_segment, config.log_cap_bytes)
        sys.stdout.flush()
        sys.stderr.flush()
        if _thread._count() > 0:  # noqa: SLF001 - unlike threading.active_count() it knows every kind of thread
            return _spawn(config, setup, is_triggerer=request.is_triggerer)
        with warnings.catch_warnings():
            # Python warns of native threads too; those of numeric libraries know how to live through a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            self._become_worker(setup, is_triggerer=request.is_triggerer)
        return pid

    def _become_worker(self, setup: WorkerSetup, *, is_triggerer: bool) -> None:
        with contextlib.suppress(OSError, ValueError):
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._executor.close()
        if is_triggerer:
            become_triggerer(self._config, setup)
        make = import_function(self._config.runners)
        run_worker(setup, lambda client: make(self._loaded.dags, client, self._config.runtime))


def import_function(name: str):  # type: ignore[no-untyped-def] # a name gives anything
    """What a ``module:function`` text names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def become_triggerer(config: ZygoteConfig, setup: WorkerSetup) -> None:
    """Run triggers in this process; does not return."""
    from fanjet.worker.triggerer import run_triggerer  # noqa: PLC0415 - asyncio is slow to import, and workers need it not

    run_triggerer(setup, make_store(config.runtime))


def _spawn(config: ZygoteConfig, setup: WorkerSetup, *, is_triggerer: bool) -> int:
    for fd in (setup.read_fd, setup.write_fd, setup.slot_fd):
        os.set_inheritable(fd, True)
    code = "from fanjet.executors.local.spawned import main; main()"
    texts = [msgspec.json.encode(value).decode() for value in (config, setup, is_triggerer)]
    return os.posix_spawn(sys.executable, [sys.executable, "-P", "-c", code, *texts], os.environ)
