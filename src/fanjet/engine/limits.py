"""How many more instances of a task may be launched: slots of pools, limits of tasks, runs and DAGs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fanjet.engine.shared_limits import SharedLimits
from fanjet.errors import InvariantError, OperationError
from fanjet.model.sharing import Limit, Needs, Share
from fanjet.model.spec import DagSpec, TaskSpec

#: The pool of tasks that name none. Unless it is given slots, it sets no limit.
DEFAULT_POOL = "default_pool"
_NO_LIMIT = 1 << 60
#: In the place of the number of a task.
_WHOLE_RUN = -1


@dataclass(slots=True)
class _Run:
    spec: DagSpec
    #: Launched and not yet released.
    active: int = 0
    active_by_task: Counter[int] = field(default_factory=Counter)


class Limits:
    """What is launched and not yet released, against what may be.

    Args:
        pools: The slots of each pool; a negative number is no limit.
    """

    def __init__(self, pools: Mapping[str, int]) -> None:
        self._slots: dict[str, int] = {}
        self.set_slots(pools)
        #: What of them, and of limits of tasks, is for this scheduler; None for all, as there is no other one.
        self._shared: SharedLimits | None = None
        #: The greatest priority of what could not be launched because of the part that others have, by limit.
        self.missed: dict[Limit, int] = {}
        self._used: Counter[str] = Counter()
        self._runs: dict[int, _Run] = {}
        #: Tasks of which nothing may be launched for now: (run, task number).
        self._held: set[tuple[int, int]] = set()
        #: By DAG and task id, as the numbers of a task may differ between versions.
        self._active_per_dag: Counter[tuple[str, str]] = Counter()

    @property
    def slots(self) -> Mapping[str, int]:
        """The slots of each pool that has a limit."""
        return {pool: slots for pool, slots in self._slots.items() if slots < _NO_LIMIT}

    def set_slots(self, pools: Mapping[str, int]) -> None:
        """Pools have these slots from now on; what is out stays out. A negative number is no limit."""
        limited = {pool: slots if slots >= 0 else _NO_LIMIT for pool, slots in pools.items()}
        self._slots = {DEFAULT_POOL: _NO_LIMIT, **limited}

    def set_shares(self, shares: Mapping[Limit, Share] | None) -> None:
        """Launch no more than this, because other schedulers hold the rest; None when there is no other one."""
        self._shared = None if shares is None else SharedLimits(shares, self._count_used)

    @property
    def is_shared(self) -> bool:
        """Whether other schedulers have their parts."""
        return self._shared is not None

    def has_idle(self) -> bool:
        """Whether slots have come free that other schedulers wait for."""
        return self._shared is not None and self._shared.has_idle()

    def list_shared(self) -> dict[Limit, tuple[int, int]]:
        """All limits that span runs, as far as known here: the slots there are, and those of what is launched."""
        totals: dict[Limit, int] = {(pool,): slots for pool, slots in self.slots.items()}
        for spec in {id(known.spec): known.spec for known in self._runs.values()}.values():
            for task in spec.tasks:
                if task.max_active_per_dag is not None:
                    limit = (spec.dag_id, task.task_id)
                    totals[limit] = max(task.max_active_per_dag, totals.get(limit, 0))
        return {limit: (total, self._count_used(limit)) for limit, total in totals.items()}

    def _count_used(self, limit: Limit) -> int:
        return self._used[limit[0]] if len(limit) == 1 else self._active_per_dag[limit[0], limit[1]]

    def find_needs(self, run: int, number: int) -> Needs:
        """What a try of a task takes of the limits that span runs."""
        spec = self._runs[run].spec
        return self._find_needs(spec, spec.tasks[number])

    def _find_needs(self, spec: DagSpec, task: TaskSpec) -> Needs:
        is_limited = task.pool_slots > 0 and self._slots.get(task.pool, 0) < _NO_LIMIT
        of_pool: Needs = (((task.pool,), task.pool_slots),) if is_limited else ()
        return of_pool if task.max_active_per_dag is None else (*of_pool, ((spec.dag_id, task.task_id), 1))

    def add_run(self, run: int, spec: DagSpec) -> None:
        """Make a run known.

        Raises:
            OperationError: A task wants a pool that does not exist, or more slots than it has.
        """
        self.check(spec)
        self._runs[run] = _Run(spec)

    def check(self, spec: DagSpec) -> None:
        """Check that every task of a DAG fits into its pool.

        Raises:
            OperationError: A task wants a pool that does not exist, or more slots than it has.
        """
        for task in spec.tasks:
            slots = self._slots.get(task.pool)
            if slots is None:
                raise OperationError(
                    f"task {task.task_id!r} of DAG {spec.dag_id!r} wants pool {task.pool!r}, which does not exist. "
                    f"Fix: create the pool, or use one of {', '.join(sorted(map(repr, self._slots)))}."
                )
            if task.pool_slots > slots:
                raise OperationError(
                    f"task {task.task_id!r} of DAG {spec.dag_id!r} wants {task.pool_slots} slots of pool "
                    f"{task.pool!r}, which has {slots}. Fix: give the pool more slots, or the task fewer."
                )

    def remove_run(self, run: int) -> None:
        """Forget a run and give back what it holds."""
        known = self._runs.pop(run, None)
        if known is not None:
            if self._held:
                self._held -= {(run, _WHOLE_RUN), *((run, task.number) for task in known.spec.tasks)}
            for number, count in known.active_by_task.items():
                self._give_back(known.spec, known.spec.tasks[number], count)

    def spec(self, run: int) -> DagSpec:
        """The DAG of a run that was added."""
        known = self._runs.get(run)
        if known is None:
            raise InvariantError(f"run {run} is unknown to admission")
        return known.spec

    def allowance(self, run: int, number: int) -> int:
        """How many more instances of a task may be launched now."""
        if self._held and self._is_held(run, number):
            return 0
        known = self._runs[run]
        task = known.spec.tasks[number]
        return max(min(_own_allowance(known, task), self._allowance_of_all(known.spec, task)), 0)

    def find_own_allowance(self, run: int, number: int) -> int:
        """The same as far as its run alone is concerned."""
        if self._held and self._is_held(run, number):
            return 0
        known = self._runs[run]
        return max(_own_allowance(known, known.spec.tasks[number]), 0)

    def is_exhausted(self, run: int, number: int) -> bool:
        """Whether no instance of a task may be launched now in any run of the DAG."""
        spec = self._runs[run].spec
        return self._allowance_of_all(spec, spec.tasks[number]) <= 0

    def _allowance_of_all(self, spec: DagSpec, task: TaskSpec) -> int:
        """How many more instances of a task may be launched in all runs of a DAG together."""
        free = self._slots.get(task.pool, 0) - self._used[task.pool]  # of a pool that has been removed there is nothing
        allowed = free // task.pool_slots if task.pool_slots > 0 else _NO_LIMIT
        if task.max_active_per_dag is not None:
            allowed = min(allowed, task.max_active_per_dag - self._active_per_dag[spec.dag_id, task.task_id])
        if self._shared is not None and allowed > 0:
            allowed = min(allowed, self._find_shared(self._shared, spec, task))
        return allowed

    def _find_shared(self, shared: SharedLimits, spec: DagSpec, task: TaskSpec) -> int:
        allowed = _NO_LIMIT
        for limit, each in self._find_needs(spec, task):
            free = shared.find_free(limit, task.priority)
            if free < each:
                self.missed[limit] = max(task.priority, self.missed.get(limit, task.priority))
            allowed = min(allowed, free // each)
        return allowed

    def hold_run(self, run: int) -> None:
        """Launch nothing of a run until `unhold_run`."""
        self._held.add((run, _WHOLE_RUN))

    def unhold_run(self, run: int) -> None:
        """The run may be launched again."""
        self._held.discard((run, _WHOLE_RUN))

    def _is_held(self, run: int, number: int) -> bool:
        return (run, number) in self._held or (run, _WHOLE_RUN) in self._held

    def hold(self, run: int, number: int) -> None:
        """Launch nothing of a task until `unhold`."""
        self._held.add((run, number))

    def unhold(self, run: int, number: int) -> None:
        """The task may be launched again."""
        self._held.discard((run, number))

    def launched(self, run: int, number: int, count: int) -> None:
        """Instances were launched."""
        known = self._runs[run]
        task = known.spec.tasks[number]
        known.active += count
        known.active_by_task[number] += count
        self._used[task.pool] += count * task.pool_slots
        self._active_per_dag[known.spec.dag_id, task.task_id] += count
        if self._shared is not None:
            for limit, each in self._find_needs(known.spec, task):
                self._shared.launched(limit, each * count)

    def released(self, run: int, number: int, count: int) -> None:
        """Launched instances are no longer out. For a run that was removed there is nothing left to give back."""
        known = self._runs.get(run)
        if known is None:
            return
        if count > known.active_by_task[number]:
            task_id = known.spec.tasks[number].task_id
            raise InvariantError(
                f"run {run}, task {task_id!r}: {count} tries were released, but only "
                f"{known.active_by_task[number]} were out"
            )
        known.active -= count
        known.active_by_task[number] -= count
        self._give_back(known.spec, known.spec.tasks[number], count)

    def _give_back(self, spec: DagSpec, task: TaskSpec, count: int) -> None:
        self._used[task.pool] -= count * task.pool_slots
        self._active_per_dag[spec.dag_id, task.task_id] -= count


def _own_allowance(known: _Run, task: TaskSpec) -> int:
    allowed = _NO_LIMIT
    if known.spec.max_active_tasks is not None:
        allowed = known.spec.max_active_tasks - known.active
    if task.max_active_per_run is not None:
        allowed = min(allowed, task.max_active_per_run - known.active_by_task[task.number])
    return allowed
