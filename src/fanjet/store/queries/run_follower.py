"""A run of another process, as far as the database tells: looked at again and again, cheaply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, State
from fanjet.store.database.port import Connection
from fanjet.store.queries import statements_progress as sql
from fanjet.store.queries.map_extents import Extent, MapExtents
from fanjet.store.queries.open_launches import InHand, OpenLaunches
from fanjet.store.queries.rows import RunRow, TaskCounts

_WAITING = (State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)
_STATES = len(State)


class TaskProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one task is."""

    #: By `State` number. What is queued (SCHEDULED) counts as NONE: nothing is recorded of either. A retry whose time
    #: has come is UP_FOR_RETRY until it is launched.
    counts: Sequence[int]
    #: Whether `counts` adds up to all the instances that there will be.
    length_known: bool
    #: When the first try began; None before.
    began_at: float | None
    #: When the last recorded instance ended; None before.
    last_ended_at: float | None


class RunProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is, as of one moment."""

    run: RunRow
    #: For how long its owner may be at work if it says nothing more; below 0 when nobody is.
    lease_left_s: float
    #: By task number.
    tasks: Sequence[TaskProgress]


class RunFollower:
    """Looks at one run. The cost of a look depends on what is new and what runs, never on the run's instances.

    Args:
        connection: Only reads.
        find_run: Gives the row of the run.
        find_counts: Gives what is recorded of it by task number.
        run: The number of the run.
        spec: The DAG as the run knows it.
    """

    def __init__(
        self,
        connection: Connection,
        find_run: Callable[[int], RunRow],
        find_counts: Callable[[int], Mapping[int, TaskCounts]],
        run: int,
        spec: DagSpec,
    ) -> None:
        self._connection = connection
        self._find_run = find_run
        self._find_counts = find_counts
        self._run = run
        self._tasks = spec.tasks
        self._extents = MapExtents(connection, run, spec)
        self._launches = OpenLaunches(connection, run, len(spec.tasks))

    def look(self) -> RunProgress:
        """How far the run is now.

        Raises:
            OperationError: The run is gone.
            ExecutionError: The database cannot be read now (`temporary`) or at all.
        """
        with self._connection.moment():
            run = self._find_run(self._run)
            session, lease_left_s = self._connection.execute(sql.FIND_LEASE, (self._run,)).fetchone()
            recorded = self._find_counts(self._run)
            extents = self._extents.look(self._tasks, {task: found.counts for task, found in recorded.items()})
            unfinished = {
                task.number
                for task, extent in zip(self._tasks, extents, strict=True)
                if not (extent.known and _count_ended(recorded.get(task.number)) >= extent.total)
            }
            works = run.owned and run.ended_at is None
            in_hand = self._launches.look(session if works else None, unfinished)
        tasks = [
            _put_together(extent, recorded.get(task.number), in_hand.get(task.number))
            for task, extent in zip(self._tasks, extents, strict=True)
        ]
        return RunProgress(run=run, lease_left_s=lease_left_s, tasks=tasks)


def _count_ended(recorded: TaskCounts | None) -> int:
    if recorded is None:
        return 0
    return sum(recorded.counts[state] for state in ENDED if state is not State.REMOVED)


def _put_together(extent: Extent, recorded: TaskCounts | None, in_hand: InHand | None) -> TaskProgress:
    counts = [0] * _STATES if recorded is None else list(recorded.counts)
    began_at = None if recorded is None else recorded.first_started_at
    if in_hand is not None:
        began_at = in_hand.since if began_at is None else min(began_at, in_hand.since)
        for state in _WAITING:
            counts[state] -= in_hand.of_waiting[state]
    counts[State.NONE] = 0
    room = max(0, extent.total - sum(counts) + counts[State.REMOVED])
    counts[State.RUNNING] = 0 if in_hand is None else min(in_hand.running, room)
    counts[State.NONE] = room - counts[State.RUNNING]
    return TaskProgress(
        counts=counts,
        length_known=extent.known,
        began_at=began_at,
        last_ended_at=None if recorded is None else recorded.last_ended_at,
    )
