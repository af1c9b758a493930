"""The functions behind the decorators of `airflow.decorators`, under the names that they have there."""

from __future__ import annotations

from typing import Any

from fanjet.authoring.task_decorator import task

python_task = task.python
branch_task = task.branch
short_circuit_task = task.short_circuit


def __getattr__(name: str) -> Any:
    """``bash_task`` is ``task.bash``, and so on."""
    kind, _, suffix = name.rpartition("_")
    if suffix != "task" or not kind:
        raise AttributeError(name)
    return getattr(task, kind)
