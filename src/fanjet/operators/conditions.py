"""``@task.run_if`` and ``@task.skip_if``: tasks that run, or are skipped, by a condition on their context."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.exceptions import SkipException
from fanjet.authoring.task_decorator import TaskDecorator
from fanjet.errors import DagTypeError
from fanjet.runtime.context import get_current_context


def run_if(condition: Callable[[Any], Any], skip_message: str | None = None) -> Callable[[Any], TaskDecorator]:
    """Have a task run only if a condition holds when it starts; it is skipped otherwise.

    Args:
        condition: Gets the context; gives whether it holds, or that and a text for the log.
        skip_message: What the log says where it does not hold.
    """
    return lambda decorated: _guard(decorated, condition, skip_message, wanted=True)


def skip_if(condition: Callable[[Any], Any], skip_message: str | None = None) -> Callable[[Any], TaskDecorator]:
    """The opposite of `run_if`."""
    return lambda decorated: _guard(decorated, condition, skip_message, wanted=False)


def _guard(decorated: Any, condition: Callable[[Any], Any], skip_message: str | None, *, wanted: bool) -> TaskDecorator:
    if not isinstance(decorated, TaskDecorator):
        raise DagTypeError(
            "run_if and skip_if stand above @task.", fix="write @task.run_if(...) in the line above @task"
        )
    function = decorated.function
    signature = read_signature(function)

    @wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        context = get_current_context()
        answer = condition(context)
        holds, told = answer if isinstance(answer, tuple) else (answer, None)
        if bool(holds) is not wanted:
            raise SkipException(told or skip_message or f"the condition {'does not hold' if wanted else 'holds'}")
        return function(*args, **signature.add_context(args, kwargs, context))

    made = TaskDecorator(guarded, decorated.operator_class, decorated.options)
    made.take_marks(decorated)
    return made
