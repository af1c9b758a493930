"""What is found out about a task once, so that each of its tries starts at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.scope import Scope
from fanjet.model.spec import TaskSpec
from fanjet.runtime.rendering import FieldRenderer

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator
    from fanjet.runtime.scope import Links
    from fanjet.runtime.task_instance import TaskInstance
    from fanjet.runtime.templates import Templates


class PreparedTask(ABC):
    """One task of a DAG, ready to run tries.

    Args:
        spec: The task.
        operator: Its operator, mapped or not.
        links: To the tasks that it reads.
        templates: The DAG's.
    """

    #: Whether a try can wait for a trigger: it then has methods to go on in.
    can_defer = False

    def __init__(self, spec: TaskSpec, operator: Operator, links: Links, templates: Templates) -> None:
        self.spec = spec
        self.operator = operator
        self.links = links
        self.templates = templates
        #: Whether the end of a try is more than a state and a value.
        self.is_simple = spec.kind == "task" and not (
            spec.callbacks
            or spec.has_label
            or spec.has_templates
            or spec.execution_timeout_s
            or operator.multiple_outputs
            or operator.outlets
        )
        #: Whether other tries of this worker may be given the same values.
        self.shares_values = spec.depth > 0
        self.label_template = operator.find_label_template()

    @abstractmethod
    def call(self, ti: TaskInstance, scope: Scope) -> Any:
        """Make the arguments of a try, run it and give its result."""

    @abstractmethod
    def arguments(self, ti: TaskInstance, scope: Scope) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What the task is given in a try, by position and by name: of a function its arguments, else its fields."""

    def expose(self, ti: TaskInstance, operator: Operator, arguments: Mapping[str, Any]) -> None:
        """Let the label, and whoever asks the context, find the operator of this instance and its arguments by name.

        Args:
            ti: The try.
            operator: The task as this instance has it, no longer mapped.
            arguments: What the instance is given; names that the context has already keep their meaning.
        """
        ti.task = operator
        context = ti.get_template_context()
        context["task"] = operator
        if self.label_template is not None:
            context.update({name: value for name, value in arguments.items() if name not in context})

    def renderer(self, ti: TaskInstance, operator: Operator) -> FieldRenderer:
        """Renders the fields of a try."""
        return FieldRenderer(self.templates, ti, operator.template_extensions)
