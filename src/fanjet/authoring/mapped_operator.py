"""A task that has one instance for each position of a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.context_stack import find_place
from fanjet.authoring.definition import find_definition
from fanjet.authoring.operator import BaseOperator, check_dates, follow, follow_references
from fanjet.authoring.operator_class import describe_call
from fanjet.authoring.task_node import Operator
from fanjet.authoring.task_options import NAMES, PLACING, convert_options

if TYPE_CHECKING:
    from fanjet.authoring.expand_input import ExpandInput
    from fanjet.model.spec import TaskKind


class MappedOperator(Operator):
    """What ``Operator.partial(...).expand(...)`` makes.

    Args:
        operator_class: The class of each instance's operator.
        partial_kwargs: The arguments that all instances share, `task_id` (without prefixes of groups) among them.
        expand_input: What the map runs over.
    """

    def __init__(
        self, operator_class: type[BaseOperator], partial_kwargs: Mapping[str, Any], expand_input: ExpandInput
    ) -> None:
        self.operator_class = operator_class
        self.partial_kwargs = {name: value for name, value in partial_kwargs.items() if name not in PLACING}
        self.expand_input = expand_input
        #: The names of those among `partial_kwargs` that are default arguments.
        self.defaulted: frozenset[str] = frozenset()
        self.dag, self.task_group = find_place(partial_kwargs.get("dag"), partial_kwargs.get("task_group"))
        task_id = partial_kwargs["task_id"]
        full_id = self.task_group.child_id(task_id) if self.task_group else task_id
        options = {name: value for name, value in self.partial_kwargs.items() if name in NAMES}
        where = describe_call(operator_class, {"task_id": task_id})
        self._set_up(full_id, convert_options(options, where), find_definition())
        check_dates(self, partial_kwargs)
        expand_input.owner = f"Task '{self.task_id}'"
        if self.dag is not None:
            self.dag.add_task(self)
        follow_references(self, self.partial_kwargs)
        follow(self, expand_input.origins())

    @property
    def kind(self) -> TaskKind:  # type: ignore[override] # a class attribute of the operator class
        return self.operator_class.kind

    @property
    def task_type(self) -> str:
        return self.operator_class.__name__

    @property
    def operator_name(self) -> str:
        return getattr(self.operator_class, "custom_operator_name", None) or self.task_type

    @property
    def template_extensions(self) -> tuple[str, ...]:
        return tuple(self.partial_kwargs.get("templates_exts") or self.operator_class.template_ext)

    def shared_arguments(self) -> Any:
        """What all instances are given, outputs of other tasks among it."""
        return self.partial_kwargs

    def unmap(self, kwargs: Mapping[str, Any]) -> BaseOperator:
        """The operator of one instance.

        Args:
            kwargs: The mapped arguments of the instance; they win over those in `partial()`.

        Raises:
            DagTypeError: The operator class does not take an argument, or misses one.
        """
        arguments = {**self.partial_kwargs, **kwargs, "task_id": self.task_id}
        operator: BaseOperator = self.operator_class.build(arguments, self.defaulted - kwargs.keys())
        return self._adopt(operator)

    def _adopt(self, operator: BaseOperator) -> BaseOperator:
        """Give the operator of one instance the place of this task."""
        for name in ("task_id", "dag", "task_group", "definition", "upstream", "downstream", "trigger_rule"):
            setattr(operator, name, getattr(self, name))
        for name in ("is_setup", "is_teardown", "on_failure_fail_dagrun", "retries", "pool", "pool_slots"):
            setattr(operator, name, getattr(self, name))
        return operator
