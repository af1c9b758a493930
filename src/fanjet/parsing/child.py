"""Loads a DAG file in a process of its own, so that nothing it does can hurt or hang this one."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeAlias

import msgspec

from fanjet.model.requests import Failure, Found, Lookup
from fanjet.parsing.bundle import find_root
from fanjet.parsing.load_errors import explain_crash, explain_timeout
from fanjet.parsing.report import ParseError, ParseReport

#: Each frame comes after its length.
LENGTH_BYTES = 4
#: The argument that asks for the rules.
STRICT = "strict"
_COMMAND = (sys.executable, "-P", "-m", "fanjet.parsing")
_TAIL_BYTES = 2000

#: Answers what the file asks while it is loaded.
Serve: TypeAlias = Callable[[Lookup], Found | Failure]


class Asked(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """The file asks; it waits for one frame with the answer."""

    request: Lookup


class Reported(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """The last frame."""

    report: ParseReport


def find_nothing(_request: Lookup) -> Found:
    """The answer of an empty store."""
    return Found(None)


def parse_in_child(
    path: Path, timeout_s: float, root: Path | None = None, *, strict: bool = False, serve: Serve = find_nothing
) -> ParseReport:
    """Load a file and report what is in it or what is wrong with it. Thread-safe if `serve` is.

    Args:
        path: The file.
        timeout_s: When it takes longer, it is stopped and that is the error.
        root: The root of its bundle; found if it is not given.
        strict: Whether to apply the rules (`fanjet.parsing.rules`) too.
        serve: Answers what the file asks.
    """
    started_at = time.monotonic()
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryFile() as output, ours:
        fd = theirs.fileno()
        process = subprocess.Popen(
            [*_COMMAND, str(path), str(root or find_root(path)), str(fd), *([STRICT] if strict else [])],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[fd],
            start_new_session=True,  # one group to kill, with whatever the file starts
        )
        theirs.close()
        try:
            report = _converse(ours, started_at + timeout_s, serve)
        finally:
            _kill_group(process)
        if report is not None:
            return report
        # It never came to the end.
        duration_s = time.monotonic() - started_at
        error = _explain(path, process.returncode, duration_s >= timeout_s, timeout_s, output)
        return ParseReport([], [error], duration_s)


def _converse(child: socket.socket, until: float, serve: Serve) -> ParseReport | None:
    """Answer until the report comes; None when it does not, or not in time.

    Not until the end of the stream: what the file forked may hold it open.
    """
    data = b""
    with contextlib.suppress(ConnectionError, msgspec.DecodeError):  # the file ended it, or wrote into it
        while select.select([child], [], [], max(0.0, until - time.monotonic()))[0]:
            piece = child.recv(1 << 16)
            data += piece
            while len(data) >= LENGTH_BYTES and len(data) - LENGTH_BYTES >= _read_length(data):
                end = LENGTH_BYTES + _read_length(data)
                frame = msgspec.msgpack.decode(data[LENGTH_BYTES:end], type=Asked | Reported)
                data = data[end:]
                if isinstance(frame, Reported):
                    return frame.report
                child.sendall(pack(serve(frame.request)))
            if not piece:
                break
    return None


def pack(frame: msgspec.Struct) -> bytes:
    """A frame with its length."""
    data = msgspec.msgpack.encode(frame)
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def _read_length(data: bytes) -> int:
    return int.from_bytes(data[:LENGTH_BYTES], "big")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """A process that has written its answer, or closed the pipe otherwise, is ending; nothing below it is needed."""
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _explain(path: Path, code: int, late: bool, timeout_s: float, output: IO[bytes]) -> ParseError:
    if late:
        return explain_timeout(path, timeout_s)
    output.seek(0, os.SEEK_END)
    output.seek(max(0, output.tell() - _TAIL_BYTES))
    return explain_crash(path, code, output.read().decode(errors="replace"))
