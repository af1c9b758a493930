"""What is in a DAG file, as the zygote that loads it says, and how long that may take."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from fanjet.errors import ExecutionError
from fanjet.executors.local.zygote_frames import Loaded
from fanjet.executors.same_dag import find_difference
from fanjet.model.spec import DagSpec
from fanjet.parsing.load_errors import explain_crash, explain_timeout
from fanjet.parsing.report import ParseError


class Loading:
    """Goes on from the start of a zygote until it has told what it found.

    What the first one finds counts. Later ones take the place of one that died; they must find the same.

    Args:
        file: The path of the file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        #: What was found, or what is wrong with the file; None while the first zygote loads it.
        self.found: Loaded | None = None
        #: Whether somebody has killed the first zygote while it loaded the file, which says nothing about the file.
        self.was_killed = False
        #: How long it may take; None for ever.
        self.timeout_s: float | None = None
        #: A zygote is loading the file since this instant (`time.monotonic`); None when the last one has done it.
        self._since: float | None = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether the present zygote has told what it found."""
        return self._since is None

    @property
    def has_failed(self) -> bool:
        """Whether nothing can be started from this file."""
        return self.found is not None and bool(self.found.errors)

    def begin_again(self) -> None:
        """Another zygote takes the place of one that died."""
        self._since = time.monotonic()

    def take(self, found: Loaded) -> None:
        """A zygote tells what it found.

        Raises:
            ExecutionError: It is not what the first one found.
        """
        if self.found is None:
            self._end(found)
            return
        self._since = None
        if difference := _find_change(self.found.specs, found):
            raise ExecutionError(
                f"{self._file} was changed while a run of it was going on, and had to be loaded again: "
                f"{difference}. What was recorded is safe. Fix: resume the run."
            )

    def explain_end(self, status: int | None, log_tail: str) -> None:
        """The first zygote ended before it had loaded the file: user code has ended the process, or somebody else.

        Args:
            status: How it ended (a wait status); None when nobody could say, as all around it is gone, too.
            log_tail: The last that it printed.
        """
        code = None if status is None else os.waitstatus_to_exitcode(status)
        self.was_killed = code is None or code == -signal.SIGKILL
        self._end(_make_failed(explain_crash(self._file, code, log_tail)))

    def shorten(self, timeout_s: float) -> float:
        """The patience of a wait: shorter when `look` has to be called before."""
        if self._since is None or self.timeout_s is None:
            return timeout_s
        return min(timeout_s, max(self._since + self.timeout_s - time.monotonic(), 0.0))

    def look(self) -> None:
        """Give up a zygote that takes too long.

        Raises:
            ExecutionError: The file had been loaded before.
        """
        limit_s = self.timeout_s
        if self._since is None or limit_s is None or time.monotonic() - self._since < limit_s:
            return
        error = explain_timeout(self._file, limit_s)
        if self.found is not None:
            raise ExecutionError(f"The process that starts the workers died, and its successor failed. {error}")
        self._end(_make_failed(error))

    def _end(self, found: Loaded) -> None:
        self.found = found
        self._since = None


def _find_change(before: list[DagSpec], now: Loaded) -> str | None:
    """In what a file that was loaded again is not what it was."""
    if now.errors:
        return str(now.errors[0])
    return next((text for spec in before if (text := find_difference(spec, now.specs)) is not None), None)


def _make_failed(error: ParseError) -> Loaded:
    return Loaded(specs=[], errors=[error], duration_s=0.0)
