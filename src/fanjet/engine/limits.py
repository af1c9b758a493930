"""How many more instances of a task may be launched: slots of pools, limits of tasks, runs and DAGs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fanjet.errors import InvariantError, OperationError
from fanjet.model.spec import DagSpec, TaskSpec

#: The pool of tasks that name none. Unless it is given slots, it sets no limit.
DEFAULT_POOL = "default_pool"
_NO_LIMIT = 1 << 60


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
        #: What of them is for this scheduler; without an entry all of it.
        self._shares: Mapping[str, int] = {}
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

    def set_shares(self, shares: Mapping[str, int]) -> None:
        """Launch no more than this of each pool, because other schedulers hold the rest."""
        self._shares = shares

    def find_pool(self, run: int, number: int) -> tuple[str, int]:
        """The pool of a task, and how many of its slots an instance takes."""
        task = self._runs[run].spec.tasks[number]
        return task.pool, task.pool_slots

    def used(self, pool: str) -> int:
        """The slots of what is launched and not yet released."""
        return self._used[pool]

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
            self._held -= {(run, task.number) for task in known.spec.tasks} if self._held else set()
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
        if self._held and (run, number) in self._held:
            return 0
        known = self._runs[run]
        task = known.spec.tasks[number]
        allowed = self._allowance_of_all(known.spec, task)
        if known.spec.max_active_tasks is not None:
            allowed = min(allowed, known.spec.max_active_tasks - known.active)
        if task.max_active_per_run is not None:
            allowed = min(allowed, task.max_active_per_run - known.active_by_task[number])
        return max(allowed, 0)

    def is_exhausted(self, run: int, number: int) -> bool:
        """Whether no instance of a task may be launched now in any run of the DAG."""
        spec = self._runs[run].spec
        return self._allowance_of_all(spec, spec.tasks[number]) <= 0

    def _allowance_of_all(self, spec: DagSpec, task: TaskSpec) -> int:
        """How many more instances of a task may be launched in all runs of a DAG together."""
        free = self._shares.get(task.pool, self._slots[task.pool]) - self._used[task.pool]
        allowed = free // task.pool_slots if task.pool_slots > 0 else _NO_LIMIT
        if task.max_active_per_dag is not None:
            allowed = min(allowed, task.max_active_per_dag - self._active_per_dag[spec.dag_id, task.task_id])
        return allowed

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
