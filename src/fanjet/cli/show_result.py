"""The result of a DAG in `fanjet show`."""

from __future__ import annotations

from typing import Any

from fanjet.cli.quantities import say_count
from fanjet.cli.shown_values import value_line
from fanjet.runtime.values import to_json
from fanjet.store.queries.dag_results import DagResult
from fanjet.store.queries.rows import RunRow

#: So much of a value is enough for one line.
_VALUE_CHARS = 200


def result_line(run: RunRow, result: DagResult) -> str:
    """``total: 42``; where there are many values, how many and the command that prints them."""
    task_id = result.task.task_id
    if not result.succeeded:
        return f"none: {task_id} has not succeeded" if run.ended_at else f"that of {task_id}, not there yet"
    if result.is_mapped:
        return f"{say_count(result.succeeded, 'value')} of {task_id}: {_command(run, result)}"
    text = "null" if result.value is None else value_line(result.value)
    return f"{task_id}: {text if len(text) <= _VALUE_CHARS else text[: _VALUE_CHARS - 3] + '...'}"


def result_as_data(run: RunRow, result: DagResult | None) -> dict[str, Any]:
    """For `--json`: the key ``result``, or nothing where there is none, or not yet."""
    if result is None or not result.succeeded:
        return {}
    if result.is_mapped:
        command = f"{_command(run, result)} --limit 0 --json"
        return {"result": {"task_id": result.task.task_id, "count": result.succeeded, "command": command}}
    return {"result": None if result.value is None else to_json(result.value)}


def _command(run: RunRow, result: DagResult) -> str:
    return f"fanjet xcom {run.info.number} {result.task.task_id}"
