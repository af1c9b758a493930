"""From what people write to the run, the task and the instances that they mean."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import msgspec

from fanjet.cli.progress_closing import instance_name
from fanjet.cli.quantities import say_count
from fanjet.errors import OperationError
from fanjet.model import paths
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.model.states import State
from fanjet.settings import Settings, load_settings
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import RunRow

_MOST_NAMED = 10


def settings_of(home: Path | None) -> Settings:
    """The settings of a command that only reads; `home` is its flag."""
    return load_settings({"home": home and str(home)})


class Found(msgspec.Struct, frozen=True):
    """A task of a run, and the path of the instance that is meant, as far as it was given."""

    run: RunRow
    spec: DagSpec
    task: TaskSpec
    path: paths.Path | None


def find_run(reader: Reader, text: str | None) -> RunRow:
    """The run with this number, id or start of an id; the latest for None and ``-``.

    Raises:
        OperationError: There is none, or several.
    """
    if text is not None and text != "-":
        return reader.find_run(text)
    latest = reader.list_runs(limit=1)
    if not latest:
        raise OperationError("There are no runs yet: `fanjet run FILE` makes the first.")
    return latest[0]


def find_task(reader: Reader, run: str | None, task: str, path: paths.Path | None) -> Found:
    """A task of a run. The task may carry its map index: ``train[3,7]``.

    Raises:
        OperationError: There is no such run or task; near names are suggested.
    """
    row = find_run(reader, run)
    spec = reader.get_spec(row.info.number)
    name, bracket, rest = task.partition("[")
    if bracket and rest.endswith("]"):
        path = _parse_path(task, rest[:-1])
        task = name
    try:
        return Found(row, spec, spec.task(task), path)
    except KeyError:
        raise OperationError(_explain_no_task(row, spec, task)) from None


def _parse_path(task: str, text: str) -> paths.Path:
    try:
        return paths.parse(text)
    except ValueError:
        raise OperationError(
            f"{task!r} has no map index in its brackets; write for example train[3] or fit[3,7]."
        ) from None


def _explain_no_task(run: RunRow, spec: DagSpec, task: str) -> str:
    ids = [known.task_id for known in spec.tasks]
    ends = [task_id for task_id in ids if task_id.endswith(f".{task}")]
    near = ends[:3] or get_close_matches(task, ids, n=3)
    if near:
        hint = f"Did you mean {' or '.join(near)}?"
    elif len(ids) <= _MOST_NAMED:
        hint = f"It has {', '.join(ids)}."
    else:
        hint = f"`fanjet show {run.info.number}` lists its tasks."
    return f"DAG {spec.dag_id!r} has no task {task!r}. {hint}"


def get_path(reader: Reader, found: Found, command: str) -> paths.Path:
    """The path of the one instance that is meant.

    Args:
        reader: The database.
        found: The task, with or without a path.
        command: The command to show in the error, for example ``fanjet logs``.

    Raises:
        OperationError: The task has several instances and none was named, or none like the named one.
    """
    run, task = found.run.info.number, found.task
    if found.path is None and not task.depth:
        return ()
    prefix = found.path or ()
    if len(prefix) > task.depth:
        raise OperationError(_explain_depth(found, prefix))
    if found.path is not None and (len(prefix) == task.depth or reader.find_instance(run, task.number, prefix)):
        _refuse_missing(reader, found, prefix)
        return prefix
    rows = reader.instances(run, task.number, prefix, limit=2)
    if len(rows) == 1:
        return rows[0].path
    raise OperationError(_explain_choice(reader, found, prefix, command))


def _refuse_missing(reader: Reader, found: Found, path: paths.Path) -> None:
    run, task = found.run.info.number, found.task
    if reader.find_instance(run, task.number, path) or reader.tries(run, task.number, path):
        return
    name = instance_name(task.task_id, path)
    lengths = {(number, parent): count for number, parent, count in reader.map_lengths(run)}
    inner = task.map if task.map is not None else (task.scope[-1] if task.scope else None)
    count = None if inner is None or not path else lengths.get((inner, path[:-1]))
    if count is not None and path[-1] >= count:
        around = f" under {paths.show(path[:-1])}" if path[:-1] else ""
        have = f"the indexes 0 to {count - 1}" if count else "no indexes"
        raise OperationError(f"There is no instance {name} in run {run}: {task.task_id} has {have}{around}.")
    if found.run.ended_at is not None:
        raise OperationError(f"There is no instance {name} in run {run}.")
    raise OperationError(f"Nothing is recorded of {name} in run {run}: it has not started.")


def _explain_depth(found: Found, path: paths.Path) -> str:
    task, depth = found.task, found.task.depth
    if not depth:
        return f"{task.task_id} is not mapped; leave the map index {paths.show(path)} out."
    return (
        f"The map index {paths.show(path)} has {len(path)} positions; {task.task_id} has {say_count(depth, 'level')}."
    )


def _explain_choice(reader: Reader, found: Found, prefix: paths.Path, command: str) -> str:
    run, task = found.run.info.number, found.task
    counts = reader.counts(run).get(task.number)
    recorded = sum(counts.counts) if counts else 0
    under = f" under {paths.show(prefix)}" if prefix else ""
    failed = reader.instances(run, task.number, prefix, states={State.FAILED}, limit=_MOST_NAMED + 1)
    examples = failed or reader.instances(run, task.number, prefix, limit=1)
    if not examples:
        return f"Nothing is recorded of {task.task_id}{under} in run {run}: it has not started."
    shown = paths.show(examples[0].path)
    example_command = f"`{command} {run} {task.task_id} --map-index {shown}`"
    text = f"{task.task_id} is mapped: say which instance, for example {example_command}."
    if failed:
        more = " ..." if len(failed) > _MOST_NAMED else ""
        indexes = " ".join(paths.show(row.path) for row in failed[:_MOST_NAMED])
        return f"{text} Failed{under}: {indexes}{more}"
    return f"{text} {say_count(recorded, 'instance')} recorded, none failed{under}."
