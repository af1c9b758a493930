"""What a running try has printed so far, read by another process of the same machine and user.

The slots of the workers are memory without a name. Where the system shows the open files of processes as `/proc` does,
the slots of a scheduler can be found there, and in them whose try runs, where its output begins and what is secret.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from fanjet.runtime.secrets import SecretMask
from fanjet.worker.segment import name_segment
from fanjet.worker.shared_secrets import ROOM_BYTES, SharedSecrets
from fanjet.worker.slot import BASE, FENCE, INDEX, SEGMENT, SLOT_NAME, Slot

_MOST_BYTES = 1 << 20


class LiveOutput:
    """The output of one try while it runs.

    Args:
        slot: Of its worker.
        secrets: What the worker and its forks have read.
        fence: Of the launch that the try belongs to.
        index: Of the instance; -1 when it is not mapped.
        folder: Where log segments lie.
    """

    def __init__(self, slot: Slot, secrets: SharedSecrets, fence: int, index: int, folder: Path) -> None:
        self._words = slot.words
        self._secrets = secrets
        self._mask = SecretMask()
        self._who = (fence, index + 2)
        self.segment: int = slot.words[SEGMENT]
        #: Where its output begins in the segment.
        self.offset: int = slot.words[BASE]
        self._folder = folder
        self._at = self.offset
        self._held = b""

    @classmethod
    def find(cls, pid: int, fence: int, index: int, folder: Path) -> Self | None:
        """The output of a try, None when it does not run in a worker of this scheduler, or nobody can look into it.

        Args:
            pid: Of the scheduler; on this machine.
            fence: Of the launch.
            index: Of the instance; -1 when it is not mapped.
            folder: Where log segments lie.
        """
        for fd in _open_slots(pid):
            try:
                slot = Slot(fd)
                if (slot.words[FENCE], slot.words[INDEX]) == (fence, index + 2):
                    found = cls(slot, SharedSecrets(fd), fence, index, folder)
                    return found if found.runs() else None
            finally:
                os.close(fd)
        return None

    def runs(self) -> bool:
        """Whether the try has not ended."""
        words = self._words
        return (words[FENCE], words[INDEX]) == self._who

    def read(self) -> bytes:
        """What has been printed since the last call, masked; nothing once the try has ended.

        Where there are secrets, a line comes when it is complete: half a secret cannot be told from other text.
        """
        try:
            with Path(name_segment(str(self._folder), self.segment)).open("rb") as file:
                file.seek(self._at)
                new = file.read(_MOST_BYTES)
        except OSError:
            return b""  # removed; the end of the try is told by the database
        # A secret is published before it can be printed. What was read may be another try's if this one has ended.
        if self._secrets.has_new():
            self._mask.learn(self._secrets.take_new())
        if not self.runs():
            return b""
        self._at += len(new)
        if not self._mask:
            return new
        whole = self._held + new
        end = max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1
        self._held = whole[end:]
        return self._mask.mask_bytes(whole[:end])


def can_follow() -> bool:
    """Whether the output of running tries can be found on this system."""
    return sys.platform == "linux"


def _open_slots(pid: int) -> Iterator[int]:
    """The slots that a process has open, as descriptors that are the caller's."""
    if not can_follow():
        return
    try:
        names = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208 - as below
    except OSError:
        return  # dead, or another user's
    for name in names:
        path = f"/proc/{pid}/fd/{name}"
        with contextlib.suppress(OSError):  # closed meanwhile
            if not os.readlink(path).startswith(f"/memfd:{SLOT_NAME} "):  # noqa: PTH115 - one for each open file
                continue
            fd = os.open(path, os.O_RDWR)
            status = os.fstat(fd)
            if stat.S_ISREG(status.st_mode) and status.st_size > ROOM_BYTES:
                yield fd
            else:
                os.close(fd)
