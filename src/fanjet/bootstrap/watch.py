"""`fanjet watch`: shows on a display how a run goes on that another process carries out."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from fanjet.bootstrap.requests import RunOutcome
from fanjet.bootstrap.watched_database import WatchedDatabase
from fanjet.errors import ExecutionError
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.queries.rows import RunRow

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

    def __init__(self, settings: Settings, database: WatchedDatabase) -> None:
        self._patience_s = settings.db_busy_timeout_s
        self._database = database
        self.info: RunInfo = database.info
        self.spec: DagSpec = database.spec
        #: What is to be added to the monotonic clock to get the time of day, as it was at the begin.
        self._offset_s = time.time() - time.monotonic()
        self._looked_at = self._moved_at = time.monotonic()
        self._pause_s = 0.0
        self._moves = False
        self._trouble_since: float | None = None
        self._seen_alive = self._abandoned = False
        self._stands_at: float | None = None
        self._progress = self._database.look()
        self._lease_ends_at = time.monotonic() + self._progress.lease_left_s
        self._stop_clock()

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
        database = WatchedDatabase(Database.of(settings), run)
        try:
            yield cls(settings, database)
        finally:
            database.close()

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

        A run of a service is watched until it ends: the service goes on with it, also after a restart.

        Args:
            display: Is told what goes on.
            wait: Stay when nobody carries the run out, until somebody resumes it.

        Returns:
            How the run ended; RUNNING when it did not.

        Raises:
            OperationError: The run is gone.
            ExecutionError: The database cannot be read any more.
        """
        display.run_opened(self.info, self.spec, self, resumed=False)
        while self._progress.run.ended_at is None:
            if self._database.spec is not self.spec:
                self.spec = self._database.spec
                display.run_opened(self.info, self.spec, self, resumed=False)
            if not self._note_owner(display, wait=wait):
                display.run_ended(self.info, RunStatus.RUNNING, self)
                return self._outcome(RunStatus.RUNNING)
            if self._moves:
                display.progress(self.info, self)
            self._sleep_and_look(display)
        display.run_ended(self.info, self._progress.run.state, self)
        return self._outcome(self._progress.run.state)

    @property
    def owned(self) -> bool:
        """Whether somebody carries the run out, as far as the last look saw."""
        return self._progress.run.owned

    def _note_owner(self, display: Display, *, wait: bool) -> bool:
        """Say when the owner goes and when another comes; whether there is something to stay for."""
        run, number = self._progress.run, self.info.number
        if run.owned:
            if self._abandoned:
                display.message(f"Run {number} goes on in {_name_owner(run)}.")
            self._seen_alive, self._abandoned = True, False
            return True
        left_s = self._lease_ends_at - time.monotonic() if self._seen_alive else 0.0
        if not self._abandoned:
            self._abandoned = True
            display.message(_explain_abandoned(run, left_s, wait=wait))
        return wait or left_s > 0 or _is_of_service(run)

    def _sleep_and_look(self, display: Display) -> None:
        time.sleep(_LOOK_EVERY_S)
        now = time.monotonic()
        self._moves = False
        try:
            if self._is_due(now):
                self._look()
                self._moves = True
        except ExecutionError as error:
            self._bear(error, now, display)
        else:
            self._trouble_since = None
        if self._stands_at is None and now - self._moved_at >= _MOVE_EVERY_S:
            self._moves = True  # the clocks
        if self._moves:
            self._moved_at = now

    def _is_due(self, now: float) -> bool:
        """Whether somebody wrote, or whether it is time to see whether the owner is alive."""
        if now - self._looked_at < self._pause_s:
            return False
        return self._database.has_changed() or now - self._looked_at >= _SEE_OWNER_EVERY_S

    def _look(self) -> None:
        began, cpu_before = time.monotonic(), time.process_time()
        self._progress = self._database.look()
        self._lease_ends_at = time.monotonic() + self._progress.lease_left_s
        self._stop_clock()
        self._looked_at = began
        self._pause_s = min((time.process_time() - cpu_before) / _LOOKING_SHARE, _MOST_PAUSE_S)

    def _stop_clock(self) -> None:
        """An ended run has its time; of one that was abandoned long ago the last that is known is what ended in it."""
        run = self._progress.run
        if run.ended_at is not None:
            self._stands_at = run.ended_at.timestamp() - self._offset_s
        elif run.owned:
            self._stands_at = None
        elif self._seen_alive:
            self._stands_at = self._stands_at or time.monotonic()
        else:
            _, last = self.span(range(len(self._progress.tasks)))
            self._stands_at = self.began_at() if last is None else last

    def _bear(self, error: ExecutionError, now: float, display: Display) -> None:
        """What may pass is waited for as long as a write of a run would be; the run itself does not suffer."""
        if not error.temporary:
            raise error
        if self._trouble_since is None:
            self._trouble_since = now
            display.message(f"{error} Trying again for {self._patience_s:g} s.")
        elif now - self._trouble_since > self._patience_s:
            raise error

    def _outcome(self, status: RunStatus) -> RunOutcome:
        return RunOutcome(run=self.info.number, run_id=self.info.run_id, dag_id=self.info.dag_id, status=status)


def _explain_abandoned(run: RunRow, left_s: float, *, wait: bool) -> str:
    number = run.info.number
    if run.state is RunStatus.QUEUED:
        why = f"Run {number} is queued again."
    elif run.owner_pid is None:
        why = f"Run {number} was stopped before its end."
    else:
        why = f"The process that carried run {number} out is gone: it was {_name_owner(run)}."
    if _is_of_service(run):
        return f"{why} Waiting for the service to go on with it; if it does not run any more: fanjet up"
    if wait:
        return f"{why} Waiting until somebody goes on with it: fanjet resume {number}"
    if left_s > 0:
        return f"{why} Waiting {left_s:.0f} s for somebody to go on with it: fanjet resume {number}"
    return f"{why} Nobody carries it out now."


def _name_owner(run: RunRow) -> str:
    return f"process {run.owner_pid} on {run.owner_host}"


def _is_of_service(run: RunRow) -> bool:
    """Whether schedulers of a service take it up by themselves."""
    return run.queued_at is not None
