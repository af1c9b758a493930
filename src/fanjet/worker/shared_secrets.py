"""The secrets that a worker, or any process that it forked, has read, where the worker and its executor see them too.

An isolated try, a child of `multiprocessing` or a try that died reads a secret, prints it and is gone; whoever then
settles the log has to know what to mask. The texts lie behind the page of the `Slot`, in memory only.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
from collections.abc import Iterable

#: Taken up only as far as it is used. What does not fit any more is masked by the process that read it alone.
ROOM_BYTES = 1 << 20
_LENGTH_BYTES = 4
_START = 8


class SharedSecrets:
    """The texts, each after its length; the first eight bytes say where they end.

    Args:
        fd: The slot's file; stays the caller's.
        lock_fd: One that locks against other writers, open as long as this process may publish; None for readers.
    """

    def __init__(self, fd: int, lock_fd: int | None = None) -> None:
        self._map = mmap.mmap(fd, ROOM_BYTES, offset=mmap.PAGESIZE)
        self._end = memoryview(self._map)[:_START].cast("Q")
        self._lock_fd = lock_fd
        self._read_to = 0

    def publish(self, texts: Iterable[str]) -> None:
        """Let everybody know of secrets that this process has read."""
        data = b"".join(
            len(text).to_bytes(_LENGTH_BYTES, "big") + text
            for text in (text.encode(errors="surrogatepass") for text in texts)
        )
        with contextlib.suppress(OSError):  # a task has closed the lock; two that write at once are then unlikely
            fcntl.lockf(self._lock_fd or -1, fcntl.LOCK_EX)
        at = _START + self._end[0]
        if at + len(data) <= ROOM_BYTES:
            self._map[at : at + len(data)] = data
            self._end[0] += len(data)
        with contextlib.suppress(OSError):
            fcntl.lockf(self._lock_fd or -1, fcntl.LOCK_UN)

    def has_new(self) -> bool:
        """Whether something was published since the last `take_new`. Asked after every try."""
        return self._end[0] != self._read_to

    def take_new(self) -> list[str]:
        """What was published since the last call."""
        end = self._end[0]
        data = self._map[_START + self._read_to : _START + end]
        self._read_to = end
        texts = []
        while data:
            stop = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "big")
            texts.append(data[_LENGTH_BYTES:stop].decode(errors="surrogatepass"))
            data = data[stop:]
        return texts
