"""Operators that call a Python function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fanjet.authoring.async_functions import complete
from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.task_option_types import TaskOptions
from fanjet.errors import DagTypeError

if TYPE_CHECKING:
    from typing import Unpack


class PythonOperator(BaseOperator):
    """Calls a function; what it returns is the task's result.

    Args:
        python_callable: The function. The context provides parameters of its names that are not given otherwise.
        op_args: Its arguments by position.
        op_kwargs: Its arguments by name.
        templates_dict: Templates that the function finds, rendered, as `templates_dict` in its context.
        templates_exts: A text among the arguments that ends so is the name of a file with the template.
        options: As in `BaseOperator`.

    Raises:
        DagTypeError: `python_callable` cannot be called.
    """

    template_fields = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers = {"templates_dict": "json", "op_args": "py", "op_kwargs": "py"}  # noqa: RUF012
    ui_color = "#ffefeb"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: Mapping[str, Any] | None = None,
        templates_exts: Sequence[str] | None = None,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(**options)
        if templates_exts:
            self.template_ext = tuple(templates_exts)  # type: ignore[misc] # of this task alone
        if not callable(python_callable):
            raise DagTypeError(f"Task '{self.task_id}': python_callable={python_callable!r} cannot be called.")
        self.python_callable = python_callable
        self.op_args: Any = () if op_args is None else op_args
        self.op_kwargs: Any = {} if op_kwargs is None else op_kwargs
        self.templates_dict = templates_dict

    def execute(self, context: Any) -> Any:
        """Call the function, with what it asks of the context."""
        args = tuple(self.op_args)
        kwargs = read_signature(self.python_callable).add_context(args, self.op_kwargs, context)
        return complete(self.python_callable(*args, **kwargs))


class BranchPythonOperator(PythonOperator):
    """A branch whose function returns the full id or ids of the tasks and task groups that follow, or None."""

    kind = "branch"


class ShortCircuitOperator(PythonOperator):
    """Skips what follows unless its function returns something true.

    Args:
        ignore_downstream_trigger_rules: Whether all that follows is skipped, not only the tasks that follow directly.
        arguments: As in `PythonOperator`.
    """

    kind = "short_circuit"

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules
