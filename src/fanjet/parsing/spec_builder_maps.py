"""The maps of a DAG: their numbers, the maps around them, and how their lengths follow from results."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from fanjet.authoring.dag import DAG
from fanjet.authoring.expand_input import ExpandInput, KwargsInput
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.literal_items import LiteralItems
from fanjet.authoring.literals import find_lazy
from fanjet.authoring.mapped_argument import MappedArgument
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import Operator
from fanjet.authoring.sources import Source
from fanjet.authoring.task_group import TaskGroup
from fanjet.authoring.value_algebra import ConcatXComArg, MapXComArg, ZipXComArg
from fanjet.authoring.xcom_arg import XComArg
from fanjet.errors import InvariantError
from fanjet.model.lengths import (
    LengthSpec,
    LiteralLength,
    LongestLength,
    MeasuredLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
)
from fanjet.model.spec import MapSpec


class MapTable:
    """All maps of a DAG: those of groups in the order in which they were written, then those of tasks.

    Args:
        dag: The DAG.
        tasks: Its tasks in the order of their numbers.
    """

    def __init__(self, dag: DAG, tasks: list[Operator]) -> None:
        self._numbers = {task: number for number, task in enumerate(tasks)}
        groups = [group for group in dag.task_groups.values() if group.expand_input and any(group.iter_tasks())]
        mapped = [task for task in tasks if isinstance(task, MappedOperator)]
        self._of_group = {group: number for number, group in enumerate(groups)}
        self._of_task = {task: number for number, task in enumerate(mapped, start=len(groups))}
        self.inputs: list[ExpandInput] = [
            *(group.get_expand_input() for group in groups),
            *(task.expand_input for task in mapped),
        ]
        self.specs: tuple[MapSpec, ...] = (
            *(self._group_spec(group) for group in groups),
            *(self._task_spec(task) for task in mapped),
        )
        #: The tasks whose single results maps run over.
        self.feeding = {number for spec in self.specs for number in _single_results(spec.length)}

    def find_group(self, group: TaskGroup) -> int | None:
        """The map of a group itself, None if it has none."""
        return self._of_group.get(group)

    def find_task(self, task: Operator) -> int | None:
        """The map of a task itself, None if it has none."""
        return self._of_task.get(task) if isinstance(task, MappedOperator) else None

    def scope(self, group: TaskGroup | None) -> tuple[int, ...]:
        """The maps of a group and of those around it, outermost first."""
        return tuple(self._of_group[mapped] for mapped in group.mapped_groups()) if group else ()

    def _group_spec(self, group: TaskGroup) -> MapSpec:
        scope = self.scope(group.parent_group)
        return MapSpec(
            number=self._of_group[group],
            scope=scope,
            length=self._length(group.get_expand_input(), scope),
            task=None,
            group=group.group_id,
        )

    def _task_spec(self, task: MappedOperator) -> MapSpec:
        scope = self.scope(task.task_group)
        return MapSpec(
            number=self._of_task[task],
            scope=scope,
            length=self._length(task.expand_input, scope),
            task=self._numbers[task],
            group=None,
        )

    def _length(self, expand_input: ExpandInput, scope: tuple[int, ...]) -> LengthSpec:
        sources = list(expand_input.sources())
        if any(_looks_inside(source) for source in sources):
            awaited = dict.fromkeys(task for source in sources for task in _awaited(source))
            return MeasuredLength(tuple(self._numbers[task] for task in awaited))
        factors = tuple(self._length_of(source, scope) for source in sources)
        return factors[0] if isinstance(expand_input, KwargsInput) or len(factors) == 1 else _product(factors)

    def _length_of(self, source: Source, scope: tuple[int, ...]) -> LengthSpec:
        if not isinstance(source, LazyValue):
            return LiteralLength(len(source))
        if isinstance(source, XComArg):
            return self._length_of_output(source.operator, scope)
        if isinstance(source, MapXComArg):
            return self._length_of(source.source, scope)
        if isinstance(source, LiteralItems):
            return LiteralLength(len(source.collection))
        if isinstance(source, ConcatXComArg | ZipXComArg):
            parts = tuple(self._length_of(part, scope) for part in source.sources)
            if isinstance(source, ConcatXComArg):
                return SumLength(parts)
            return LongestLength(parts) if source.is_longest else ShortestLength(parts)
        raise InvariantError(f"{source!r} has no length")

    def _length_of_output(self, task: Operator, scope: tuple[int, ...]) -> LengthSpec:
        """Of one result, or of the values that the task has in instances which the scope tells apart no further."""
        is_single = not isinstance(task, MappedOperator) and self.scope(task.task_group) == scope[: _depth(task)]
        return ResultLength(self._numbers[task]) if is_single else ValuesLength(self._numbers[task])


def _product(factors: tuple[LengthSpec, ...]) -> LengthSpec:
    """Over literals alone it is the length of a literal too, so that the instances exist from the start."""
    counts = [factor.count for factor in factors if isinstance(factor, LiteralLength)]
    return LiteralLength(prod(counts)) if len(counts) == len(factors) else ProductLength(factors)


def _depth(task: Operator) -> int:
    return len(task.task_group.mapped_groups()) if task.task_group else 0


def _looks_inside(source: Source) -> bool:
    """Whether the length of a source depends on the inside of a value: on the argument of a mapped group."""
    if isinstance(source, MapXComArg):
        return _looks_inside(source.source)
    if isinstance(source, ConcatXComArg | ZipXComArg):
        return any(_looks_inside(part) for part in source.sources)
    return isinstance(source, MappedArgument)


def _awaited(source: Source) -> Iterator[Operator]:
    """The tasks whose results a length needs. What a mapped group runs over is known inside it."""
    if isinstance(source, XComArg):
        yield source.operator
    elif isinstance(source, MapXComArg):
        yield from _awaited(source.source)
    elif isinstance(source, ConcatXComArg | ZipXComArg):
        for part in source.sources:
            yield from _awaited(part)
    elif isinstance(source, MappedArgument):
        for outer in source.group.get_expand_input().sources():
            yield from _inside(outer)


def _inside(source: Source) -> Iterator[Operator]:
    """The tasks whose results are parts of single items of a source; its length does not wait for them."""
    if isinstance(source, MapXComArg):
        yield from _inside(source.source)
    elif isinstance(source, ConcatXComArg | ZipXComArg):
        for part in source.sources:
            yield from _inside(part)
    elif isinstance(source, MappedArgument):
        yield from _awaited(source)
    elif not isinstance(source, LazyValue):
        for lazy in find_lazy(source):
            yield from lazy.references()


def _single_results(length: LengthSpec) -> Iterator[int]:
    match length:
        case ResultLength(task):
            yield task
        case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
            for part in parts:
                yield from _single_results(part)
