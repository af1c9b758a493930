"""Has DAG files loaded one after another, each in a process of its own that starts within a millisecond."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec

from fanjet.errors import ExecutionError
from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.child import explain_end
from fanjet.parsing.conversation import Conversation, Serve
from fanjet.parsing.fork_server import READY, STOP, Load, Purpose, decode_ended
from fanjet.parsing.report import ParseReport

_COMMAND = (sys.executable, "-P", "-m", "fanjet.parsing.fork_server")
#: Loading is tried again if its process was killed from outside, as when memory runs out.
_ATTEMPTS = 2
#: The server kills a file's family before it answers.
_ANSWER_WITHIN_S = 10.0
_START_WITHIN_S = 60.0


class ForkedParser:
    """Loads files in processes that are forked from one that has imported Fanjet; that one starts with the first.

    Args:
        serve: Answers what the files ask.
        niceness: By how much loading goes behind whatever else the machine has to do.
    """

    def __init__(self, serve: Serve, *, niceness: int = 10) -> None:
        self._serve = serve
        self._niceness = niceness
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_aborted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server, and with it whatever is being loaded."""
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            try:
                self._server.wait(_ANSWER_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        self._server = self._control = None

    def abort(self) -> None:
        """Kill what is being loaded and load no more. From any thread; `close` collects the rest."""
        self._is_aborted = True
        server = self._server
        if server is not None:
            with contextlib.suppress(ProcessLookupError):
                server.kill()

    def parse(
        self,
        file: Path,
        root: Path,
        timeout_s: float,
        purpose: Purpose = "uses",
        questions: Sequence[TimetableQuestion] = (),
    ) -> ParseReport:
        """Load a file; see `fanjet.parsing.reporting` for what is reported for which purpose, and for `questions`.

        Raises:
            ExecutionError: No process can be started, or loading was aborted.
        """
        for attempt in range(_ATTEMPTS):
            report, is_final = self._try(Load(str(file), str(root), purpose, tuple(questions)), timeout_s)
            if self._is_aborted:
                raise _aborted()
            if is_final or attempt == _ATTEMPTS - 1:
                break
        return report

    def _try(self, order: Load, timeout_s: float) -> tuple[ParseReport, bool]:
        """The report, and whether it is the file's own doing."""
        control = self._start()
        started_at = time.monotonic()
        ours, theirs = socket.socketpair()
        output, printed = os.pipe()
        try:
            talk = Conversation(ours, output, self._serve)
            try:
                socket.send_fds(control, [msgspec.msgpack.encode(order)], [theirs.fileno(), printed])
            except OSError:
                report = None
            else:
                theirs.close()
                os.close(printed)
                printed = -1
                report = talk.wait(started_at + timeout_s, ended=control.fileno())
            duration_s = time.monotonic() - started_at
            status = self._stop(control)
            if report is not None:
                return report, True
            is_killed = status is None or status == signal.SIGKILL
            code = None if status is None else os.waitstatus_to_exitcode(status)
            end = explain_end(Path(order.file), code, duration_s, timeout_s, talk)
            return end, duration_s >= timeout_s or not is_killed
        finally:
            ours.close()
            theirs.close()
            os.close(output)
            if printed >= 0:
                os.close(printed)

    def _start(self) -> socket.socket:
        if self._control is not None:
            return self._control
        if self._is_aborted:
            raise _aborted()
        ours, theirs = socket.socketpair()
        with theirs:
            fd = theirs.fileno()
            try:
                self._server = subprocess.Popen(
                    [*_COMMAND, str(fd), str(self._niceness)],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[fd],
                    env=os.environ | {"PYTHONUNBUFFERED": "1"},
                )
            except OSError as error:
                ours.close()
                raise ExecutionError(
                    f"No process can be started to load DAG files: {error}.", temporary=True
                ) from error
        if self._is_aborted:  # meanwhile
            self._server.kill()
        self._control = ours
        self._await_ready(ours)
        return ours

    def _await_ready(self, control: socket.socket) -> None:
        """Its own start, which may take long on a busy machine, is not to count as the first file's time."""
        control.settimeout(_START_WITHIN_S)
        with contextlib.suppress(OSError):
            if control.recv(1) == READY:
                control.settimeout(_ANSWER_WITHIN_S)
                return
        self._kill()
        if self._is_aborted:
            raise _aborted()
        raise ExecutionError("The process that loads DAG files does not start.", temporary=True)

    def _stop(self, control: socket.socket) -> int | None:
        """End what is being loaded; its wait status, None when the server is gone and will be started anew."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            control.sendall(STOP)
            if data := control.recv(64):
                return decode_ended(data).status
        self._kill()
        return None

    def _kill(self) -> None:
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                self._server.kill()
        self.close()


def _aborted() -> ExecutionError:
    return ExecutionError("Loading DAG files has been stopped.", temporary=True)
