"""Loads a DAG file in a process of its own, so that nothing it does can hurt or hang this one."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from fanjet.model.requests import Found, Lookup
from fanjet.parsing.bundle import find_root
from fanjet.parsing.conversation import Conversation, Serve
from fanjet.parsing.load_errors import explain_crash, explain_timeout
from fanjet.parsing.report import ParseError, ParseReport

#: The argument that asks for the rules.
STRICT = "strict"
_COMMAND = (sys.executable, "-P", "-m", "fanjet.parsing")


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
    output, printed = os.pipe()
    try:
        fd = theirs.fileno()
        process = subprocess.Popen(
            [*_COMMAND, str(path), str(root or find_root(path)), str(fd), *([STRICT] if strict else [])],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            pass_fds=[fd],
            start_new_session=True,  # one group to kill, with whatever the file starts
        )
        theirs.close()
        os.close(printed)
        talk = Conversation(ours, output, serve)
        try:
            report = talk.wait(started_at + timeout_s)
        finally:
            _kill_group(process)
        if report is not None:
            return report
        return explain_end(path, process.returncode, time.monotonic() - started_at, timeout_s, talk)
    finally:
        ours.close()
        os.close(output)


def explain_end(path: Path, code: int | None, duration_s: float, timeout_s: float, talk: Conversation) -> ParseReport:
    """The report of a file whose loading never came to its end."""
    if duration_s >= timeout_s:
        error: ParseError = explain_timeout(path, timeout_s, asking=talk.asking)
    else:
        error = explain_crash(path, code, talk.read_tail(), asking=talk.asking)
    return ParseReport([], [error], duration_s)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """A process that has written its answer, or closed the pipe otherwise, is ending; nothing below it is needed."""
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
