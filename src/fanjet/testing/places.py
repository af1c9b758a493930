"""Names of tasks and instances as tests write them: ``train``, ``train[3]``, ``fit[3,7]``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from fanjet.errors import OperationError
from fanjet.model.paths import Path, parse, show
from fanjet.model.spec import DagSpec, TaskSpec

_PLACE = re.compile(r"(?P<task>[^\[\]]+)(?:\[(?P<index>[\d, ]+)\])?")


class UnknownTaskError(OperationError, KeyError):
    """A DAG has no task of a name that a test gives."""

    def __str__(self) -> str:
        """The message as it is; a KeyError would quote it."""
        return str(self.args[0])


class UnknownInstanceError(OperationError, IndexError):
    """A task has no instance at an index that a test gives."""


def find_place(spec: DagSpec, name: str, where: str) -> tuple[TaskSpec, Path | None]:
    """The task, and the map index if there is one, of a name such as ``train[3]``.

    Args:
        spec: The DAG.
        name: The name.
        where: Words for error messages, such as ``values``.

    Raises:
        UnknownTaskError: There is no such task.
        OperationError: The index cannot be one of this task.
    """
    match = _PLACE.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise OperationError(f"{where}: {name!r} names no task. Fix: write 'train' or, for one instance, 'train[3]'.")
    task = find_task(spec, match["task"], where)
    if match["index"] is None:
        return task, None
    path = parse(match["index"])
    if len(path) != task.depth:
        raise OperationError(f"{where}: {name!r} cannot be: {say_depth(task)}.")
    return task, path


def find_task(spec: DagSpec, task_id: str, where: str) -> TaskSpec:
    """The task with this id.

    Raises:
        UnknownTaskError: There is none.
    """
    for task in spec.tasks:
        if task.task_id == task_id:
            return task
    raise UnknownTaskError(
        f"{where}: DAG '{spec.dag_id}' has no task {task_id!r}. "
        + say_nearest(task_id, [task.task_id for task in spec.tasks])
    )


def say_nearest(name: str, known: Iterable[str]) -> str:
    """A sentence with the nearest name, or with all."""
    names = list(known)
    near = get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(map(repr, names)) or 'none'}."


def say_depth(task: TaskSpec) -> str:
    """How instances of a task are named."""
    if not task.depth:
        return f"'{task.task_id}' is not mapped and has no index"
    example = ",".join("370"[: task.depth]) if task.depth <= 3 else ",".join("0" * task.depth)
    return f"an index of '{task.task_id}' has {task.depth} positions, as in '{task.task_id}[{example}]'"


def show_instance(task_id: str, path: Path) -> str:
    """``train``, ``train[3]``, ``fit[3,7]``."""
    return f"{task_id}[{show(path)}]" if path else task_id
