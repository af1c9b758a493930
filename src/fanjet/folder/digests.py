"""What files hold, read again only when they have changed."""

from __future__ import annotations

import hashlib
import os
import time
from typing import NamedTuple

from fanjet.parsing.report import Stamp

#: A file that was written so shortly before it was read may be written again without looking any different: clocks of
#: file systems tick, some of them only every second or two.
_YOUNG_NS = 2_500_000_000
#: Of what is larger, size and time stand for the content.
_MOST_READ_BYTES = 50_000_000
_HIDDEN = (".", "__pycache__")
_EXECUTABLE = 0o111


class Content(NamedTuple):
    """What a file held when it was read."""

    stamp: Stamp
    sha256: str
    executable: bool


class Digests:
    """Contents by absolute path."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Content, bool]] = {}

    def find(self, path: str) -> Content | None:
        """What a file holds now; None where there is none that can be read."""
        try:
            status = os.stat(path)  # noqa: PTH116 - often, and a str
            stamp = Stamp(status.st_mtime_ns, status.st_size, status.st_ino)
            known, is_settled = self._known.get(path, (None, False))
            if known is not None and is_settled and known.stamp == stamp:
                return known
            is_settled = time.time_ns() - status.st_mtime_ns > _YOUNG_NS
            sha256 = _read(path) if stamp.size <= _MOST_READ_BYTES else hashlib.sha256(repr(stamp).encode()).hexdigest()
        except OSError:
            self._known.pop(path, None)
            return None
        content = Content(stamp, sha256, bool(status.st_mode & _EXECUTABLE))
        self._known[path] = content, is_settled
        return content

    def summarise(self, root: str, name: str) -> str:
        """A short digest of a file, or of the names in a folder; the same as long as it is as it was.

        Args:
            root: A folder.
            name: Relative to it; that of a folder ends with a slash.
        """
        path = f"{root}/{name}"
        if not name.endswith("/"):
            content = self.find(path)
            return "" if content is None else content.sha256[:16]
        try:
            names = sorted(entry for entry in os.listdir(path) if not entry.startswith(_HIDDEN))  # noqa: PTH208
        except OSError:
            return ""
        return hashlib.sha256(os.fsencode("\0".join(names))).hexdigest()[:16]


def _read(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123 - a str, and often
        return hashlib.file_digest(file, "sha256").hexdigest()
