"""The order of the tasks of a DAG, and what lies before and after each."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from fanjet.authoring.dag import DAG
from fanjet.authoring.exceptions import CycleError
from fanjet.authoring.literals import find_lazy
from fanjet.authoring.mapped_argument import MappedArgument
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator, Operator, follow_references
from fanjet.model.rules import WeightRule


def follow_late_references(dag: DAG) -> None:
    """Draw the edges of outputs that were given to template fields after the task was made."""
    for task in dag.tasks:
        if isinstance(task, BaseOperator):
            follow_references(task, [getattr(task, field, None) for field in task.template_fields])


def sort_tasks(dag: DAG) -> list[Operator]:
    """The tasks so that each comes after its upstream, and otherwise in the order in which they were written.

    Raises:
        CycleError: Tasks wait for each other in a circle.
    """
    written = {task: position for position, task in enumerate(dag.tasks)}
    waiting = {task: len(task.upstream) for task in written}
    ready = [position for task, position in written.items() if not waiting[task]]
    tasks = list(written)
    ordered: list[Operator] = []
    while ready:
        task = tasks[heapq.heappop(ready)]
        ordered.append(task)
        del waiting[task]
        for downstream in task.downstream:
            waiting[downstream] -= 1
            if not waiting[downstream]:
                heapq.heappush(ready, written[downstream])
    if waiting:
        raise _cycle_error(dag, waiting)
    return ordered


def _cycle_error(dag: DAG, waiting: dict[Operator, int]) -> CycleError:
    """Names one cycle. All of `waiting` have something upstream that waits too, so walking up ends in a cycle."""
    seen: dict[Operator, int] = {}
    task = next(iter(waiting))
    while task not in seen:
        seen[task] = len(seen)
        task = next(upstream for upstream in task.upstream if upstream in waiting)
    around = [member for member, position in seen.items() if position >= seen[task]][::-1]
    shown = " >> ".join(f"'{member.task_id}'" for member in (*around, around[0]))
    return CycleError(f"DAG '{dag.dag_id}' has a cycle: {shown}.", fix="remove one of these edges", **around[0].place)


class Graph:
    """The tasks by number and, as sets of bits, everything before and after each.

    Args:
        tasks: In topological order.
    """

    def __init__(self, tasks: list[Operator]) -> None:
        self.tasks = tasks
        self.numbers = {task: number for number, task in enumerate(tasks)}
        self._before = [0] * len(tasks)
        self._after = [0] * len(tasks)
        for number, task in enumerate(tasks):
            for upstream in task.upstream:
                position = self.numbers[upstream]
                self._before[number] |= self._before[position] | 1 << position
        for number in reversed(range(len(tasks))):
            for downstream in tasks[number].downstream:
                position = self.numbers[downstream]
                self._after[number] |= self._after[position] | 1 << position
        self._setups = sum(1 << number for number, task in enumerate(tasks) if task.is_setup)
        self._of_weight: dict[int, int] = {}
        for number, task in enumerate(tasks):
            self._of_weight[task.priority_weight] = self._of_weight.get(task.priority_weight, 0) | 1 << number

    def upstream(self, number: int) -> tuple[int, ...]:
        """The numbers of the tasks right before one, ascending."""
        return tuple(sorted(self.numbers[task] for task in self.tasks[number].upstream))

    def reads_whole(self, number: int) -> tuple[int, ...]:
        """Those whose results the arguments of a task hold, not as what it or its groups are mapped over; ascending."""
        task = self.tasks[number]
        if isinstance(task, MappedOperator):
            arguments = task.shared_arguments()
        elif isinstance(task, BaseOperator):
            arguments = [getattr(task, field, None) for field in task.template_fields]
        else:
            arguments = ()
        origins = [origin for lazy in find_lazy(arguments) for origin in lazy.origins()]
        reads = {
            self.numbers[upstream]
            for origin in origins
            if not isinstance(origin, MappedArgument)
            for upstream in origin.references()
        }
        return tuple(sorted(reads))

    def setups(self, number: int) -> tuple[int, ...]:
        """The setups, at any distance, that a task needs: those not yet taken down before it (SEMANTICS 12.1)."""
        task = self.tasks[number]
        if task.is_teardown:
            return ()
        setups = _members(self._before[number] & self._setups)
        return tuple(setup for setup in setups if self._holds(setup, number))

    def _holds(self, setup: int, number: int) -> bool:
        """Whether what a setup has set up is still there for a task: it has no teardown, or one after the task."""
        teardowns = [self.numbers[task] for task in self.tasks[setup].downstream if task.is_teardown]
        return not teardowns or any(self._after[number] >> teardown & 1 for teardown in teardowns)

    def priority(self, number: int) -> int:
        """The absolute priority of a task."""
        task = self.tasks[number]
        relatives = {WeightRule.DOWNSTREAM: self._after, WeightRule.UPSTREAM: self._before}.get(task.weight_rule)
        if relatives is None:
            return task.priority_weight
        return task.priority_weight + sum(
            weight * (tasks & relatives[number]).bit_count() for weight, tasks in self._of_weight.items()
        )

    def deciding(self) -> tuple[int, ...]:
        """The tasks whose ends decide about the run: the last ones, teardowns left out unless they may fail the run."""
        deciding = tuple(
            number
            for number, task in enumerate(self.tasks)
            if _counts(task) and not any(_counts(downstream) for downstream in task.downstream)
        )
        return deciding or tuple(number for number, task in enumerate(self.tasks) if not task.downstream)


def _counts(task: Operator) -> bool:
    return not task.is_teardown or task.on_failure_fail_dagrun


def _members(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
