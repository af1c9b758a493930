"""`fanjet logs --follow`: what a try prints, from where it is recorded and from where it is printed just now."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from fanjet.executors.local.live_output import LiveOutput, can_follow
from fanjet.model.paths import Path as MapPath
from fanjet.model.states import State
from fanjet.store.files.logs import read_log
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import LogPiece, RunRow, TryRow

_LOOK_EVERY_S = 0.1
#: Also when nothing was written: whether the owner of the run lives cannot be read from the database.
_SEE_OWNER_EVERY_S = 1.0
#: A try that runs is found by then, unless it cannot be found at all.
_FIND_WITHIN_S = 2.0
_BYTES_AT_ONCE = 1 << 20
#: The try goes on: there will be more of it under the same number.
_GOES_ON = frozenset({State.RUNNING, State.UP_FOR_RESCHEDULE, State.DEFERRED})


class LiveLog:
    """The output of the latest try of one instance, or of its first if none has started yet.

    Args:
        home: The folder of the database.
        reader: Its database.
        run: The number of the run.
        task: The number of the task.
        path: Of the instance.
        write: Gets what was printed, piece by piece.
        tell: Gets notes for people.
    """

    def __init__(
        self,
        home: Path,
        reader: Reader,
        run: int,
        task: int,
        path: MapPath,
        *,
        write: Callable[[bytes], None],
        tell: Callable[[str], None],
    ) -> None:
        self._home = home
        self._reader = reader
        self._instance = (run, task, path)
        self._write = write
        self._tell = tell
        self._try_number: int | None = None
        #: How many recorded parts of the try were written to their ends.
        self._parts_done = 0
        self._live: LiveOutput | None = None
        #: How much of the part that is not recorded yet was written.
        self._written_bytes = 0
        self._searching_since: float | None = None
        self._told: set[str] = set()

    def follow(self) -> TryRow | None:
        """Write everything until the try ends.

        Returns:
            The last part of the try; RUNNING when its scheduler is gone, None when the run is over before it started.
        """
        looked_at, version = 0.0, -1
        while True:
            self._write_live()
            now, latest = time.monotonic(), self._reader.data_version()
            if version != latest or now - looked_at >= _SEE_OWNER_EVERY_S:
                looked_at, version = now, latest
                part, goes_on = self._look()
                if not goes_on:
                    return part
            time.sleep(_LOOK_EVERY_S)

    def _look(self) -> tuple[TryRow | None, bool]:
        """Write what is recorded; the last part of the try, and whether there may be more of it."""
        run = self._reader.get_run(self._instance[0])
        tries = self._reader.tries(*self._instance)
        works = run.owned and run.ended_at is None
        if not tries:
            self._tell_once("it has not started yet", works)
            return None, works
        if self._try_number is None:
            self._try_number = tries[-1].try_number
        parts = [part for part in tries if part.try_number == self._try_number]
        recorded = [part for part in parts if part.state is not State.RUNNING]
        for part in recorded[self._parts_done :]:
            self._write_rest(part)
        self._parts_done = len(recorded)
        last = parts[-1]
        if last.state is State.RUNNING and works:
            self._find_live(run)
        return last, works and last.state in _GOES_ON

    def _write_rest(self, part: TryRow) -> None:
        """What of a part is recorded and was not written while it ran."""
        live, done = self._live, self._written_bytes
        self._live, self._written_bytes, self._searching_since = None, 0, None
        piece = part.log
        if piece is None or not piece.length:
            return
        if live is None or (live.segment, live.offset) != (piece.segment, piece.offset):
            done = 0
        self._copy(LogPiece(segment=piece.segment, offset=piece.offset + done, length=piece.length - done))

    def _copy(self, piece: LogPiece) -> None:
        for start in range(0, piece.length, _BYTES_AT_ONCE):
            length = min(_BYTES_AT_ONCE, piece.length - start)
            self._write(read_log(self._home, piece.segment, piece.offset + start, length))

    def _find_live(self, run: RunRow) -> None:
        if self._live is not None:
            return
        now = time.monotonic()
        self._searching_since = self._searching_since or now
        launch = self._reader.find_launch(*self._instance)
        is_here = run.owner_host == os.uname().nodename
        if launch is not None and is_here and run.owner_pid is not None:
            self._live = LiveOutput.find(run.owner_pid, *launch, self._home / "logs")
        if self._live is None and now - self._searching_since > _FIND_WITHIN_S:
            self._explain_unseen(run, is_here=is_here)

    def _explain_unseen(self, run: RunRow, *, is_here: bool) -> None:
        if not is_here:
            why = f"it runs on {run.owner_host}; what it prints is shown here when it has ended, or at once there"
        elif not can_follow():
            why = "it runs; on this system its output can be shown when it has ended"
        else:
            why = "it waits in its worker behind another try, or runs as another user's"
        self._tell_once(why, tell=True)

    def _tell_once(self, text: str, tell: bool) -> None:
        if tell and text not in self._told:
            self._told.add(text)
            self._tell(text)

    def _write_live(self) -> None:
        if self._live is not None and (data := self._live.read()):
            self._written_bytes += len(data)
            self._write(data)
