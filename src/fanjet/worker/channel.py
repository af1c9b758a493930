"""The worker's end of the two pipes to its executor: frames in, frames out."""

from __future__ import annotations

import contextlib
import os

import msgspec

from fanjet.model.frames import Answer, FromWorker, ToWorker

_LENGTH_BYTES = 4
_READ_BYTES = 1 << 16


class Channel:
    """Frames of `fanjet.model.frames`, each after its length.

    A frame leaves with a single write, so that what the kernel has is whole: an ended try survives its worker.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._decode = msgspec.msgpack.Decoder(ToWorker).decode
        self._encode_into = msgspec.msgpack.Encoder().encode_into
        self._out = bytearray()
        self._in = bytearray()
        #: Answers that have not come yet; more than one only after a try was interrupted while it waited for its own.
        self._answers_due = 0
        #: Frames that came while an answer was awaited.
        self._waiting: list[ToWorker] = []
        #: Set while the worker itself forks a process that goes on speaking for it.
        self.shared_with_fork = False

    def send(self, frame: FromWorker) -> None:
        """Write one frame; blocks while the pipe is full.

        Raises:
            BrokenPipeError: The executor is gone.
        """
        out = self._out
        self._encode_into(frame, out, _LENGTH_BYTES)
        out[:_LENGTH_BYTES] = (len(out) - _LENGTH_BYTES).to_bytes(_LENGTH_BYTES, "big")
        written = os.write(self._write_fd, out)
        if written < len(out):
            rest = memoryview(bytes(out))[written:]
            while rest:
                rest = rest[os.write(self._write_fd, rest) :]

    def receive(self) -> ToWorker | None:
        """The next frame; None when the executor is gone. Blocks. Drops answers that nobody waits for any more."""
        while True:
            frame = self._waiting.pop(0) if self._waiting else self._read_frame()
            if not isinstance(frame, Answer):
                return frame
            self._answers_due -= 1

    def ask(self, question: FromWorker) -> Answer | None:
        """Send a frame and wait for its answer; None when the executor is gone."""
        self._answers_due += 1
        try:
            self.send(question)
        except UnicodeEncodeError:  # an id or a key that UTF-8 cannot hold: nothing was asked
            self._answers_due -= 1
            raise
        while (frame := self._read_frame()) is not None:
            if not isinstance(frame, Answer):
                self._waiting.append(frame)
                continue
            self._answers_due -= 1
            if self._answers_due == 0:
                return frame
        return None

    @property
    def read_fd(self) -> int:
        """Where frames come from."""
        return self._read_fd

    def listen_in_fork(self, answers_fd: int) -> None:
        """Get answers through the worker from now on: in a fork of it that speaks for it, right after the fork.

        What comes from the executor is for both. If the fork read it itself, the work that is sent ahead to the worker
        would end with the fork.
        """
        os.close(self._read_fd)
        self._read_fd = answers_fd
        self._in.clear()
        self._waiting.clear()
        self._answers_due = 0
        self.shared_with_fork = False

    def relay(self, answers_fd: int) -> bool:
        """Take in what the executor has sent: answers go on to the fork, all else waits for the worker.

        Returns:
            False when the executor is gone.
        """
        data = os.read(self._read_fd, _READ_BYTES)
        self._in += data
        while (frame := self._take_frame()) is not None:
            if not isinstance(frame, Answer):
                self._waiting.append(frame)
            elif self._answers_due:
                self._answers_due -= 1  # of an earlier try, which was interrupted while it waited
            else:
                _write_frame(answers_fd, msgspec.msgpack.encode(frame))
        return bool(data)

    def close_in_fork(self) -> None:
        """Let go of the pipes in a process that a task forked: it must neither speak for the worker nor outlive it."""
        if not self.shared_with_fork:
            os.close(self._read_fd)
            os.close(self._write_fd)
            self._read_fd = self._write_fd = -1

    def _read_frame(self) -> ToWorker | None:
        while (frame := self._take_frame()) is None:
            data = os.read(self._read_fd, _READ_BYTES)
            if not data:
                return None
            self._in += data
        return frame

    def _take_frame(self) -> ToWorker | None:
        """The next frame, if the whole of it has come."""
        buffer = self._in
        end = _LENGTH_BYTES + int.from_bytes(buffer[:_LENGTH_BYTES], "big")
        if len(buffer) < max(end, _LENGTH_BYTES + 1):
            return None
        frame: ToWorker = self._decode(buffer[_LENGTH_BYTES:end])
        del buffer[:end]
        return frame


def _write_frame(fd: int, data: bytes) -> None:
    """Write a frame to a fork of the worker, if it still lives."""
    rest = memoryview(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    with contextlib.suppress(BrokenPipeError):
        while rest:
            rest = rest[os.write(fd, rest) :]
