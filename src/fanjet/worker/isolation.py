"""``isolation="process"``: a try runs in a fresh fork of its worker."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable

import msgspec

from fanjet.model.events import TryExtra
from fanjet.model.states import State
from fanjet.worker.cancellation import Cancellation, TryCancelled
from fanjet.worker.channel import Channel
from fanjet.worker.deaths import explain_death
from fanjet.worker.held_signals import HeldSignals
from fanjet.worker.runner import Result

#: How soon a dead child is noticed whose own children keep the pipe open.
_LOOK_EVERY_MS = 50


class IsolatedResult(msgspec.Struct, array_like=True):
    """A `Result` on its way from the fork."""

    state: int
    value: bytes | None = None
    item_count: int = -1
    extra: TryExtra | None = None


_decode_result = msgspec.msgpack.Decoder(IsolatedResult).decode


def run_isolated(run: Callable[[], Result], channel: Channel, cancellation: Cancellation) -> Result:
    """Call `run` in a fork, which speaks through `channel` meanwhile; a fork that dies is a failed try."""
    sys.stdout.flush()
    sys.stderr.flush()
    read_fd, write_fd = os.pipe()
    answers_read_fd, answers_fd = os.pipe()
    channel.shared_with_fork = True
    pid = os.fork()
    channel.shared_with_fork = False
    if pid == 0:
        os.close(answers_fd)
        channel.listen_in_fork(answers_read_fd)
        _run_child(run, write_fd, cancellation)
    os.close(write_fd)
    os.close(answers_read_fd)
    try:
        data, status = _wait(pid, read_fd, channel, answers_fd)
    finally:
        os.close(read_fd)
        os.close(answers_fd)
    try:
        return _decode_result(data)
    except msgspec.DecodeError:  # nothing, or half of it
        return IsolatedResult(State.FAILED, extra=TryExtra(error=explain_death(status), owes_callbacks=True))


def _run_child(run: Callable[[], Result], write_fd: int, cancellation: Cancellation) -> None:
    code = 1
    try:
        cancellation.reinstall()
        result = run()
        sys.stdout.flush()
        sys.stderr.flush()
        data = msgspec.msgpack.encode(IsolatedResult(result.state, result.value, result.item_count, result.extra))
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(write_fd, rest) :]
        code = 0
    finally:
        os._exit(code)


def _wait(pid: int, read_fd: int, channel: Channel, answers_fd: int) -> tuple[bytes, int]:
    """What the fork wrote, and its wait status. Answers and a cancellation are passed on to it."""
    poll = select.poll()
    poll.register(read_fd, select.POLLIN)
    poll.register(channel.read_fd, select.POLLIN)
    data = bytearray()
    while True:
        try:
            readable = dict(poll.poll(_LOOK_EVERY_MS))
            if channel.read_fd in readable:
                with HeldSignals():
                    goes_on = channel.relay(answers_fd)
                if not goes_on:  # the executor is gone; whoever guards the workers ends the fork too
                    poll.unregister(channel.read_fd)
            piece = os.read(read_fd, 1 << 16) if read_fd in readable else None
            if piece:
                data += piece
                continue
            ended, status = os.waitpid(pid, os.WNOHANG if piece is None else 0)
            if ended:
                return bytes(data) + _drain(read_fd), status
        except TryCancelled:
            os.kill(pid, signal.SIGTERM)


def _drain(read_fd: int) -> bytes:
    """What the fork had written just before it ended; whoever else still has the pipe is not waited for."""
    os.set_blocking(read_fd, False)
    data = bytearray()
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(read_fd, 1 << 16):
            data += piece
    return bytes(data)
