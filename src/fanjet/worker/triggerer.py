"""The life of a triggerer: a process that runs the triggers that tries wait for, and nothing else."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import faulthandler
import gc
import os
import select
import signal
import sys
import threading
import time
import traceback
from typing import TextIO

from fanjet.errors import ExecutionError
from fanjet.model.frames import Answer, Ask, Drop, Fired, Ready, Stop, ToWorker, Watch
from fanjet.model.requests import Request, Response
from fanjet.runtime.clock import SYSTEM_CLOCK
from fanjet.runtime.failures import write_log
from fanjet.runtime.lookups import LOOKUPS
from fanjet.runtime.secrets import SECRETS
from fanjet.runtime.task_logging import setup_task_logging
from fanjet.runtime.value_store import ValueStore
from fanjet.worker.channel import Channel
from fanjet.worker.children import join_family
from fanjet.worker.frame_buffer import FrameBuffer
from fanjet.worker.main import WorkerSetup
from fanjet.worker.segment import name_segment
from fanjet.worker.shared_secrets import SharedSecrets
from fanjet.worker.trigger_loop import SLOW_STEP_S, TriggerLoop
from fanjet.worker.trigger_output import SharedStream

_READ_BYTES = 1 << 20
_LOOK_EVERY_S = 1.0
#: So long may triggers clean up after the executor has said `Stop`.
_STOP_PATIENCE_S = 5.0


def run_triggerer(setup: WorkerSetup, store: ValueStore) -> None:
    """Run triggers until the executor has no more need; does not return.

    Args:
        setup: As of a worker.
        store: Takes large payloads of events.
    """
    code = 1
    try:
        os.setpgid(0, 0)
        join_family()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        atexit._clear()  # noqa: SLF001 - what was registered before the fork belongs to the zygote
        secrets = SharedSecrets(setup.slot_fd, lock_fd=setup.slot_fd)
        secrets.publish(SECRETS.list_texts())
        SECRETS.on_new = secrets.publish
        _redirect(name_segment(setup.log_folder, setup.first_segment))
        setup_task_logging()
        gc.enable()
        asyncio.run(Triggerer(setup, store).serve())
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            if os.fstat(1).st_size == 0:
                os.unlink(name_segment(setup.log_folder, setup.first_segment))  # noqa: PTH108 - one way for all segments
        os._exit(code)


def _redirect(path: str) -> None:
    """Let all that is printed go to one file."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for standard in (1, 2):
        os.dup2(fd, standard)
    os.close(fd)
    faulthandler.enable(2)
    sys.stdout, sys.stderr = SharedStream(_line_stream(1)), SharedStream(_line_stream(2))


def _line_stream(fd: int) -> TextIO:
    return open(fd, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


class Triggerer:
    """Takes in what is to be watched, and says what has fired."""

    def __init__(self, setup: WorkerSetup, store: ValueStore) -> None:
        self._read_fd = setup.read_fd
        self._channel = Channel(setup.read_fd, setup.write_fd)
        os.register_at_fork(after_in_child=self._channel.close_in_fork)
        self._frames: FrameBuffer[ToWorker] = FrameBuffer(ToWorker)
        self._loop = TriggerLoop(store, SYSTEM_CLOCK, self._note_fired)
        self._fired: list[tuple[int, int, bytes]] = []
        #: Frames that came while an answer was awaited.
        self._aside: list[ToWorker] = []
        #: Guards both pipes: triggers ask in the loop's thread or in others.
        self._pipes = threading.Lock()
        self._over = asyncio.Event()
        self._patience_s = 0.0

    async def serve(self) -> None:
        """Until the executor says `Stop` or is gone."""
        os.set_blocking(self._read_fd, False)
        self._asyncio_loop = asyncio.get_running_loop()
        LOOKUPS.ask_through(self.ask)
        asyncio.get_running_loop().add_reader(self._read_fd, self._read)
        self._channel.send(Ready(os.getpid()))
        threading.Thread(target=self._tell_of_blocking, daemon=True).start()
        await self._over.wait()
        asyncio.get_running_loop().remove_reader(self._read_fd)
        await self._loop.close(self._patience_s)

    def ask(self, request: Request) -> Response:
        """Ask for a variable or a connection, and wait for the answer; the loop stands still meanwhile."""
        with self._pipes:
            self._channel.send(Ask(0, request))
            while True:
                select.select([self._read_fd], [], [])
                data = os.read(self._read_fd, _READ_BYTES)
                if not data:
                    raise ExecutionError("The scheduler is gone.")
                frames = list(self._frames.add(data))
                answer = next((frame for frame in frames if isinstance(frame, Answer)), None)
                self._aside += [frame for frame in frames if frame is not answer]
                if answer is not None:
                    break
        if self._aside:
            self._asyncio_loop.call_soon_threadsafe(self._obey_aside)
        return answer.response

    def _read(self) -> None:
        with self._pipes:
            try:
                data = os.read(self._read_fd, _READ_BYTES)
            except BlockingIOError:
                return
            if not data:
                self._over.set()
            self._aside += self._frames.add(data)
        self._obey_aside()

    def _obey_aside(self) -> None:
        """Carry out the frames that have come, in their order."""
        with self._pipes:
            frames, self._aside = self._aside, []
        for frame in frames:
            match frame:
                case Watch(triggers):
                    for run, ticket, carry in triggers:
                        self._loop.watch((run, ticket), carry)
                case Drop(run, tickets, killed):
                    for ticket in tickets:
                        self._loop.drop((run, ticket), killed=killed)
                case Stop():
                    self._patience_s = _STOP_PATIENCE_S
                    self._over.set()

    def _note_fired(self, key: tuple[int, int], carry: bytes) -> None:
        """All that fire in one round of the loop are told together."""
        if not self._fired:
            asyncio.get_running_loop().call_soon(self._send_fired)
        self._fired.append((*key, carry))

    def _send_fired(self) -> None:
        fired, self._fired = self._fired, []
        try:
            with self._pipes:
                self._channel.send(Fired(fired))
        except BrokenPipeError:
            self._over.set()

    def _tell_of_blocking(self) -> None:
        """In a thread of its own: a trigger that never gives the loop back is told while it blocks."""
        told: tuple[str, float] | None = None
        while True:
            time.sleep(_LOOK_EVERY_S)
            stepping = self._loop.stepping
            if stepping is not None and stepping != told and time.monotonic() - stepping[1] > SLOW_STEP_S:
                told = stepping
                write_log(f"Trigger {stepping[0]} blocks all other triggers at this moment.\n")
