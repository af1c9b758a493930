"""Reads from the store what became of a run, while its files are still there."""

from __future__ import annotations

import json
from pathlib import Path

from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.model.values import RETURN_VALUE
from fanjet.runtime.values import decode
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import InstanceRow
from fanjet.testing.instance_result import InstanceResult, Unreadable
from fanjet.testing.tape import Tape
from fanjet.testing.task_result import TaskResult


def read_tasks(home: Path, run: int, spec: DagSpec, tape: Tape) -> dict[str, TaskResult]:
    """The results of all tasks by id, in the order of the DAG."""
    with Reader.open(home) as reader:
        return {
            task.task_id: TaskResult(
                task.task_id,
                task.depth,
                [_make_instance(task, row, tape) for row in reader.iter_instances(run, task.number)],
            )
            for task in spec.tasks
        }


def _make_instance(task: TaskSpec, row: InstanceRow, tape: Tape) -> InstanceResult:
    tries = tape.tries.get((task.number, row.path), [])
    encoded = dict(tries[-1].pushed) if tries else {}
    if row.value is not None:
        encoded[RETURN_VALUE] = row.value
    return InstanceResult(
        task_id=task.task_id,
        map_index=row.path,
        state=row.state.label,
        label=row.label,
        reason=row.error,
        rendered=json.loads(row.rendered) if row.rendered else {},
        tries=tries,
        xcoms={key: _decode(data) for key, data in encoded.items()},
    )


def _decode(data: bytes) -> object:
    try:
        return decode(data)
    except Exception as error:  # noqa: BLE001 - a value of the author's class; told when somebody asks for it
        return Unreadable(error)
