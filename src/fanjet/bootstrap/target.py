"""From what people name of a run to what the engine is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain

from fanjet.bootstrap.requests import RerunOptions, Selection
from fanjet.engine.run_state import RunState
from fanjet.errors import OperationError
from fanjet.model.events import CancelRequested, MarkRequested, RerunRequested
from fanjet.model.instants import now
from fanjet.model.path_ranges import say_paths
from fanjet.model.paths import Path, show
from fanjet.model.reruns import RerunPlan
from fanjet.model.spec import DagSpec
from fanjet.model.states import State
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import RunRow, VersionRow

_NO_REASON = "by hand"
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Target:
    """A run as it is recorded now, of which something is asked."""

    row: RunRow
    version: VersionRow
    machine: RunState
    #: By task: what workers have in their hands now, which the machine does not know.
    running: Mapping[int, Collection[Path]]

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
    machine, _ = RunState.restore(row.info.number, version.spec, history, now(), status=row.state)
    running = {
        task.number: {each.path for each in reader.running(row.info.number, task.number)}
        for task in (version.spec.tasks if row.owned else ())
    }
    return Target(row, version, machine, running)


def ask_rerun(target: Target, selection: Selection, options: RerunOptions) -> RerunRequested:
    """The request to run instances again.

    Raises:
        OperationError: There is no such task or instance.
    """
    found = {name: find_tasks(target.spec, name) for name in selection.tasks}
    _check_paths(target, found, selection)
    return RerunRequested(
        run=target.row.info.number,
        at=now(),
        tasks=tuple(dict.fromkeys(chain.from_iterable(found.values()))) or None,
        paths=selection.paths or ((),),
        failed_only=options.failed_only,
        only=options.only,
    )


def ask_mark(target: Target, selection: Selection, state: State) -> MarkRequested:
    """The request to give instances a state.

    Raises:
        OperationError: There is no such task or instance.
    """
    return MarkRequested(
        run=target.row.info.number,
        at=now(),
        task=_find_one(target, selection),
        paths=selection.paths or ((),),
        state=int(state),
    )


def ask_cancel(target: Target, selection: Selection) -> CancelRequested:
    """The request to cancel a run, or instances of one task.

    Raises:
        OperationError: There is no such task or instance, or the run has ended.
    """
    refuse_ended(target)
    number = target.row.info.number
    if not selection.tasks:
        return CancelRequested(run=number, at=now(), reason=_NO_REASON)
    task = _find_one(target, selection)
    return CancelRequested(run=number, at=now(), reason=_NO_REASON, task=task, paths=selection.paths or ((),))


def _find_one(target: Target, selection: Selection) -> int:
    """The number of the one task that is meant, which has all the instances that are meant."""
    (name,) = selection.tasks
    numbers = find_tasks(target.spec, name)
    if target.spec.tasks[numbers[0]].task_id != name:
        inside = ", ".join(target.spec.tasks[number].task_id for number in numbers[:_MOST_NAMED])
        raise OperationError(f"{name!r} is a task group. Name one of its tasks: {inside}.")
    _check_paths(target, {name: numbers}, selection)
    return numbers[0]


def find_tasks(spec: DagSpec, name: str) -> list[int]:
    """The number of a task, or of all tasks of a group.

    Raises:
        OperationError: There is neither; near names are suggested.
    """
    numbers = [task.number for task in spec.tasks if task.task_id == name]
    if not numbers:
        inside = {name}
        for group in spec.groups:  # enclosing groups come first
            if group.parent in inside:
                inside.add(group.group_id)
        numbers = [task.number for task in spec.tasks if task.group in inside]
    if numbers:
        return numbers
    ids = [task.task_id for task in spec.tasks] + [group.group_id for group in spec.groups]
    near = [known for known in ids if known.endswith(f".{name}")][:3] or get_close_matches(name, ids, n=1)
    more = ", ..." if len(spec.tasks) > _MOST_NAMED else ""
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Its tasks: {', '.join(ids[:_MOST_NAMED])}{more}."
    raise OperationError(f"DAG {spec.dag_id!r} has no task or task group {name!r}. {hint}")


def _check_paths(target: Target, found: dict[str, list[int]], selection: Selection) -> None:
    """Every path that is named must be there, and every task must have one of them."""
    paths = [path for path in selection.paths if path]
    has = {
        (name, path): any(next(target.machine.find_instances(task, path), None) for task in tasks)
        for name, tasks in found.items()
        for path in paths
    }
    for path in paths:
        if not any(has[name, path] for name in found):
            raise OperationError(_explain_no_instance(target, found, path))
    for name in found if paths else ():
        if () not in selection.paths and not any(has[name, path] for path in paths):
            raise OperationError(
                f"{name!r} has none of the named instances in run {target.row.info.number}. A map index is for all "
                "named tasks; give each its own in brackets with a rerun of its own."
            )


def _explain_no_instance(target: Target, found: dict[str, list[int]], path: Path) -> str:
    name, tasks = next(iter(found.items()))
    task, run = target.spec.tasks[tasks[0]], target.row.info.number
    paths = [known for known, _ in target.machine.find_instances(task.number, ())]
    if len(path) > task.depth:
        many = " ".join(f"--map-index {position}" for position in path)
        levels = {0: "is not mapped", 1: "is mapped once"}.get(task.depth, f"has {task.depth} levels of maps")
        hint = f" For several instances write {many}." if task.depth == 1 else ""
        return f"{name!r} {levels}, so it has no instance {show(path)}.{hint}"
    if not paths:
        return f"{name!r} has no instances yet in run {run}."
    if paths == [()]:
        return f"The map of {name!r} has not expanded in run {run}, so there is no instance {show(path)}."
    ranges = say_paths(paths)
    more = " ..." if len(ranges) > _MOST_NAMED else ""
    return f"{name!r} has no instance {show(path)} in run {run}; it has {'  '.join(ranges[:_MOST_NAMED])}{more}."


def refuse_ended(target: Target) -> None:
    """Refuse to cancel a run that is over.

    Raises:
        OperationError: It is.
    """
    row = target.row
    if row.ended_at is not None:
        raise OperationError(f"Run {row.info.number} has ended ({row.state.label}); there is nothing to cancel.")


def is_owned(reader: Reader, run: int) -> bool:
    """Whether a process that may be alive carries the run out."""
    return reader.find_run(str(run)).owned
