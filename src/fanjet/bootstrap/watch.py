"""`fanjet watch`: shows on a display how a run goes on that another process carries out."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from fanjet.bootstrap.requests import RunOutcome
from fanjet.errors import ExecutionError, OperationError
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, RunStatus
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings
from fanjet.store.connections import DATABASE_NAME
from fanjet.store.queries import Reader
from fanjet.store.rows import RunRow
from fanjet.store.run_follower import RunFollower

#: Between two looks; displays ask for no more. Looks that are dear are rarer: they may take so much of the time.
_LOOK_EVERY_S = 0.1
_LOOKING_SHARE = 0.04
_MOST_PAUSE_S = 5.0
#: Where nothing was written: how often clocks move on, and how often to see whether the owner is alive.
_MOVE_EVERY_S = 0.5
_SEE_OWNER_EVERY_S = 1.0


class RunWatch:
    """One run that is being watched; a `Snapshot` for displays, and the times that they cannot have seen themselves.

    Instants are seconds of one clock that never goes back and stands still while nobody carries the run out.
    """

    def __init__(self, settings: Settings, reader: Reader, row: RunRow) -> None:
        self._settings = settings
        self._path = settings.home / DATABASE_NAME
        self._reader = reader
        self._file = self._identify_file()
        self.info: RunInfo = row.info
        self.spec: DagSpec = reader.get_spec(row.info.number)
        self._follower: RunFollower = reader.follow(row.info.number, self.spec)
        #: What is to be added to the monotonic clock to get the time of day, as it was at the begin.
        self._offset_s = time.time() - time.monotonic()
        self._progress = self._follower.look()
        self._version: int | None = None
        self._looked_at = time.monotonic()
        self._pause_s = 0.0
        self._stands_at: float | None = None
        self._trouble_since: float | None = None

    @classmethod
    @contextmanager
    def open(cls, run: str | None, settings: Settings) -> Iterator[Self]:
        """Find the run and look at it.

        Args:
            run: Its number, its id or the start of its id; None for the latest that is under way.
            settings: The settings.

        Raises:
            OperationError: There is no such run, or none is unfinished and none was named.
            ExecutionError: The database cannot be read.
        """
        reader = Reader.open(settings.home)
        try:
            watch = cls(settings, reader, find_watched(reader, run))
        except BaseException:
            reader.close()
            raise
        try:
            yield watch
        finally:
            watch.close()

    def close(self) -> None:
        """Close the database."""
        self._reader.close()

    # --- what displays read ---

    def counts(self, task: int) -> Sequence[int]:
        """The number of instances of a task in each state, by `State` number."""
        return self._progress.tasks[task].counts

    def length_known(self, task: int) -> bool:
        """Whether the task has all the instances that it will have."""
        return self._progress.tasks[task].length_known

    def now(self) -> float:
        """The instant that displays show."""
        return time.monotonic() if self._stands_at is None else self._stands_at

    def began_at(self) -> float:
        """When the run began."""
        return self.info.started_at.timestamp() - self._offset_s

    def span(self, tasks: Collection[int]) -> tuple[float | None, float | None]:
        """When the first try of some tasks began and when the last instance of them ended; None before."""
        chosen = [self._progress.tasks[task] for task in tasks]
        began = min((task.began_at for task in chosen if task.began_at is not None), default=None)
        ended = max((task.last_ended_at for task in chosen if task.last_ended_at is not None), default=None)
        return (
            None if began is None else began - self._offset_s,
            None if ended is None else ended - self._offset_s,
        )

    # --- watching ---

    def follow(self, display: Display, *, wait: bool) -> RunOutcome:
        """Show the run until it ends, or until nobody carries it out any more.

        Args:
            display: Is told what goes on.
            wait: Stay when nobody carries the run out, until somebody resumes it.

        Returns:
            How the run ended; RUNNING when it did not.

        Raises:
            OperationError: The run is gone.
            ExecutionError: The database cannot be read any more.
        """
        seen_alive = self._progress.run.owned
        self._stop_clock()
        done = any(self.counts(task.number)[state] for task in self.spec.tasks for state in ENDED)
        display.run_opened(self.info, self.spec, self, resumed=done and self._progress.run.ended_at is None)
        abandoned = False
        while self._progress.run.ended_at is None:
            run = self._progress.run
            if run.owned:
                if abandoned:
                    display.message(f"Run {self.info.number} goes on in {_name_owner(run)}.")
                seen_alive, abandoned = True, False
            else:
                left_s = self._progress.lease_until - time.time() if seen_alive else 0.0
                if not abandoned:
                    display.message(self._explain_abandoned(run, left_s, wait=wait))
                abandoned = True
                if not wait and left_s <= 0:
                    display.run_ended(self.info, RunStatus.RUNNING, self)
                    return self._outcome(RunStatus.RUNNING)
            self._sleep_and_look(display)
        display.run_ended(self.info, self._progress.run.state, self)
        return self._outcome(self._progress.run.state)

    def _sleep_and_look(self, display: Display) -> None:
        time.sleep(_LOOK_EVERY_S)
        now = time.monotonic()
        try:
            if self._is_due(now):
                self._look()
                display.progress(self.info, self)
            elif now - self._looked_at >= _MOVE_EVERY_S and self._stands_at is None:
                display.progress(self.info, self)
        except ExecutionError as error:
            self._bear(error, now, display)
        else:
            self._trouble_since = None

    def _is_due(self, now: float) -> bool:
        """Whether somebody wrote, or whether it is time to see whether the owner is alive."""
        self._follow_file()
        if now - self._looked_at < self._pause_s:
            return False
        version = self._reader.data_version()
        if version == self._version and now - self._looked_at < _SEE_OWNER_EVERY_S:
            return False
        self._version = version
        return True

    def _look(self) -> None:
        began, cpu_before = time.monotonic(), time.process_time()
        self._progress = self._follower.look()
        self._stop_clock()
        self._looked_at = began
        self._pause_s = min((time.process_time() - cpu_before) / _LOOKING_SHARE, _MOST_PAUSE_S)

    def _stop_clock(self) -> None:
        """An ended run has its time; of one that was abandoned the last that is known is when something ended."""
        run = self._progress.run
        if run.ended_at is not None:
            self._stands_at = run.ended_at.timestamp() - self._offset_s
        elif run.owned:
            self._stands_at = None
        elif self._stands_at is None:
            _, last = self.span(range(len(self.spec.tasks)))
            self._stands_at = last if last is not None else self.began_at()

    def _bear(self, error: ExecutionError, now: float, display: Display) -> None:
        """What may pass is waited for as long as a write of a run would be; the run itself does not suffer."""
        if not error.temporary:
            raise error
        if self._trouble_since is None:
            self._trouble_since = now
            display.message(f"{error} Trying again for {self._settings.db_busy_timeout_s:g} s.")
        elif now - self._trouble_since > self._settings.db_busy_timeout_s:
            raise error

    # --- the file ---

    def _identify_file(self) -> tuple[int, int, bool]:
        """Tells a database from another one in its place, and one that is written from one that was not."""
        try:
            status = os.stat(self._path)  # noqa: PTH116 - ten times a second
        except OSError as error:
            raise ExecutionError(f"The database {self._path} is gone ({error.strerror}).") from error
        return status.st_dev, status.st_ino, os.path.exists(f"{self._path}-wal")  # noqa: PTH110 - as above

    def _follow_file(self) -> None:
        """Read the file that is there now, if it is another one."""
        file = self._identify_file()
        if file == self._file:
            return
        before = self.info
        reader = Reader.open(self._settings.home)
        self._reader.close()
        self._reader, self._file, self._version = reader, file, None
        try:
            row = reader.get_run(before.number)
        except OperationError:
            row = None
        if row is None or (row.info.dag_id, row.info.run_id) != (before.dag_id, before.run_id):
            raise ExecutionError(
                f"The database {self._path} was replaced by another one, which has no run {before.number} "
                f"({before.dag_id}, {before.run_id})."
            )
        self._follower = reader.follow(before.number, self.spec)

    # --- words ---

    def _explain_abandoned(self, run: RunRow, left_s: float, *, wait: bool) -> str:
        number = self.info.number
        if run.owner_pid is None:
            why = f"Run {number} was stopped before its end."
        else:
            why = f"The process that carried run {number} out is gone: it was {_name_owner(run)}."
        if wait:
            return f"{why} Waiting until somebody goes on with it: fanjet resume {number}"
        if left_s > 0:
            return f"{why} Waiting {left_s:.0f} s for somebody to go on with it: fanjet resume {number}"
        return f"{why} Nobody carries it out now."

    def _outcome(self, status: RunStatus) -> RunOutcome:
        return RunOutcome(run=self.info.number, run_id=self.info.run_id, dag_id=self.info.dag_id, status=status)


def find_watched(reader: Reader, text: str | None) -> RunRow:
    """The run that is meant; without a name the latest that somebody carries out, else the latest without an end.

    Raises:
        OperationError: There is none.
    """
    if text is not None:
        return reader.find_run(text)
    unfinished = reader.list_unfinished()
    owned = [run for run in unfinished if run.owned]
    if unfinished:
        return (owned or unfinished)[0]
    latest = reader.list_runs(limit=1)
    if not latest:
        raise OperationError("There are no runs yet: `fanjet run FILE` makes the first.")
    info = latest[0].info
    raise OperationError(
        f"No run is under way: the latest, run {info.number} of {info.dag_id}, has ended ({latest[0].state.label}). "
        f"`fanjet watch {info.number}` shows how."
    )


def _name_owner(run: RunRow) -> str:
    return f"process {run.owner_pid} on {run.owner_host}"
