"""The shared slot: one page of memory that a worker and its executor both see.

It says what the worker is doing at this very moment, also when the worker is dead, and lets the executor take tries
back without waiting for the worker. Every field is an aligned 8-byte number with one writer.

Recall: the executor declares a *hole*, the sequences from `LIMIT` up to but not including `RESUME`. Before each try the
worker first publishes its sequence in `CURRENT` and then looks whether it lies in the hole; if it does, it does not run
it but says so in `REFUSED`. So when the executor reads `CURRENT` a moment after it has declared the hole, everything in
the hole after `CURRENT` will never start; `CURRENT` itself, if it lies in the hole, is either run or refused.

The executor writes `LIMIT` before `RESUME`, and the worker reads them the other way round: a new `RESUME` with the old
`LIMIT` would look like a hole over everything, while the new `LIMIT` with the old `RESUME` is an empty one.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile

from fanjet.worker.shared_secrets import ROOM_BYTES

#: Fields written by the worker. The sequence of the try that is running or ran last, 0 before the first:
CURRENT = 0
#: The last sequence that was refused because it lay in the hole.
REFUSED = 1
#: The segment that the output goes to, and the size it had when the try started.
SEGMENT = 2
BASE = 3
#: When the current try started, by the steady clock that all processes share (`time.monotonic`, `Slot.instants`).
STARTED = 4
#: The fence of the launch that the worker is at, and 2 more than the index of the try that runs now; 0 between two.
#: With them other processes find out whose output it is that begins at `BASE`.
FENCE = 5
INDEX = 6
#: How long all tries so far have waited for answers, in seconds (`Slot.instants`); the scheduler answers between two
#: transactions, so this says nothing about how long they take.
WAITED = 7

#: Fields written by the executor, on a cache line of their own. The hole:
LIMIT = 16
RESUME = 17
#: The sequence that is to be cancelled.
CANCEL = 18
#: The sequence whose output the executor has cut while it ran.
CUT = 19

#: How the system calls the files of slots where it shows what a process has open.
SLOT_NAME = "fanjet-slot"

_SIZE_BYTES = mmap.PAGESIZE


class Slot:
    """The page, mapped."""

    __slots__ = ("_map", "instants", "words")

    def __init__(self, fd: int) -> None:
        self._map = mmap.mmap(fd, _SIZE_BYTES)
        page = memoryview(self._map)
        #: The fields as unsigned integers.
        self.words = page.cast("Q")
        #: The same page as floats, for fields that are instants.
        self.instants = page.cast("d")


def make_slot_file() -> int:
    """A new file descriptor of a page of zeros that no path leads to."""
    if sys.platform == "linux":
        fd = os.memfd_create(SLOT_NAME)
    else:
        fd, path = tempfile.mkstemp(prefix=f"{SLOT_NAME}-")
        os.unlink(path)  # noqa: PTH108 - pathlib adds nothing here
    os.ftruncate(fd, _SIZE_BYTES + ROOM_BYTES)
    return fd
