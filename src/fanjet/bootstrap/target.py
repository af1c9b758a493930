"""From what people name of a run to what the engine is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from difflib import get_close_matches

from fanjet.bootstrap.requests import RerunOptions, Selection
from fanjet.engine.run_state import RunState
from fanjet.errors import OperationError
from fanjet.model.events import CancelRequested, MarkRequested, RerunRequested
from fanjet.model.paths import Path, show
from fanjet.model.reruns import RerunPlan
from fanjet.model.spec import DagSpec
from fanjet.model.states import State
from fanjet.store.queries import Reader
from fanjet.store.rows import RunRow, VersionRow

_NO_REASON = "by hand"


@dataclass(frozen=True, slots=True)
class Target:
    """A run as it is recorded now, of which something is asked."""

    row: RunRow
    version: VersionRow
    machine: RunState

    @property
    def spec(self) -> DagSpec:
        """Its DAG."""
        return self.version.spec

    def plan(self, request: RerunRequested) -> RerunPlan:
        """What a rerun would take."""
        return self.machine.plan_rerun(request)


def read_target(reader: Reader, run: str) -> Target:
    """Read a run with all that is recorded of it.

    Raises:
        OperationError: There is no such run.
    """
    row = reader.find_run(run)
    version = reader.get_version(row.info.number)
    history = reader.get_history(row.info.number)
    machine, _ = RunState.restore(row.info.number, version.spec, history, time.time(), status=row.state)
    return Target(row, version, machine)


def ask_rerun(target: Target, selection: Selection, options: RerunOptions) -> RerunRequested:
    """The request to run instances again.

    Raises:
        OperationError: There is no such task or instance.
    """
    tasks = tuple(_find_tasks(target, selection)) if selection.tasks else None
    _check_paths(target, tasks, selection)
    return RerunRequested(
        run=target.row.info.number,
        at=time.time(),
        tasks=tasks,
        paths=selection.paths or ((),),
        failed_only=options.failed_only,
        only=options.only,
    )


def ask_mark(target: Target, selection: Selection, state: State) -> MarkRequested:
    """The request to give instances a state.

    Raises:
        OperationError: There is no such task or instance.
    """
    (task,) = _find_tasks(target, selection)
    _check_paths(target, (task,), selection)
    return MarkRequested(
        run=target.row.info.number, at=time.time(), task=task, paths=selection.paths or ((),), state=int(state)
    )


def ask_cancel(target: Target, selection: Selection) -> CancelRequested:
    """The request to cancel a run, or instances of one task.

    Raises:
        OperationError: There is no such task or instance, or the run has ended.
    """
    number = target.row.info.number
    if target.row.ended_at is not None:
        raise OperationError(f"Run {number} has ended ({target.row.state.label}); there is nothing to cancel.")
    if not selection.tasks:
        return CancelRequested(run=number, at=time.time(), reason=_NO_REASON)
    (task,) = _find_tasks(target, selection)
    _check_paths(target, (task,), selection)
    return CancelRequested(run=number, at=time.time(), reason=_NO_REASON, task=task, paths=selection.paths or ((),))


def _find_tasks(target: Target, selection: Selection) -> list[int]:
    return [number for name in selection.tasks for number in _find_task(target, name)]


def _find_task(target: Target, name: str) -> list[int]:
    """The number of a task, or of all tasks of a group."""
    spec = target.spec
    numbers = [task.number for task in spec.tasks if task.task_id == name]
    if not numbers:
        inside = {name}
        for group in spec.groups:  # enclosing groups come first
            if group.parent in inside:
                inside.add(group.group_id)
        numbers = [task.number for task in spec.tasks if task.group in inside]
    if not numbers:
        ids = [task.task_id for task in spec.tasks] + [group.group_id for group in spec.groups]
        near = get_close_matches(name, ids, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Its tasks: {', '.join(ids[:10])}."
        raise OperationError(f"DAG {spec.dag_id!r} has no task or task group {name!r}.{hint}")
    return numbers


def _check_paths(target: Target, tasks: tuple[int, ...] | None, selection: Selection) -> None:
    for path in selection.paths:
        if path and not any(_has(target, task, path) for task in tasks or ()):
            raise OperationError(_explain_no_instance(target, tasks, path))


def _has(target: Target, task: int, path: Path) -> bool:
    return next(target.machine.find_instances(task, path), None) is not None


def _explain_no_instance(target: Target, tasks: tuple[int, ...] | None, path: Path) -> str:
    if not tasks:
        return "A map index goes with a task: name it with --task."
    task = target.spec.tasks[tasks[0]]
    known = sum(target.machine.counts(task.number))
    if len(path) > task.depth:
        many = " ".join(f"--map-index {position}" for position in path)
        levels = {0: "is not mapped", 1: "is mapped once"}.get(task.depth, f"has {task.depth} levels of maps")
        hint = f" For several instances write {many}." if task.depth == 1 else ""
        return f"Task {task.task_id!r} {levels}, so it has no instance {show(path)}.{hint}"
    return f"Task {task.task_id!r} has no instance {show(path)} in this run; it has {known:,} instances so far."


def is_owned(reader: Reader, run: int) -> bool:
    """Whether a process that may be alive carries the run out."""
    return reader.find_run(str(run)).owned
