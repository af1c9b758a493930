"""Notices that the file of an open database was removed or replaced, as when a backup is restored over it."""

from __future__ import annotations

import os
from pathlib import Path

from fanjet.errors import DatabaseReplacedError


class DatabaseFile:
    """The file as it was when the database was opened.

    SQLite goes on with a file that no name leads to any more, and all that it writes there is lost.

    Args:
        path: The file; it exists.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = self._identify()

    def check(self) -> None:
        """Refuse to go on with a file that nobody can find. Costs a microsecond.

        Raises:
            DatabaseReplacedError: There is no file under the name, or another one.
        """
        try:
            found = self._identify()
        except OSError as error:
            raise DatabaseReplacedError(
                f"The database {self._path} was removed while it was in use ({error.strerror}). What is recorded from "
                "now on would be lost, so this process ends. Fix: bring the folder back and resume the run, or run "
                "the DAG anew."
            ) from error
        if found != self._identity:
            raise DatabaseReplacedError(
                f"The database {self._path} was replaced while it was in use, as by a backup. What is recorded from "
                "now on would be lost, so this process ends. Fix: stop everything that uses the home before you "
                "restore it; `fanjet runs` shows what the restored database knows, `fanjet resume` goes on from there."
            )

    def _identify(self) -> tuple[int, int]:
        status = os.stat(self._path)  # noqa: PTH116 - once a batch: half the time of the method of Path
        return status.st_dev, status.st_ino
