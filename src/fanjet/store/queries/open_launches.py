"""What a run's owner has handed to workers and not heard of since, followed from one look to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from fanjet.model.paths import Path, decode, encode, join
from fanjet.model.states import State
from fanjet.store.database.port import Connection
from fanjet.store.queries import statements_progress as sql

#: A look that finds more new launches than this in one task takes the latest. Only the first look may, and there it
#: bounds what attaching to a long run costs: workers have only late launches in their hands, but for long tries.
_MOST_NEW_LAUNCHES = 8192
_LEAST_NEW_LAUNCHES = 256
_FENCE_BITS = 32
_WAITING = (State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)


class InHand(NamedTuple):
    """The running tries of one task."""

    running: int
    #: How many of them are the next try, or the next part of one, of an instance whose last end is recorded as waiting.
    of_waiting: dict[State, int]
    #: When the earliest was launched.
    since: float


class _Launch:
    """One launch; what a later launch took over is not in its ranges any more."""

    __slots__ = ("launched_at", "parent", "ranges", "task", "try_number")

    def __init__(self, task: int, parent: Path, indexes: range, try_number: int, launched_at: float) -> None:
        self.task = task
        self.parent = parent
        self.ranges = [indexes]
        self.try_number = try_number
        self.launched_at = launched_at

    def give_up(self, indexes: range) -> None:
        """Another launch has these indexes now."""
        kept: list[range] = []
        for mine in self.ranges:
            kept.append(range(mine.start, min(mine.stop, indexes.start)))
            kept.append(range(max(mine.start, indexes.stop), mine.stop))
        self.ranges = [part for part in kept if part]


class OpenLaunches:
    """Reads only launches that are new since the last look, and the ends of those that were open then."""

    def __init__(self, connection: Connection, run: int, tasks: int) -> None:
        self._connection = connection
        self._run = run
        self._tasks = tasks
        self._most_new = max(_LEAST_NEW_LAUNCHES, _MOST_NEW_LAUNCHES // max(tasks, 1))
        self._session: int | None = None
        self._last_fence = 0
        #: By task, the earliest first.
        self._open: dict[int, list[_Launch]] = {}

    def look(self, session: int | None, unfinished: Collection[int]) -> dict[int, InHand]:
        """The running tries by task; must be called within a read transaction.

        Args:
            session: The session that owns the run and is alive; None when there is none, so that nothing runs.
            unfinished: The tasks in which something may run.
        """
        if session is None:
            self._session = None
            self._open.clear()
            return {}
        if session != self._session:
            self._session = session
            self._open.clear()
            self._last_fence = session << _FENCE_BITS
        self._take_in(self._read_new(), unfinished)
        return {task: in_hand for task in list(self._open) if (in_hand := self._count(task, unfinished)) is not None}

    def _read_new(self) -> Sequence[tuple[int, _Launch]]:
        rows = self._connection.execute(
            sql.LIST_LAUNCHES, (self._run, self._tasks, self._last_fence, self._most_new)
        ).fetchall()
        return [
            (fence, _Launch(task, decode(parent), range(first, first + count), try_number, launched_at))
            for task, fence, parent, first, count, try_number, launched_at in rows
        ]

    def _take_in(self, new: Iterable[tuple[int, _Launch]], unfinished: Collection[int]) -> None:
        for fence, launch in new:
            self._last_fence = fence
            if launch.task not in unfinished or not self._count_open(launch)[0]:
                continue
            launches = self._open.setdefault(launch.task, [])
            for earlier in launches:
                if earlier.parent == launch.parent:
                    earlier.give_up(launch.ranges[0])
            launches.append(launch)

    def _count(self, task: int, unfinished: Collection[int]) -> InHand | None:
        """What of a task is in hand now; None, and forgotten, where nothing is."""
        launches = self._open.pop(task)
        if task not in unfinished:
            return None
        counted = [(launch, *self._count_open(launch)) for launch in launches]
        kept = [(launch, count, waiting) for launch, count, waiting in counted if count]
        if not kept:
            return None
        self._open[task] = [launch for launch, _, _ in kept]
        of_waiting = {state: sum(waiting[at] for _, _, waiting in kept) for at, state in enumerate(_WAITING)}
        return InHand(sum(count for _, count, _ in kept), of_waiting, min(launch.launched_at for launch, _, _ in kept))

    def _count_open(self, launch: _Launch) -> tuple[int, tuple[int, ...]]:
        """How many instances of a launch were not heard of since, and how many of those are recorded as waiting."""
        count, waiting = 0, [0] * len(_WAITING)
        for part in launch.ranges:
            first, last = encode(join(launch.parent, part[0])), encode(join(launch.parent, part[-1]))
            heard, *recorded = self._connection.execute(
                sql.COUNT_HEARD_OF, (self._run, launch.task, first, last, launch.try_number, launch.launched_at)
            ).fetchone()
            count += len(part) - heard
            waiting = [one + other for one, other in zip(waiting, recorded, strict=True)]
        return count, tuple(waiting)
