"""The machine that decides what is launched, across all runs of one scheduler."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Mapping
from math import inf
from typing import Protocol

from fanjet.engine.demands import list_wants
from fanjet.engine.limits import Limits
from fanjet.engine.ready import Kind, PriorityLevel, RunQueue, Taken, TaskQueue
from fanjet.model.changes import DequeueInstances, QueueInstances
from fanjet.model.launches import Launch
from fanjet.model.paths import Path
from fanjet.model.sharing import Limit, Share, Want
from fanjet.model.spec import DagSpec

_ALL = 1 << 60


class Room(Protocol):
    """What could be launched now; granting books it."""

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        """Book up to `wanted` tries of a task: (worker, number of tries) pairs, none when there is no room.

        Where fewer are granted, there is no more room for that task either in any other run of the same version.
        """

    def count_free(self) -> int:
        """How many tries could start at once beside those that were granted."""


class Admission:
    """Holds what is ready and gives out launches within all limits.

    Order: greater priority first; then the runs in turn; in a run the tasks in topological order; in a task by index.

    Args:
        pools: The slots of each pool. ``default_pool`` sets no limit unless it is listed.
    """

    def __init__(self, pools: Mapping[str, int]) -> None:
        self._limits = Limits(pools)
        self._levels: dict[int, PriorityLevel] = {}
        #: The negated priorities in use, ascending.
        self._order: list[int] = []
        #: Of what was taken last: since when they had been ready, with how many that were.
        self.waits: list[tuple[float, int]] = []
        #: How often something was launched.
        self.launches = 0
        #: Until when what is shared with other schedulers may be used.
        self._shared_until = inf
        #: With what greatest priority it is known to others that limits are waited for here.
        self._told: Mapping[Limit, int] = {}
        #: What there was no room for the last time, and for how many tries there still was.
        self._refused: Collection[Kind] = ()
        self._free = 0

    def check(self, spec: DagSpec) -> None:
        """Check that a run of a DAG could be added.

        Raises:
            OperationError: A task wants a pool that does not exist, or more slots than it has.
        """
        self._limits.check(spec)

    def add_run(self, run: int, spec: DagSpec) -> None:
        """Make a run known before anything of it is queued.

        Raises:
            OperationError: A task wants a pool that does not exist, or more slots than it has.
        """
        self._limits.add_run(run, spec)

    def remove_run(self, run: int) -> None:
        """Forget a run: its queue, and what it holds of limits and pools."""
        for priority, level in list(self._levels.items()):
            queue = level.runs.pop(run, None)
            if queue is not None:
                queue.clear()
            self._forget_if_empty(priority)
        self._limits.remove_run(run)

    def queue(self, change: QueueInstances, ready_at: float = 0.0) -> None:
        """Instances are ready.

        Args:
            change: Which.
            ready_at: Since when, on any clock; comes back in `waits` when they are taken.
        """
        spec = self._limits.spec(change.run)
        priority = spec.tasks[change.task].priority
        level = self._levels.get(priority)
        if level is None:
            level = self._levels[priority] = PriorityLevel()
            insort(self._order, -priority)
        if change.run not in level.runs:
            # Runs of one version share its specification; it lives at least as long as they do.
            level.runs[change.run] = RunQueue(id(spec), level.kinds)
        level.runs[change.run].add(change, ready_at)

    def dequeue(self, change: DequeueInstances) -> None:
        """Instances are not to be launched after all."""
        priority = self._limits.spec(change.run).tasks[change.task].priority
        level = self._levels.get(priority)
        queue = None if level is None else level.runs.get(change.run)
        if level is not None and queue is not None:
            queue.drop(change)
            if not queue:
                del level.runs[change.run]
            self._forget_if_empty(priority)

    def count_ready(self) -> int:
        """How many instances wait for room and limits; the cost is that of the tasks, not of the instances."""
        queues = [queue for level in self._levels.values() for queue in level.runs.values()]
        return sum(tasks.count for queue in queues for tasks in queue.tasks())

    @property
    def pools(self) -> Mapping[str, int]:
        """The slots of each pool that has a limit."""
        return self._limits.slots

    def set_pools(self, pools: Mapping[str, int]) -> None:
        """Pools have these slots from now on; a negative number is no limit."""
        self._limits.set_slots(pools)

    def set_shares(self, shares: Mapping[Limit, Share] | None, until: float) -> None:
        """Launch no more than this of what schedulers share; after an instant nothing of it, until the next time.

        Args:
            shares: By limit; of others nothing may be launched. None when there is no other scheduler.
            until: Others may have taken it then.
        """
        self._limits.set_shares(shares)
        self._shared_until = until
        self._told = self._limits.missed if self._free else {}
        self._limits.missed = {}

    def list_shared(self) -> dict[Limit, tuple[int, int]]:
        """All limits that span runs, as far as known here: the slots there are, and those of what is launched."""
        return self._limits.list_shared()

    def list_wants(self, more: int) -> tuple[Want, ...]:
        """What would be launched now if the limits that are shared let it.

        Args:
            more: For so many tries beyond those for which there was room when it was last looked.
        """
        levels = ((-negated, self._levels[-negated]) for negated in self._order)
        return list_wants(levels, self._limits, self._refused, self._free + more)

    def rest(self) -> None:
        """Nothing is launched for now, whatever the limits are; so nothing waits for them."""
        self._free, self._limits.missed = 0, {}

    def is_short(self) -> bool:
        """Whether there is something new to tell other schedulers: what waits for their slots, or slots for them."""
        missed, told = self._limits.missed, self._told
        return self._limits.has_idle() or any(missed[limit] > told.get(limit, missed[limit] - 1) for limit in missed)

    def hold_run(self, run: int) -> None:
        """Launch nothing of a run until `unhold_run`."""
        self._limits.hold_run(run)

    def unhold_run(self, run: int) -> None:
        """The run may be launched."""
        self._limits.unhold_run(run)

    def hold(self, run: int, task: int) -> None:
        """Launch nothing of a task of a run until `unhold`."""
        self._limits.hold(run, task)

    def unhold(self, run: int, task: int) -> None:
        """The task may be launched."""
        self._limits.unhold(run, task)

    def take(self, room: Room, next_fence: Callable[[], int], at: float = 0.0) -> list[Launch]:
        """Launch what the room and the limits allow.

        A run to which the room grants less than it wants is passed over until the next time: its tasks share workers.
        The cost is that of what is launched; of what finds no room or limit, once for each task of a DAG, however many
        runs have it ready.

        Args:
            room: Where there is room.
            next_fence: Gives the number of each launch.
            at: The instant.
        """
        if at >= self._shared_until:
            self.set_shares({}, inf)
            self._told = {}
        taking = _Taking(self._limits, room)
        for negated in list(self._order):
            taking.take_level(self._levels[-negated])
            self._forget_if_empty(-negated)
        self.waits = taking.launches.waits
        launches = taking.launches.make(next_fence)
        if self._limits.is_shared:
            self._note(taking, room.count_free(), launches)
        return launches

    def _note(self, taking: _Taking, free: int, launches: Collection[Launch]) -> None:
        """Keep what other schedulers are told."""
        self._free, self._refused = free, taking.list_refused()
        self.launches += bool(launches)
        if not free:
            self._limits.missed = {}  # it waits for room first

    def released(self, run: int, task: int, count: int) -> None:
        """Tries ended or were returned, and no longer hold slots.

        To be called once for each try that was launched, also for one whose end is refused because it was cancelled.
        """
        self._limits.released(run, task, count)

    def _forget_if_empty(self, priority: int) -> None:
        level = self._levels.get(priority)
        if level is not None and not level.runs:
            del self._levels[priority]
            self._order.remove(-priority)


class _Taking:
    """One time of giving out launches."""

    def __init__(self, limits: Limits, room: Room) -> None:
        self._limits = limits
        self._room = room
        self.launches = _Launches()
        #: Of what nothing more can be launched this time, whatever the run: whether the whole run is passed over.
        self._closed: dict[Kind, bool] = {}

    def take_level(self, level: PriorityLevel) -> None:
        """Several runs take turns with growing shares, so that none takes all the room; one alone takes what it can."""
        turn = level.in_turn()
        share = 1
        # What is closed stays in the queue, so that comparing numbers tells whether anything else is left.
        closed_before = len(self._closed) - sum(kind in self._closed for kind in level.kinds)
        while turn:
            if len(turn) == 1:
                share = _ALL
            again = []
            for run in turn:
                if len(self._closed) - closed_before >= len(level.kinds):
                    return
                if self._take_share(level, run, share):
                    again.append(run)
            turn = again
            share *= 2

    def _take_share(self, level: PriorityLevel, run: int, share: int) -> bool:
        """Launch up to `share` instances of a run; whether it could take more."""
        queue = level.runs[run]
        for tasks in queue.tasks():
            passes_over = self._closed.get(tasks.kind)
            if passes_over:
                return False
            wanted = 0 if passes_over is False else min(share, tasks.count, self._limits.allowance(run, tasks.task))
            if not wanted:
                if passes_over is None and self._limits.is_exhausted(run, tasks.task):
                    self._closed[tasks.kind] = False
                continue
            granted = self._take_tasks(run, tasks, wanted)
            queue.forget_if_empty(tasks)
            share -= granted
            if granted < wanted:
                self._closed[tasks.kind] = True
                return False
            if tasks.count and self._limits.is_shared:
                self._limits.allowance(run, tasks.task)  # notes what the rest waits for
            if not share:
                break
        if not queue:
            del level.runs[run]
            return False
        return not share

    def list_refused(self) -> Collection[Kind]:
        """Of what there was no room for all."""
        return [kind for kind, passes_over in self._closed.items() if passes_over]

    def _take_tasks(self, run: int, tasks: TaskQueue, wanted: int) -> int:
        """Launch up to `wanted` instances of a task; how many it were."""
        granted = 0
        for worker, count in self._room.grant(run, tasks.task, wanted):
            for taken in tasks.take(count):
                self.launches.add(run, tasks.task, worker, taken)
            granted += count
        if granted:
            self._limits.launched(run, tasks.task, granted)
        return granted


class _Launches:
    """Launches in the making: consecutive ranges for one worker become one."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, int, int, Taken, list[int]]] = []
        self._last: dict[tuple[int, int, int, Path, int, int], tuple[int, list[int]]] = {}
        self.waits: list[tuple[float, int]] = []

    def add(self, run: int, task: int, worker: int, taken: Taken) -> None:
        """One more range for a worker."""
        self.waits.append((taken.ready_at, taken.count))
        key = (run, task, worker, taken.parent, taken.try_number, taken.tries_before)
        known = self._last.get(key)
        if taken.carry is None and known is not None and known[0] + known[1][0] == taken.first:
            known[1][0] += taken.count
            return
        count = [taken.count]
        self._parts.append((run, task, worker, taken, count))
        if taken.carry is None:
            self._last[key] = (taken.first, count)

    def make(self, next_fence: Callable[[], int]) -> list[Launch]:
        """All of them, with a fence each."""
        return [
            Launch(
                fence=next_fence(),
                run=run,
                task=task,
                parent=taken.parent,
                first=taken.first,
                count=count[0],
                try_number=taken.try_number,
                tries_before=taken.tries_before,
                worker=worker,
                carry=taken.carry,
            )
            for run, task, worker, taken, count in self._parts
        ]
