"""Which tasks a branch or a short circuit skips."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.spec import DagSpec, TaskSpec


class Graph:
    """What lies downstream of what in one DAG.

    Args:
        spec: The DAG.
    """

    def __init__(self, spec: DagSpec) -> None:
        self._spec = spec
        self._downstream: list[list[int]] = [[] for _ in spec.tasks]
        for task in spec.tasks:
            for number in task.upstream:
                self._downstream[number].append(task.number)
        self._by_id = {task.task_id: task.number for task in spec.tasks}
        self._groups = {group.group_id: group for group in spec.groups}

    def skipped_by_branch(self, task: TaskSpec, chosen: Any) -> tuple[int, ...]:
        """The tasks right after a branch that are neither chosen nor downstream of what is chosen.

        Args:
            task: The branch.
            chosen: What it returned: ids of tasks or groups, or None for nothing.

        Raises:
            DagTypeError: It returned something else.
            DagValueError: There is no task or group of such an id.
        """
        kept: set[int] = set()
        for task_id in self._chosen_ids(task, chosen):
            for number in self._numbers(task, task_id):
                kept.add(number)
                kept |= self._all_after(number)
        return tuple(number for number in self._downstream[task.number] if number not in kept)

    def skipped_by_short_circuit(self, task: TaskSpec, *, only_next: bool) -> tuple[int, ...]:
        """All tasks after a short circuit, or only those right after it; teardowns still run (SEMANTICS 11.2)."""
        after: Iterable[int] = self._downstream[task.number] if only_next else sorted(self._all_after(task.number))
        return tuple(number for number in after if not self._spec.tasks[number].is_teardown)

    def _chosen_ids(self, task: TaskSpec, chosen: Any) -> list[str]:
        if chosen is None:
            return []
        ids = [chosen] if isinstance(chosen, str) else list(chosen) if isinstance(chosen, Iterable) else [chosen]
        for task_id in ids:
            if not isinstance(task_id, str):
                raise DagTypeError(
                    f"Branch '{task.task_id}' returned {task_id!r} of type {type(task_id).__name__}.",
                    fix="return the id of a task or task group, a list of ids, or None to skip all",
                )
        return ids

    def _numbers(self, task: TaskSpec, task_id: str) -> list[int]:
        """The task of this id, or the first tasks of the group of this id."""
        if task_id in self._by_id:
            return [self._by_id[task_id]]
        if task_id in self._groups:
            inside = [member.number for member in self._spec.tasks if self._is_in(member.group, task_id)]
            return [n for n in inside if not any(up in inside for up in self._spec.tasks[n].upstream)]
        after = ", ".join(repr(self._spec.tasks[number].task_id) for number in self._downstream[task.number])
        raise DagValueError(
            f"Branch '{task.task_id}' returned '{task_id}', which is no task and no task group of the DAG.",
            fix=f"return full ids, with the prefixes of groups; right after it come {after or 'no tasks'}",
        )

    def _is_in(self, group: str | None, ancestor: str) -> bool:
        while group is not None:
            if group == ancestor:
                return True
            group = self._groups[group].parent
        return False

    def _all_after(self, number: int) -> set[int]:
        found: set[int] = set()
        waiting = [number]
        while waiting:
            for after in self._downstream[waiting.pop()]:
                if after not in found:
                    found.add(after)
                    waiting.append(after)
        return found
