"""`@task` and its kind: functions that become tasks when the DAG file calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from fanjet.authoring import ports
from fanjet.authoring.call_signature import CallSignature, read_signature
from fanjet.authoring.context_names import CONTEXT_NAMES
from fanjet.authoring.context_stack import find_place
from fanjet.authoring.decorated import (
    BranchDecoratedOperator,
    DecoratedMappedOperator,
    DecoratedOperator,
    ShortCircuitDecoratedOperator,
)
from fanjet.authoring.definition import find_definition
from fanjet.authoring.expand_input import ExpandInput, KwargsInput, ProductInput
from fanjet.authoring.lazy_value import NOT_GIVEN
from fanjet.authoring.operator_class import accepted_arguments, with_default_args
from fanjet.authoring.return_annotation import returns_dict
from fanjet.authoring.sources import check_kwargs_source, check_not_called, check_source
from fanjet.authoring.task_node import Operator
from fanjet.authoring.task_options import unknown_argument
from fanjet.authoring.unexpanded import note_partial
from fanjet.authoring.xcom_arg import XComArg
from fanjet.errors import DagTypeError, DagValueError

#: Arguments of the operator class that the decorator itself gives.
_OWN = frozenset({"python_callable", "op_args", "op_kwargs"})


class TaskDecorator:
    """A decorated function. Calling it in a DAG makes a task and gives its output.

    Args:
        function: The function.
        operator_class: The operator behind the decorator.
        options: The arguments of the decorator.

    Raises:
        DagTypeError: The decorator takes no such argument.
        DagValueError: A parameter of the function that the context provides has a default.
    """

    #: For code that must not import this module.
    is_task_decorator = True

    def __init__(
        self, function: Callable[..., Any], operator_class: type[DecoratedOperator], options: Mapping[str, Any]
    ) -> None:
        self.function = self.__wrapped__ = function
        self.operator_class = operator_class
        self.options = dict(options)
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.__qualname__ = getattr(function, "__qualname__", self.__name__)
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self.is_setup = self.is_teardown = self.on_failure_fail_dagrun = self.is_dag_result = False
        self.signature: CallSignature = read_signature(function)
        self.signature.check_context_defaults(self.where)
        names = accepted_arguments(operator_class).names - _OWN
        for name in self.options:
            if name not in names:
                raise unknown_argument(name, self.where, names)

    @property
    def where(self) -> str:
        """Words for error messages, such as ``@task 'm'``."""
        return f"{self.operator_class.custom_operator_name} '{self.options.get('task_id', self.__name__)}'"

    def __call__(self, *args: Any, **kwargs: Any) -> XComArg:
        self.signature.check_names(tuple(kwargs), self.where)
        self.signature.check_complete(len(args), tuple(kwargs), self.where)
        for value in (*args, *kwargs.values()):
            check_not_called(value, self.where)
        operator = self.operator_class(
            python_callable=self.function, op_args=args, op_kwargs=kwargs, **self._arguments()
        )
        return self._finish(operator)

    def override(self, **options: Any) -> TaskDecorator:
        """The same function with other options, such as ``override(task_id="second")``."""
        copy = TaskDecorator(self.function, self.operator_class, {**self.options, **options})
        copy.take_marks(self)
        return copy

    def take_marks(self, other: TaskDecorator) -> None:
        """Be what other decorators have made of `other`: a setup, a teardown, the result of the DAG."""
        self.is_setup, self.is_teardown = other.is_setup, other.is_teardown
        self.on_failure_fail_dagrun = other.on_failure_fail_dagrun
        self.is_dag_result = other.is_dag_result

    def partial(self, *args: Any, **kwargs: Any) -> TaskPartial:
        """The arguments that all instances of a map share; go on with ``.expand(...)`` or ``.expand_kwargs(...)``."""
        return TaskPartial(self, {}, args, kwargs)

    def expand(self, **mapped: Any) -> XComArg:
        """Map over collections; several make a cross product in which the last varies fastest.

        Raises:
            DagTypeError: No arguments, one that the function does not take, or one is missing.
            DagValueError: A value cannot be mapped over, or the context provides the argument.
        """
        return TaskPartial(self, {}, (), {}).expand(**mapped)

    def expand_kwargs(self, kwargs: Any = NOT_GIVEN, *, strict: bool = True) -> XComArg:
        """Map over a list of dicts of arguments, one dict for each instance.

        Args:
            kwargs: A list of dicts and outputs of tasks, or an output that gives a list of dicts.
            strict: Whether an argument that is in `partial()` too fails the instance; otherwise the dict's wins.
        """
        return TaskPartial(self, {}, (), {}).expand_kwargs(kwargs, strict=strict)

    def map_over(self, op_kwargs: Mapping[str, Any], expand_input: ExpandInput, mapped: frozenset[str]) -> XComArg:
        """Make the mapped task."""
        given = with_default_args(self.operator_class, self._arguments(), mapped)
        operator = DecoratedMappedOperator(
            operator_class=self.operator_class,
            python_callable=self.function,
            op_kwargs=op_kwargs,
            partial_kwargs=given,
            expand_input=expand_input,
        )
        return self._finish(operator)

    def _arguments(self) -> dict[str, Any]:
        """The arguments of the operator besides those of the function."""
        arguments = {"task_id": self.__name__, **self.options}
        dag, group = find_place(arguments.get("dag"), arguments.get("task_group"))
        if dag is not None and group is not None:
            arguments["task_id"] = dag.free_task_id(arguments["task_id"], group)
        if arguments.get("multiple_outputs") is None:
            arguments["multiple_outputs"] = returns_dict(self.function)
        if self.function.__doc__ and not any(name.startswith("doc") for name in arguments):
            arguments["doc_md"] = self.function.__doc__
        return arguments

    def _finish(self, operator: Operator) -> XComArg:
        operator.is_dag_result = self.is_dag_result
        if self.is_setup:
            operator.as_setup()
        if self.is_teardown:
            operator.as_teardown(on_failure_fail_dagrun=self.on_failure_fail_dagrun)
        return XComArg(operator)


class TaskPartial:
    """What ``f.partial(...)`` of a decorated function gives.

    Raises:
        DagTypeError: An argument is given by position or twice, or the function does not take it.
        DagValueError: The context provides an argument.
    """

    def __init__(
        self,
        decorator: TaskDecorator,
        known: Mapping[str, Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        self._decorator = decorator
        where = f"{decorator.where}, partial()"
        if args:
            raise DagTypeError(f"{where} takes no arguments by position.", fix="give all arguments by name")
        self._check_names(kwargs, where)
        for name in kwargs:
            if name in known:
                raise DagTypeError(f"{where} has the argument '{name}' twice.", fix="give it once")
        self._kwargs = {**known, **kwargs}
        self.definition = find_definition()
        self.is_expanded = not self._kwargs
        note_partial(self, where)

    def partial(self, *args: Any, **kwargs: Any) -> TaskPartial:
        """More arguments that all instances share."""
        self.is_expanded = True
        return TaskPartial(self._decorator, self._kwargs, args, kwargs)

    def expand(self, **mapped: Any) -> XComArg:
        """As `TaskDecorator.expand`."""
        where = f"{self._decorator.where}, expand()"
        if not mapped:
            raise DagTypeError(f"{where} has nothing to map over.", fix="give a list, or call the task instead")
        self._check_names(mapped, where)
        for name in mapped:
            if name in self._kwargs:
                raise DagTypeError(f"{where} has the argument '{name}', which is in partial() too.", fix="give it once")
        sources = {name: check_source(value, f"{where}, argument '{name}',") for name, value in mapped.items()}
        self._decorator.signature.check_complete(0, (*self._kwargs, *mapped), where)
        self.is_expanded = True
        return self._decorator.map_over(self._kwargs, ProductInput(sources, where), frozenset(mapped))

    def expand_kwargs(self, kwargs: Any = NOT_GIVEN, *, strict: bool = True) -> XComArg:
        """As `TaskDecorator.expand_kwargs`."""
        where = f"{self._decorator.where}, expand_kwargs()"
        source = check_kwargs_source(kwargs, where, context=CONTEXT_NAMES)
        taken = frozenset(self._kwargs)
        self.is_expanded = True
        expand_input = KwargsInput(source, where, taken=taken, strict=strict, refused=CONTEXT_NAMES)
        return self._decorator.map_over(self._kwargs, expand_input, frozenset())

    def _check_names(self, kwargs: Mapping[str, Any], where: str) -> None:
        for name, value in kwargs.items():
            if name in CONTEXT_NAMES:
                raise DagValueError(
                    f"{where} cannot give '{name}': the context provides it.", fix="rename the parameter"
                )
            check_not_called(value, where)
        self._decorator.signature.check_names(tuple(kwargs), where)


class TaskDecorators:
    """`task`: itself the decorator for plain functions, with the other kinds as attributes.

    Those that operators of a layer above implement (``task.bash``, ``task.sensor``) are found in `ports.DECORATORS`.
    """

    def __call__(self, function: Any = None, /, **options: Any) -> Any:
        """Make a function a task: ``@task`` or ``@task(retries=2)``.

        Args:
            function: The function, where the decorator is used without arguments.
            options: The arguments of `BaseOperator`; the name of the function is the default of `task_id`.
        """
        return decorate(DecoratedOperator, function, options)

    python = __call__

    def branch(self, function: Any = None, /, **options: Any) -> Any:
        """A task that returns the id or ids of what follows; other tasks directly after it are skipped."""
        return decorate(BranchDecoratedOperator, function, options)

    def short_circuit(self, function: Any = None, /, **options: Any) -> Any:
        """A task that skips what follows unless it returns something true.

        Args:
            function: The function, where the decorator is used without arguments.
            options: As in `__call__`, and `ignore_downstream_trigger_rules`: False skips only what follows directly.
        """
        return decorate(ShortCircuitDecoratedOperator, function, options)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operator_class = None if name.startswith("_") else ports.find_decorator(name)
        if operator_class is None:
            known = ", ".join(f"@task.{known}" for known in ("branch", "short_circuit", *ports.DECORATORS))
            raise AttributeError(f"There is no decorator @task.{name}; there are @task, {known}.")
        if not isinstance(operator_class, type):
            return cast("Callable[..., Any]", operator_class)

        def decorator(function: Any = None, /, **options: Any) -> Any:
            return decorate(operator_class, function, options)

        return decorator


def decorate(operator_class: type[DecoratedOperator], function: Any, options: Mapping[str, Any]) -> Any:
    """A function decorated for a class of operators, or the decorator if there is no function yet.

    Raises:
        DagTypeError: It cannot be decorated.
    """
    if function is None:
        return lambda function: decorate(operator_class, function, options)
    if not callable(function):
        raise DagTypeError(
            f"{operator_class.custom_operator_name} cannot decorate {function!r}.", fix="give options by name"
        )
    if isinstance(function, TaskDecorator):
        raise DagTypeError(f"Function '{function.__name__}' is a task already.", fix="decorate it once")
    return TaskDecorator(function, operator_class, options)


task = TaskDecorators()
