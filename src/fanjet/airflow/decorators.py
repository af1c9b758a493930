"""The functions behind the decorators of `airflow.decorators`, under the names that they have there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fanjet.authoring.context_stack import find_place
from fanjet.authoring.decorated import DecoratedOperator
from fanjet.authoring.task_decorator import decorate, task

python_task = task.python
branch_task = task.branch
short_circuit_task = task.short_circuit


def task_decorator_factory(
    python_callable: Callable[..., Any] | None = None,
    *,
    multiple_outputs: bool | None = None,
    decorated_operator_class: type[DecoratedOperator],
    **options: Any,
) -> Any:
    """The decorator for a class of operators; files make decorators of their own with it.

    Args:
        python_callable: The function, where the decorator is used without arguments.
        multiple_outputs: Whether each key of the result is a value too; None leaves it to the annotation.
        decorated_operator_class: The class, which derives from `DecoratedOperator`.
        options: Its arguments.
    """
    if multiple_outputs is not None:
        options["multiple_outputs"] = multiple_outputs
    return decorate(decorated_operator_class, python_callable, options)


def get_unique_task_id(task_id: str, dag: Any = None, task_group: Any = None) -> str:
    """An id that no task of the DAG has yet."""
    place, group = find_place(dag, task_group)
    return task_id if place is None or group is None else place.free_task_id(task_id, group)


def __getattr__(name: str) -> Any:
    """``bash_task`` is ``task.bash``, and so on."""
    kind, _, suffix = name.rpartition("_")
    if suffix != "task" or not kind:
        raise AttributeError(name)
    return getattr(task, kind)
