"""The base class of operators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from fanjet.authoring import ports
from fanjet.authoring.context_stack import find_place
from fanjet.authoring.dag_options import to_instant
from fanjet.authoring.definition import Definition
from fanjet.authoring.edges import link
from fanjet.authoring.exceptions import TaskDeferred
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.literals import find_lazy
from fanjet.authoring.operator_class import OperatorMeta, describe_call
from fanjet.authoring.own_templates import RendersTemplates
from fanjet.authoring.task_node import Operator
from fanjet.authoring.task_options import PLACING, convert_options
from fanjet.errors import DagTypeError, DagValueError

if TYPE_CHECKING:
    from datetime import timedelta
    from logging import Logger
    from typing import NoReturn, Unpack

    from fanjet.authoring.partial import OperatorPartial
    from fanjet.authoring.task_option_types import TaskOptions
    from fanjet.authoring.triggers import BaseTrigger, StartTriggerArgs

__all__ = ["BaseOperator", "Operator"]

#: The method that `resume_execution` is given when the wait failed.
FAILED_WAIT = "__fail__"


class BaseOperator(RendersTemplates, Operator, metaclass=OperatorMeta):
    """A task that runs `execute`. Subclasses take arguments of their own and pass the others on.

    Args:
        task_id: The id, unique in its group.
        options: What every task takes; see `TaskOptions`.

    Raises:
        DagTypeError: An argument is unknown, missing or not honoured.
        DagValueError: A value cannot be used.
    """

    #: The attributes that are templates.
    template_fields: ClassVar[Sequence[str]] = ()
    #: A template field whose text ends so is the name of a file with the template.
    template_ext: ClassVar[Sequence[str]] = ()
    template_fields_renderers: ClassVar[Mapping[str, str]] = {}
    ui_color: ClassVar[str] = "#fff"
    ui_fgcolor: ClassVar[str] = "#000"

    #: Whether it waits for the trigger of `start_trigger_args` before it does anything else.
    start_from_trigger: bool = False
    start_trigger_args: StartTriggerArgs | None = None

    #: Tells `accepted_arguments` that this constructor takes `TaskOptions`.
    takes_task_options = True

    def __init__(self, *, task_id: str | None = None, **options: Unpack[TaskOptions]) -> None:
        where = describe_call(type(self), {"task_id": task_id})
        if task_id is None:
            raise DagTypeError(f"{where} is missing the argument 'task_id'.", fix="give task_id='...'")
        self.dag, self.task_group = find_place(options.get("dag"), options.get("task_group"))
        full_id = self.task_group.child_id(task_id) if self.task_group else task_id
        given: Mapping[str, Any] = options
        self._set_up(
            full_id,
            convert_options({name: value for name, value in given.items() if name not in PLACING}, where),
            None,
        )
        check_dates(self, given)

    def join_dag(self, arguments: Mapping[str, Any], definition: Definition | None) -> None:
        """Take a place in the DAG, after the tasks whose output the arguments use. Called once, when made."""
        self.definition = definition
        if self.dag is not None:
            self.dag.add_task(self)
        follow_references(self, arguments)
        self._check_fields(arguments)

    def _check_fields(self, arguments: Mapping[str, Any]) -> None:
        """Check that template fields exist and hold all outputs given: nothing else is resolved in a run."""
        missing = [field for field in self.template_fields if not hasattr(self, field)]
        if missing:
            raise DagTypeError(
                f"{self.operator_name} '{self.task_id}' has no attribute '{missing[0]}', which is one of its "
                "template_fields.",
                fix="set the attribute in __init__()",
                **self.place,
            )
        held = {id(lazy) for field in self.template_fields for lazy in find_lazy(getattr(self, field))}
        for name, value in arguments.items():
            if any(id(lazy) not in held for lazy in find_lazy(value)):
                raise DagTypeError(
                    f"{self.operator_name} '{self.task_id}' cannot take the output of a task as argument '{name}', "
                    "which is none of its template_fields.",
                    fix=f"add '{name}' to the template_fields of the class",
                    **self.place,
                )

    @classmethod
    def partial(cls, *args: Any, **kwargs: Any) -> OperatorPartial:
        """The arguments that all instances of a map share; go on with ``.expand(...)`` or ``.expand_kwargs(...)``."""
        from fanjet.authoring.partial import OperatorPartial  # noqa: PLC0415 - it makes operators of this class

        return OperatorPartial(cls, args, kwargs)

    def execute(self, context: Any) -> Any:  # noqa: ARG002 - subclasses use it
        """Do the work of one try and give its result.

        Args:
            context: What the try can know about itself, its run and its DAG, by name.
        """
        raise DagTypeError(f"Operator class {type(self).__name__} has no execute() method.", fix="write one")

    def pre_execute(self, context: Any) -> None:
        """Runs before `execute`: the function given as argument `pre_execute`, unless a subclass has its own way."""
        if self.pre_execute_hook is not None:
            self.pre_execute_hook(context)

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Runs after `execute` has given `result`; as `pre_execute`, with the argument `post_execute`."""
        if self.post_execute_hook is not None:
            self.post_execute_hook(context, result)

    def defer(
        self,
        *,
        trigger: BaseTrigger,
        method_name: str,
        kwargs: dict[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> NoReturn:
        """Give the slot back until a trigger fires; then go on in another method of this operator, in the same try.

        Args:
            trigger: What to wait for.
            method_name: The method: it is called as ``method(context, event=..., **kwargs)``.
            kwargs: What it gets besides; anything that a task could return.
            timeout: A timedelta or seconds after which the wait fails; None for never.
        """
        raise TaskDeferred(trigger=trigger, method_name=method_name, kwargs=kwargs, timeout=timeout)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Any) -> Any:
        """Go on after a wait; runs in place of `execute`.

        Args:
            next_method: What was given as `method_name`, or ``__fail__``.
            next_kwargs: What the method gets, the event among it; or the exception of a wait that failed as ``error``.
            context: As in `execute`.

        Raises:
            TaskDeferralError: The trigger failed.
            TaskDeferralTimeout: It did not fire in time.
        """
        kwargs = next_kwargs or {}
        if next_method == FAILED_WAIT:
            raise kwargs["error"]
        return getattr(self, next_method)(context, **kwargs)

    def get_template_env(self, dag: Any = None) -> Any:
        """A new Jinja environment with what templates of the DAG may use.

        Args:
            dag: The DAG; by default that of the task.
        """
        return ports.get_dag_action("get_template_env")(dag or self.dag)

    def on_kill(self) -> None:
        """Clean up what `execute` has started; called when the try is cancelled or takes too long."""

    @property
    def template_extensions(self) -> tuple[str, ...]:
        return tuple(self.template_ext)

    @property
    def log(self) -> Logger:
        """A logger; what is logged becomes part of the try's log."""
        import logging  # noqa: PLC0415 - slow to import, and needed in tries only

        return logging.getLogger(f"fanjet.task.{type(self).__name__}")


def follow_references(task: Operator, arguments: Any) -> None:
    """Put a task after all tasks whose output its arguments use, also inside collections."""
    for lazy in find_lazy(arguments):
        follow(task, lazy.origins())


def follow(task: Operator, origins: Iterable[LazyValue]) -> None:
    """Put a task after all that outputs and group arguments come from.

    Raises:
        CycleError: The task would wait for itself.
        DagValueError: A group argument is used outside of its group, or an output in another DAG.
    """
    for origin in origins:
        origin.check_visible(task.task_group, f"Task '{task.task_id}'")
        for upstream in origin.references():
            link(upstream, task)


def check_dates(task: Operator, given: Mapping[str, Any]) -> None:
    """Check that the dates among a task's arguments say no more than those of its DAG.

    Raises:
        DagValueError: One would keep the task out of runs that its DAG has.
    """
    for name in ("start_date", "end_date"):
        date = to_instant(given.get(name))
        whole = getattr(task.dag, name) if task.dag is not None else None
        if date is None or task.dag is None:
            continue
        if date == whole or _is_wider(name, date, whole):
            if name == "start_date":
                task.dag.tasks_start_date = min(date, task.dag.tasks_start_date or date)
            continue
        raise DagValueError(
            f"Task '{task.task_id}' has the {name} {given[name]}, but a task has none of its own.",
            fix=f"give {name} to the DAG only",
        )


def _is_wider(name: str, date: datetime, whole: datetime | None) -> bool:
    """Whether a date of a task leaves all runs of its DAG in. Without a start, a DAG starts with its tasks."""
    if whole is None:
        return name == "start_date"
    return date <= whole if name == "start_date" else date >= whole
