"""Loads a DAG file in a process of its own, so that nothing it does can hurt or hang this one."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

import msgspec

from fanjet.parsing.bundle import find_root
from fanjet.parsing.load_errors import explain_crash, explain_timeout
from fanjet.parsing.report import ParseError, ParseReport

#: The report comes after its length.
LENGTH_BYTES = 4
#: The argument that asks for the rules.
STRICT = "strict"
_COMMAND = (sys.executable, "-P", "-m", "fanjet.parsing")
_TAIL_BYTES = 2000


def parse_in_child(path: Path, timeout_s: float, root: Path | None = None, *, strict: bool = False) -> ParseReport:
    """Load a file and report what is in it or what is wrong with it. Thread-safe.

    Args:
        path: The file.
        timeout_s: When it takes longer, it is stopped and that is the error.
        root: The root of its bundle; found if it is not given.
        strict: Whether to apply the rules (`fanjet.parsing.rules`) too.
    """
    started_at = time.monotonic()
    read_fd, write_fd = os.pipe()
    with tempfile.TemporaryFile() as output, os.fdopen(read_fd, "rb", buffering=0) as answer:
        process = subprocess.Popen(
            [*_COMMAND, str(path), str(root or find_root(path)), str(write_fd), *([STRICT] if strict else [])],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[write_fd],
            start_new_session=True,  # one group to kill, with whatever the file starts
        )
        os.close(write_fd)
        try:
            data = _read(answer, started_at + timeout_s)
        finally:
            _kill_group(process)
        duration_s = time.monotonic() - started_at
        try:
            return msgspec.msgpack.decode(data, type=ParseReport)
        except msgspec.DecodeError:  # it never came to the end
            error = _explain(path, process.returncode, duration_s >= timeout_s, timeout_s, output)
            return ParseReport([], [error], duration_s)


def _read(answer: IO[bytes], until: float) -> bytes:
    """Read the frame, waiting no longer than `until`. Not to the end: what the file forked may hold the pipe open."""
    data = b""
    while select.select([answer], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = answer.read(1 << 16)
        data += piece
        if not piece or (len(data) >= LENGTH_BYTES and len(data) - LENGTH_BYTES >= _read_length(data)):
            break
    return data[LENGTH_BYTES:]


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
