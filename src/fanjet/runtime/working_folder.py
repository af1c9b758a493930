"""The current folder belongs to the process, which runs many tries: each finds it as the first one did."""

from __future__ import annotations

import os


class WorkingFolder:
    """The current folder at the time that this object is made."""

    def __init__(self) -> None:
        self._path = _find_current()

    def restore(self) -> None:
        """Go back there if a try went elsewhere; about a microsecond if not."""
        if self._path is None or _find_current() == self._path:
            return
        try:
            os.chdir(self._path)
        except OSError:
            self._path = None  # gone: then one place is as good as another


def _find_current() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - of each try: a Path would cost several times as much
    except OSError:
        return None  # somebody deleted it
