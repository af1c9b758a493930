"""What travels between an executor and its zygote: msgpack after a 4-byte length; file descriptors come along."""

from __future__ import annotations

import array
import os
import socket
from threading import Lock
from typing import TypeAlias

import msgspec

from fanjet.errors import ExecutionError
from fanjet.model.requests import Failure, Found, Lookup, Request, Response
from fanjet.model.spec import DagSpec
from fanjet.parsing.report import ParseError

_LENGTH_BYTES = 4
_READ_BYTES = 1 << 16
#: The most descriptors in one frame: those of a worker.
_MAX_FDS = 3


class ZygoteConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How a zygote, and a worker that is spawned rather than forked, is set up; JSON in its command line."""

    file: str
    #: The root of the bundle; what `DagSpec.file` is relative to.
    root: str
    log_folder: str
    log_cap_bytes: int
    #: The text ``module:function`` that names what makes the runners of a worker.
    runners: str
    #: Settings that tries need, by name.
    runtime: dict[str, str | int | float | None]


class ForkWorker(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Start a worker; its pipe ends and the shared slot come along."""

    worker: int
    first_segment: int
    #: It runs triggers, not tries.
    is_triggerer: bool = False


class Answered(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """The answer to the one open `Asked`."""

    response: Found | Failure


class Loaded(msgspec.Struct, frozen=True, array_like=True, tag=11):
    """The zygote has loaded the DAG file, or could not."""

    specs: list[DagSpec]
    errors: list[ParseError]
    duration_s: float


class Forked(msgspec.Struct, frozen=True, array_like=True, tag=12):
    """A worker has been started."""

    worker: int
    pid: int


class Exited(msgspec.Struct, frozen=True, array_like=True, tag=13):
    """A worker has ended; `status` is its wait status."""

    worker: int
    status: int


class ForkFailed(msgspec.Struct, frozen=True, array_like=True, tag=14):
    """A worker could not be started."""

    worker: int
    message: str


class Asked(msgspec.Struct, frozen=True, array_like=True, tag=15):
    """The DAG file that is being loaded asks; it waits for one `Answered`."""

    request: Lookup


ToZygote: TypeAlias = ForkWorker | Answered
FromZygote: TypeAlias = Loaded | Forked | Exited | ForkFailed | Asked

decode_config = msgspec.json.Decoder(ZygoteConfig).decode
decode_request = msgspec.msgpack.Decoder(ToZygote).decode
decode_answer = msgspec.msgpack.Decoder(FromZygote).decode


class ZygoteSocket:
    """One end of the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._in = bytearray()
        #: Frames that came while an answer was awaited.
        self._waiting: list[bytes] = []
        self._fds: list[int] = []
        self._asking = Lock()

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive_rest(self) -> None:
        """Read all that is there without waiting; the other side is dead."""
        self._socket.setblocking(False)
        try:
            while self.receive():
                pass
        except BlockingIOError:  # somebody below it still has the connection
            return

    def send(self, frame: ToZygote | FromZygote, fds: list[int] | None = None) -> None:
        """Write one frame; `fds` are duplicated into the other process."""
        data = msgspec.msgpack.encode(frame)
        data = len(data).to_bytes(_LENGTH_BYTES, "big") + data
        if fds:
            sent = self._socket.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
            data = data[sent:]
        self._socket.sendall(data)

    def receive(self) -> bool:
        """Read what is there, waiting for the first byte; False at the end."""
        try:
            data, rights, _, _ = self._socket.recvmsg(
                _READ_BYTES, socket.CMSG_SPACE(_MAX_FDS * array.array("i").itemsize)
            )
        except ConnectionError:  # the other side died with something unread
            return False
        for _level, _kind, packed in rights:
            fds = array.array("i")
            fds.frombytes(packed[: len(packed) - len(packed) % fds.itemsize])
            for fd in fds:
                os.set_inheritable(fd, False)
            self._fds.extend(fds)
        self._in += data
        return bool(data)

    def take_frame(self) -> bytes | None:
        """The next whole frame that has been received, undecoded; None when there is none."""
        return self._waiting.pop(0) if self._waiting else self._cut_frame()

    def ask(self, request: Request) -> Response:
        """Ask the executor and wait for the answer; for the threads of a file that is being loaded.

        Raises:
            ExecutionError: The executor is gone.
        """
        assert isinstance(request, Lookup), request
        with self._asking:
            self.send(Asked(request))
            while True:
                while (data := self._cut_frame()) is not None:
                    frame = decode_request(data)
                    if isinstance(frame, Answered):
                        return frame.response
                    self._waiting.append(data)
                if not self.receive():
                    raise ExecutionError("The scheduler is gone.")

    def _cut_frame(self) -> bytes | None:
        end = _LENGTH_BYTES + int.from_bytes(self._in[:_LENGTH_BYTES], "big")
        if len(self._in) < max(end, _LENGTH_BYTES + 1):
            return None
        frame = bytes(self._in[_LENGTH_BYTES:end])
        del self._in[:end]
        return frame

    def take_fds(self, count: int) -> list[int]:
        """The descriptors that came with the frames, in their order."""
        fds, self._fds = self._fds[:count], self._fds[count:]
        return fds

    def close(self) -> None:
        self._socket.close()
