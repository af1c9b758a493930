"""A DAG without some of its tasks and maps, the others numbered anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

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
from fanjet.model.spec import DagSpec, GroupSpec, MapSpec, TaskSpec


class Renumbering:
    """Old numbers and new ones.

    Args:
        tasks: The numbers of the tasks that stay, ascending.
        maps: Those of their maps, ascending.
    """

    def __init__(self, tasks: Sequence[int], maps: Sequence[int]) -> None:
        #: The new number by the old one.
        self.tasks = {old: new for new, old in enumerate(tasks)}
        self.maps = {old: new for new, old in enumerate(maps)}

    def cut(self, spec: DagSpec, *, roots: Collection[int], measured: Collection[int]) -> DagSpec:
        """The DAG of what stays.

        Args:
            spec: The whole DAG.
            roots: Tasks that wait for nothing any more; numbers in the whole DAG, as all here.
            measured: Maps whose lengths a worker is asked for, as their sources are gone.
        """
        tasks = tuple(self._cut_task(spec.tasks[old], is_root=old in roots) for old in self.tasks)
        return msgspec.structs.replace(
            spec,
            tasks=tasks,
            maps=tuple(self._cut_map(spec.maps[old], is_measured=old in measured) for old in self.maps),
            groups=self._cut_groups(spec),
            labels=(),
            leaves=_find_leaves(tasks),
            result=None if spec.result is None else self.tasks.get(spec.result),
        )

    def _cut_task(self, task: TaskSpec, *, is_root: bool) -> TaskSpec:
        return msgspec.structs.replace(
            task,
            number=self.tasks[task.number],
            scope=tuple(self.maps[each] for each in task.scope),
            map=None if task.map is None else self.maps[task.map],
            upstream=() if is_root else self._staying(task.upstream),
            setups=() if is_root else self._staying(task.setups),
        )

    def _staying(self, tasks: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.tasks[each] for each in tasks if each in self.tasks)

    def _cut_map(self, spec: MapSpec, *, is_measured: bool) -> MapSpec:
        return msgspec.structs.replace(
            spec,
            number=self.maps[spec.number],
            scope=tuple(self.maps[each] for each in spec.scope),
            length=MeasuredLength(()) if is_measured else self._renumber(spec.length),
            task=None if spec.task is None else self.tasks[spec.task],
        )

    def _cut_groups(self, spec: DagSpec) -> tuple[GroupSpec, ...]:
        parents = {group.group_id: group.parent for group in spec.groups}
        kept = {group for old in self.tasks for group in enclosing_groups(spec.tasks[old].group, parents)}
        return tuple(
            msgspec.structs.replace(group, map=None if group.map is None else self.maps[group.map])
            for group in spec.groups
            if group.group_id in kept
        )

    def _renumber(self, length: LengthSpec) -> LengthSpec:
        match length:
            case LiteralLength():
                return length
            case ResultLength(task):
                return ResultLength(self.tasks[task])
            case ValuesLength(task):
                return ValuesLength(self.tasks[task])
            case MeasuredLength(sources):
                return MeasuredLength(tuple(self.tasks[each] for each in sources))
            case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
                return type(length)(tuple(map(self._renumber, parts)))


def enclosing_groups(group: str | None, parents: Mapping[str, str | None]) -> list[str]:
    """A group and those around it, innermost first.

    Args:
        group: Its id; None for the top.
        parents: The id of the enclosing group by id.
    """
    found = []
    while group is not None:
        found.append(group)
        group = parents[group]
    return found


def _find_leaves(tasks: Sequence[TaskSpec]) -> tuple[int, ...]:
    """The tasks whose ends decide about the run: see `fanjet.parsing.spec_builder_graph.Graph.deciding`."""
    counting = {task.number for task in tasks if not task.is_teardown or task.on_failure_fail_dagrun}
    followed = {number for task in tasks if task.number in counting for number in task.upstream}
    all_followed = {number for task in tasks for number in task.upstream}
    return tuple(sorted(counting - followed)) or tuple(task.number for task in tasks if task.number not in all_followed)
