"""Keeps output without end from filling the disk while its try still runs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterable

from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.worker.segment import name_segment
from fanjet.worker.slot import BASE, CURRENT, CUT, SEGMENT

#: How often the files that are open look written: whoever removes old ones goes by that.
_TOUCHED_EVERY_S = 60.0


class LogWatch:
    """Cuts what is longer than the cap; the worker marks the cut when the try ends.

    Files of workers that print nothing for long stay young, so that `fanjet prune` does not take them for left ones.

    Args:
        folder: Where segments lie.
        cap_bytes: The most that is kept of the output of one try.
    """

    def __init__(self, folder: str, cap_bytes: int) -> None:
        self._folder = folder
        self._cap_bytes = cap_bytes
        #: Segments that were closed while processes still had them open, by the worker above these: number -> where the
        #: last try's output ends.
        self._closed: dict[WorkerHandle, dict[int, int]] = {}
        #: Worker -> its segment at the last look.
        self._segments: dict[WorkerHandle, int] = {}
        #: By the clock on the wall, as the times of files are: a machine that slept has old ones.
        self._touched_at = time.time()

    def look(self, workers: Iterable[WorkerHandle]) -> None:
        """Cut where it is needed."""
        is_due = not 0 <= time.time() - self._touched_at < _TOUCHED_EVERY_S
        if is_due:
            self._touched_at = time.time()
        for worker in workers:
            segment = worker.slot.words[SEGMENT]
            if segment and is_due:
                self._touch(segment)
            before = self._segments.get(worker)
            if segment and before and before != segment:
                self._closed.setdefault(worker, {})[before] = self._find_size(before)
            self._segments[worker] = segment
            if segment and self._find_size(segment) > worker.slot.words[BASE] + self._cap_bytes:
                self._cut(worker, segment)
        for closed in self._closed.values():
            for segment, end in closed.items():
                if self._find_size(segment) > end + self._cap_bytes:
                    os.truncate(name_segment(self._folder, segment), end)

    def forget(self, worker: WorkerHandle) -> None:
        """The worker is dead, and so is everything that it had left behind."""
        self._segments.pop(worker, None)
        self._closed.pop(worker, None)

    def _touch(self, segment: int) -> None:
        with contextlib.suppress(FileNotFoundError):  # the worker makes a new one when its try has ended
            os.utime(name_segment(self._folder, segment))

    def _find_size(self, segment: int) -> int:
        try:
            return os.stat(name_segment(self._folder, segment)).st_size  # noqa: PTH116 - several times a second
        except FileNotFoundError:
            return 0

    def _cut(self, worker: WorkerHandle, segment: int) -> None:
        """The worker moves on to the next try only with the lock when there is so much output: see `Segment`."""
        words = worker.slot.words
        fd = os.open(name_segment(self._folder, segment), os.O_RDWR)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end = words[BASE] + self._cap_bytes
            if words[SEGMENT] == segment and os.fstat(fd).st_size > end:
                words[CUT] = words[CURRENT]
                os.ftruncate(fd, end)
        except BlockingIOError:
            return  # the worker is settling it itself
        finally:
            os.close(fd)
