"""The side of a process that has a DAG file loaded by another one: answers what the file asks, waits for the report."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from fanjet.model.requests import Failure, Found, Lookup
from fanjet.parsing.report import ParseReport

#: Each frame comes after its length.
LENGTH_BYTES = 4
#: What is kept of the end of a file's output.
_TAIL_BYTES = 2000
_READ_BYTES = 1 << 16
_MOST_READS = 32

#: Answers what the file asks while it is loaded.
Serve: TypeAlias = Callable[[Lookup], Found | Failure]


class Asked(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """The file asks; it waits for one frame with the answer."""

    request: Lookup


class AsksTimetable(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """The file is loaded; the timetable of a DAG is asked now."""

    dag_id: str


class Reported(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """The last frame."""

    report: ParseReport


_decode_frame = msgspec.msgpack.Decoder(Asked | AsksTimetable | Reported).decode


def pack(frame: msgspec.Struct) -> bytes:
    """A frame with its length."""
    data = msgspec.msgpack.encode(frame)
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


class Conversation:
    """What is said with one process that loads a file.

    Args:
        child: Leads to it.
        output: The end of a pipe from which its output comes; read until the report is there, so that whatever it
            prints neither stops it nor fills a disk.
        serve: Answers what the file asks.
    """

    def __init__(self, child: socket.socket, output: int, serve: Serve) -> None:
        self._child = child
        self._output = output
        self._serve = serve
        self._data = b""
        self._tail = b""
        #: Of which DAG the timetable is being asked; None while the file is being loaded.
        self.asking: str | None = None
        os.set_blocking(output, False)

    def wait(self, until: float, *, ended: int | None = None) -> ParseReport | None:
        """Answer until the report comes; None when it does not, or not in time.

        Not until the end of the stream: what the file forked may hold it open.

        Args:
            until: By `time.monotonic`.
            ended: A descriptor that can be read once the process has ended.
        """
        child, output = self._child.fileno(), self._output
        waiting = [fd for fd in (child, output, ended) if fd is not None]
        with contextlib.suppress(ConnectionError, msgspec.DecodeError):  # the file ended it, or wrote into it
            while ready := select.select(waiting, [], [], max(0.0, until - time.monotonic()))[0]:
                if output in ready and not self._read_output():
                    waiting.remove(output)
                if child in ready:
                    piece = self._child.recv(_READ_BYTES)
                    self._data += piece
                    report = self._take_frames()
                    if report is not None or not piece:
                        return report
                elif ended in ready:
                    break
        return None

    def read_tail(self) -> str:
        """The end of what the process has printed so far."""
        for _ in range(_MOST_READS):  # what escaped may go on printing
            if not self._read_output():
                break
        return self._tail.decode(errors="replace")

    def _read_output(self) -> bool:
        """Whether there was something, and more may come."""
        try:
            piece = os.read(self._output, _READ_BYTES)
        except BlockingIOError:
            return False
        self._tail = (self._tail + piece)[-_TAIL_BYTES:]
        return bool(piece)

    def _take_frames(self) -> ParseReport | None:
        while (end := LENGTH_BYTES + int.from_bytes(self._data[:LENGTH_BYTES], "big")) <= len(self._data):
            frame = _decode_frame(self._data[LENGTH_BYTES:end])
            self._data = self._data[end:]
            if isinstance(frame, Reported):
                return frame.report
            if isinstance(frame, AsksTimetable):
                self.asking = frame.dag_id
                continue
            self._child.sendall(pack(self._serve(frame.request)))
        return None
