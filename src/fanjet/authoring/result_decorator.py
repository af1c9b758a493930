"""`@result`: marks the task whose value is the result of its DAG."""

from __future__ import annotations

from typing import Any

from fanjet.authoring.definition import find_definition
from fanjet.authoring.task_decorator import TaskDecorator
from fanjet.errors import DagTypeError


def result(decorated: Any) -> TaskDecorator:
    """Make what a task returns the result of its DAG; stands above ``@task``.

    Args:
        decorated: The decorated function. One call of it is a task with the result; a second is a mistake.

    Raises:
        DagTypeError: It is no decorated function.
    """
    if isinstance(decorated, TaskDecorator):
        marked = decorated.override()
        marked.is_dag_result = True
        return marked
    here = find_definition()
    name = getattr(decorated, "__name__", None)
    what = f"'{name}'" if name else f"a value of type {type(decorated).__name__}"
    raise DagTypeError(
        f"@result marks tasks, not {what}.",
        fix="write @result in the line above @task; give what a call of a task gave to dag.add_result(...)",
        **(here._asdict() if here else {}),
    )
