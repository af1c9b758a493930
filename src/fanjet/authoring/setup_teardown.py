"""`@setup` and `@teardown`."""

from __future__ import annotations

from typing import Any

from fanjet.authoring.task_decorator import TaskDecorator, task
from fanjet.errors import DagTypeError


def setup(function: Any) -> TaskDecorator:
    """Make a function (or a decorated one) a setup: work after it does not run unless it succeeds."""
    decorated = _decorated(function, "setup")
    decorated.is_setup = True
    return decorated


def teardown(function: Any = None, /, *, on_failure_fail_dagrun: bool = False) -> Any:
    """Make a function (or a decorated one) a teardown: it runs when the work has ended and a setup had succeeded.

    Args:
        function: The function, where the decorator is used without arguments.
        on_failure_fail_dagrun: Whether its failure fails the run.
    """
    if function is None:
        return lambda function: teardown(function, on_failure_fail_dagrun=on_failure_fail_dagrun)
    decorated = _decorated(function, "teardown")
    decorated.is_teardown = True
    decorated.on_failure_fail_dagrun = on_failure_fail_dagrun
    return decorated


def _decorated(function: Any, name: str) -> TaskDecorator:
    decorated = function if isinstance(function, TaskDecorator) else task(function)
    if not isinstance(decorated, TaskDecorator):
        raise DagTypeError(f"@{name} cannot decorate {function!r}.", fix="use it on a function or below @task")
    return decorated.override()
