"""Which branches a mapped group waits for before it expands.

A branch that leaves out a group that has not expanded leaves one skipped instance for each of its tasks (SEMANTICS
11.1). Were the group to expand as soon as its length is known, it would depend on chance whether there is one such
instance or one for each index. So a group over task output waits for the branches and short circuits without which
none of its tasks could start anyway: those before every first task of the group.
"""

from __future__ import annotations

from collections.abc import Sequence

from fanjet.model.spec import DagSpec, MapSpec, TaskSpec


def find_guards(spec: DagSpec, group: MapSpec, members: Sequence[int]) -> list[int]:
    """The branches outside the group that come before all of its first tasks and after none of its tasks."""
    if not any(_may_guard(task, group) for task in spec.tasks):
        return []
    before = _ancestors(spec)
    inside = sum(1 << number for number in members)
    firsts = [number for number in members if not _set_of(spec.tasks[number].upstream) & inside]
    return [
        task.number
        for task in spec.tasks
        if _may_guard(task, group)
        and not inside >> task.number & 1
        and not before[task.number] & inside
        and firsts
        and all(before[first] >> task.number & 1 for first in firsts)
    ]


def _may_guard(task: TaskSpec, group: MapSpec) -> bool:
    return (
        task.kind in {"branch", "short_circuit"} and task.map is None and task.scope == group.scope[: len(task.scope)]
    )


def _ancestors(spec: DagSpec) -> list[int]:
    """By task: everything before it, as a set of bits."""
    before: list[int] = []
    for task in spec.tasks:
        known = _set_of(task.upstream)
        for number in task.upstream:
            known |= before[number]
        before.append(known)
    return before


def _set_of(numbers: Sequence[int]) -> int:
    return sum(1 << number for number in set(numbers))
