"""Tasks that are functions: the operator behind `@task`, mapped or not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from fanjet.authoring.async_functions import complete
from fanjet.authoring.call_signature import CallSignature, read_signature
from fanjet.authoring.function_source import read_function_source
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator, follow_references

if TYPE_CHECKING:
    from typing import Unpack

    from fanjet.authoring.expand_input import ExpandInput
    from fanjet.authoring.task_option_types import TaskOptions


class DecoratedOperator(BaseOperator):
    """A task that calls a function; the base of all decorators below `@task`.

    Args:
        python_callable: The function.
        op_args: Its arguments by position.
        op_kwargs: Its arguments by name; the context provides parameters of its names that are in neither.
        templates_exts: A text among the arguments that ends so is the name of a file with the template.
        kwargs_to_upstream: Arguments of the class that a subclass has as its other base.
        options: As in `BaseOperator`.
    """

    template_fields = ("templates_dict", "op_args", "op_kwargs")
    #: What people call this kind of task.
    custom_operator_name: ClassVar[str] = "@task"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: Mapping[str, Any] | None = None,
        templates_exts: Sequence[str] | None = None,
        kwargs_to_upstream: Mapping[str, Any] | None = None,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(**options, **(kwargs_to_upstream or {}))
        if templates_exts:
            self.template_ext = tuple(templates_exts)  # type: ignore[misc] # of this task alone
        self.python_callable = python_callable
        self.op_args = tuple(op_args or ())
        self.op_kwargs = dict(op_kwargs or {})
        self.templates_dict = templates_dict

    @property
    def signature(self) -> CallSignature:
        """The parameters of the function."""
        return read_signature(self.python_callable)

    def get_python_source(self) -> str:
        """The source of the function without its decorators; for operators that run it elsewhere.

        Raises:
            DagTypeError: There is none.
        """
        return read_function_source(self.python_callable, f"{self.custom_operator_name} '{self.task_id}'").text

    def execute(self, context: Any) -> Any:
        """Do what the other base class does, where there is one that does something; otherwise call the function."""
        return self.call_function(context) if self.calls_function() else super().execute(context)

    @classmethod
    def calls_function(cls) -> bool:
        """Whether `execute` calls the function: no class that this one has as another base does something else."""
        return super().execute is BaseOperator.execute

    def call_function(self, context: Any) -> Any:
        """Call the function, with what it asks of the context."""
        kwargs = self.signature.add_context(self.op_args, self.op_kwargs, context)
        return complete(self.python_callable(*self.op_args, **kwargs))


class BranchDecoratedOperator(DecoratedOperator):
    """``@task.branch``: the function returns the ids of the tasks and groups that follow; the others are skipped."""

    kind = "branch"
    custom_operator_name = "@task.branch"


class ShortCircuitDecoratedOperator(DecoratedOperator):
    """``@task.short_circuit``: what follows is skipped unless the function returns something true.

    Args:
        ignore_downstream_trigger_rules: Whether all that follows is skipped, not only the tasks that follow directly.
        arguments: As in `DecoratedOperator`.
    """

    kind = "short_circuit"
    custom_operator_name = "@task.short_circuit"

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules


class DecoratedMappedOperator(MappedOperator):
    """What ``.expand()`` of a decorated function makes; what is mapped are arguments of the function.

    Args:
        operator_class: The class behind the decorator.
        python_callable: The function.
        op_kwargs: The function's arguments that all instances share.
        partial_kwargs: The other arguments of the operator class.
        expand_input: What the map runs over.
    """

    operator_class: type[DecoratedOperator]

    def __init__(
        self,
        *,
        operator_class: type[DecoratedOperator],
        python_callable: Callable[..., Any],
        op_kwargs: Mapping[str, Any],
        partial_kwargs: Mapping[str, Any],
        expand_input: ExpandInput,
    ) -> None:
        super().__init__(operator_class, partial_kwargs, expand_input)
        self.python_callable = python_callable
        self.op_kwargs = dict(op_kwargs)
        follow_references(self, self.op_kwargs)

    def shared_arguments(self) -> Any:
        return [self.partial_kwargs, self.op_kwargs]

    @property
    def signature(self) -> CallSignature:
        """The parameters of the function."""
        return read_signature(self.python_callable)

    def unmap(self, kwargs: Mapping[str, Any]) -> BaseOperator:
        arguments = {
            **self.partial_kwargs,
            "task_id": self.task_id,
            "python_callable": self.python_callable,
            "op_kwargs": {**self.op_kwargs, **kwargs},
        }
        operator: BaseOperator = self.operator_class.build(arguments, self.defaulted)
        return self._adopt(operator)
