"""The log segment: file descriptors 1 and 2 of a worker are one append-only file, and a try's output a piece of it."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import sys

from fanjet.runtime.secrets import SECRETS
from fanjet.worker.children import has_children, reap_ended_children
from fanjet.worker.shared_secrets import SharedSecrets
from fanjet.worker.slot import BASE, CURRENT, CUT, SEGMENT, Slot

#: Segments of one worker differ in so many low bits of their numbers; with the last number it stays with its file.
NUMBER_BITS = 12
_LAST_NUMBER = (1 << NUMBER_BITS) - 1
#: A segment that is longer than this gets a successor, so that old logs can be removed file by file.
_FULL_BYTES = 256 << 20
_COPIED_BYTES = 1 << 20
#: Output shorter than this share of the cap is measured without the lock; see `_settle`.
_SURELY_UNCUT = 0.5
#: Descriptors from here on are no standard ones.
_FREE_FD = 10


def name_segment(folder: str, number: int) -> str:
    """The path of the file of a segment."""
    return f"{folder}/{number:016x}.log"


def mark_cut(cap_bytes: int) -> bytes:
    """The line that ends output which was longer than the cap."""
    return f"\n[fanjet: the output of this try was cut here, after {cap_bytes / 1e6:g} MB]\n".encode()


class Segment:
    """The worker's output.

    Args:
        folder: Where segments lie; exists.
        number: Of the first segment; the following ones count up from it.
        cap_bytes: The most that is kept of the output of one try.
        slot: Tells the executor where the output of the running try starts.
        secrets: What forks of the worker have read.
    """

    def __init__(self, folder: str, number: int, cap_bytes: int, slot: Slot, secrets: SharedSecrets) -> None:
        self._shared_secrets = secrets
        self._folder = folder
        self._next_number = number
        self._cap_bytes = cap_bytes
        self._words = slot.words
        self._surely_uncut_bytes = int(cap_bytes * _SURELY_UNCUT)
        assert isinstance(sys.stdout, io.TextIOWrapper)
        assert isinstance(sys.stderr, io.TextIOWrapper)
        self._stdout, self._stderr = sys.stdout, sys.stderr
        self._fd = -1
        self.open_next()

    def open_next(self) -> None:
        """Let the output go to a new segment from now on; the old one belongs to what was left behind."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = self._create()
        self._connect_descriptors()
        status = os.fstat(1)
        self._inode = status.st_ino
        self._set_base(status.st_size)
        self._words[SEGMENT] = self._number

    def _create(self) -> int:
        """Take the next number that no file has, and make its file.

        A number is taken when the database was restored from a backup, whose next session is then not the first of its
        number: what the lost one printed stays as it is, and so do its runs if the backup was a mistake.

        Returns:
            A descriptor for rewriting pieces; those of the tasks can only append.
        """
        while True:
            self._number = self._next_number
            is_last = self._number & _LAST_NUMBER == _LAST_NUMBER
            flags = os.O_RDWR | os.O_CREAT | (0 if is_last else os.O_EXCL)
            self._next_number += not is_last
            with contextlib.suppress(FileExistsError):
                return os.open(name_segment(self._folder, self._number), flags, 0o600)

    def end_try(self) -> tuple[int, int, int]:
        """Settle the output of the try that ended.

        Returns:
            Segment, first byte, number of bytes; all 0 when the try printed nothing.
        """
        try:
            self._flush()
            status = os.fstat(1)
            if status.st_ino != self._inode or os.fstat(2).st_ino != self._inode:
                status = self._reconnect()
            elif not status.st_nlink:
                status = self._save(status.st_size - self._base)
        except OSError:
            status = self._reconnect()
        base = self._base
        length = status.st_size - base
        number = self._number
        if length:
            if self._shared_secrets.has_new():
                SECRETS.learn(self._shared_secrets.take_new())
            if length > self._surely_uncut_bytes or self._words[CUT] == self._words[CURRENT] or SECRETS:
                length = self._settle(base)
            else:
                self._set_base(base + length)
        if (has_children() and reap_ended_children()) or base > _FULL_BYTES:
            self.open_next()
        return (number, base, length) if length else (0, 0, 0)

    def _save(self, length: int) -> os.stat_result:
        """Somebody has removed the file, as those do who tidy up by age: the piece of the try goes into a new one.

        Returns:
            The status of the new file, which begins with the piece.
        """
        base, removed = self._base, os.dup(self._fd)
        try:
            self.open_next()
            for at in range(0, length, _COPIED_BYTES):
                piece = os.pread(removed, min(_COPIED_BYTES, length - at), base + at)
                os.pwrite(self._fd, piece, self._base + at)
        finally:
            os.close(removed)
        return os.fstat(self._fd)

    def discard_if_empty(self) -> None:
        """Remove the current file when nothing was ever written to it; the worker ends."""
        status = os.fstat(self._fd)
        if status.st_size == 0 and status.st_nlink:
            os.unlink(name_segment(self._folder, self._number))  # noqa: PTH108 - pathlib adds nothing here

    def _set_base(self, base: int) -> None:
        self._base = self._words[BASE] = base

    def _flush(self) -> None:
        out, error = self._stdout, self._stderr
        if sys.stdout is not out or sys.stderr is not error or out.closed or error.closed:
            self._restore_streams()
        else:
            out.flush()
            error.flush()

    def _restore_streams(self) -> None:
        """A task closed or replaced a stream; the next one finds it as it should be."""
        with contextlib.suppress(ValueError, OSError):  # theirs may be closed, or not a file at all
            sys.stdout.flush()
        self._stdout = _reopen(self._stdout, 1)
        self._stderr = _reopen(self._stderr, 2)
        sys.stdout = sys.__stdout__ = self._stdout  # type: ignore[misc] # this process is ours
        sys.stderr = sys.__stderr__ = self._stderr  # type: ignore[misc] # this process is ours

    def _reconnect(self) -> os.stat_result:
        """A task closed or redirected a descriptor, or the disk is full: start again with good ones."""
        self._connect_descriptors()
        for stream in (self._stdout, self._stderr):
            with contextlib.suppress(OSError, ValueError):  # what cannot be written now is lost
                stream.flush()
        # A stream that cannot be flushed would carry its rest into the next try.
        self._stdout, self._stderr = _open_stream(1), _open_stream(2)
        self._restore_streams()
        status = os.fstat(1)
        self._inode = status.st_ino  # a new file if somebody removed the old one
        if status.st_size < self._base:
            self._set_base(status.st_size)
        return status

    def _connect_descriptors(self) -> None:
        opened = os.open(name_segment(self._folder, self._number), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        # A task may have closed standard descriptors, so that this is one of them, which does not survive an exec.
        copy = fcntl.fcntl(opened, fcntl.F_DUPFD, _FREE_FD)
        os.close(opened)
        for fd in (1, 2):
            os.dup2(copy, fd)
        os.close(copy)

    def _settle(self, base: int) -> int:
        """Mask secrets and cut, while the executor, which cuts what grows too fast, keeps off.

        Returns:
            The length of what is left.
        """
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            length = os.fstat(self._fd).st_size - base
            cut = length > self._cap_bytes or self._words[CUT] == self._words[CURRENT]
            length = min(length, self._cap_bytes)
            if cut:
                os.ftruncate(self._fd, base + length)
            if SECRETS:
                length = self._mask(base, length)
            if cut:
                length += os.pwrite(self._fd, mark_cut(self._cap_bytes), base + length)
            self._set_base(base + length)
            return length
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _mask(self, base: int, length: int) -> int:
        piece = os.pread(self._fd, length, base)
        masked = SECRETS.mask_bytes(piece)
        if masked != piece:
            os.pwrite(self._fd, masked, base)
            os.ftruncate(self._fd, base + len(masked))
        return len(masked)


def _reopen(stream: io.TextIOWrapper, fd: int) -> io.TextIOWrapper:
    return _open_stream(fd) if stream.closed else stream


def _open_stream(fd: int) -> io.TextIOWrapper:
    """A text stream on a standard descriptor that survives what cannot be encoded and passes each line on at once."""
    raw = io.open(fd, "wb", closefd=False)  # noqa: SIM115, UP020 - stays open as long as the process
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
