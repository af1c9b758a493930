"""The result of a DAG: what one of its tasks returns, marked by its author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fanjet.authoring.definition import find_definition
from fanjet.authoring.xcom_arg import XComArg
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.values import RETURN_VALUE

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.task_node import Operator


def mark_result(dag: DAG, value: Any) -> None:
    """Make what a task returns the result of a DAG.

    Raises:
        DagTypeError: `value` is not what a task returns.
        DagValueError: It is one key of it, or comes from a task of another DAG.
    """
    here = find_definition()
    place: dict[str, Any] = here._asdict() if here else {}
    if not isinstance(value, XComArg):
        raise DagTypeError(
            f"DAG '{dag.dag_id}', add_result() got a value of type {type(value).__name__}, which is not what a task "
            "returns.",
            fix="give the call of a @task function, or the .output of an operator",
            **place,
        )
    if value.key != RETURN_VALUE:
        raise DagValueError(
            f"DAG '{dag.dag_id}', add_result() got {value.describe()}; a DAG has only a whole result.",
            fix="return what is wanted from a task of its own, and give its call",
            **place,
        )
    if value.operator.dag is not dag:
        raise DagValueError(
            f"DAG '{dag.dag_id}', add_result() got {value.describe()}, which is not in this DAG.",
            fix="give the call of a task of this DAG",
            **place,
        )
    value.operator.is_dag_result = True


def mark_returned(dag: DAG, value: Any) -> None:
    """Make what a ``@dag`` function returned the result, if it is what a task of the DAG returns; else do nothing."""
    if isinstance(value, XComArg) and value.key == RETURN_VALUE and value.operator.dag is dag:
        value.operator.is_dag_result = True


def find_result(dag: DAG) -> Operator | None:
    """The task whose value is the result of the DAG.

    Raises:
        DagValueError: Several are marked.
    """
    marked = [task for task in dag.tasks if task.is_dag_result]
    if len(marked) > 1:
        first, second = marked[:2]
        raise DagValueError(
            f"DAG '{dag.dag_id}' has two results: those of the tasks '{first.task_id}' and '{second.task_id}'.",
            fix="mark one task only: with @result, with add_result(), or by returning it from the @dag function",
            **second.place,
        )
    return marked[0] if marked else None
