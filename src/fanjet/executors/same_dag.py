"""Whether what was loaded is what a run executes: its tasks and maps, in their places."""

from __future__ import annotations

from collections.abc import Sequence

from fanjet.errors import OperationError
from fanjet.model.programs import Program
from fanjet.model.spec import DagSpec, TaskSpec


def find_difference(wanted: DagSpec, loaded: Sequence[DagSpec]) -> str | None:
    """In what a DAG differs from the one of the same id that was loaded; None when a run of it can go on there.

    Only that counts which tells workers what a task number and a map number mean. Texts, limits and the like may
    differ: the engine goes by those that the run began with.
    """
    found = next((spec for spec in loaded if spec.dag_id == wanted.dag_id), None)
    if found is None:
        names = ", ".join(repr(spec.dag_id) for spec in loaded)
        return f"DAG {wanted.dag_id!r} is not in it; it has {names}" if names else f"DAG {wanted.dag_id!r} is not in it"
    return _find_task_difference(wanted, found) or (None if wanted.maps == found.maps else "its maps are others")


def _find_task_difference(wanted: DagSpec, found: DagSpec) -> str | None:
    ids, found_ids = {task.task_id for task in wanted.tasks}, {task.task_id for task in found.tasks}
    if gone := ids - found_ids:
        return f"task {min(gone)!r} is not there any more"
    if new := found_ids - ids:
        return f"task {min(new)!r} is new"
    for task, other in zip(wanted.tasks, found.tasks, strict=True):
        if _describe(task) != _describe(other):
            return f"task {task.task_id!r} has another place in it"
    return None


def _describe(task: TaskSpec) -> tuple[object, ...]:
    return (task.task_id, task.kind, task.scope, task.map, task.upstream, task.feeds_map)


def require_dag(program: Program, loaded: Sequence[DagSpec]) -> None:
    """Refuse a program that is not the one that was loaded.

    Raises:
        OperationError: It is another.
    """
    difference = find_difference(program.spec, loaded)
    if difference is not None:
        raise OperationError(f"{program.path} is not what this process has loaded: {difference}.")
