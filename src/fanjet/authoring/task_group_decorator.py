"""`@task_group`: functions that make task groups, mapped or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fanjet.authoring.call_signature import CallSignature, read_signature
from fanjet.authoring.definition import find_definition
from fanjet.authoring.expand_input import ExpandInput, KwargsInput, ProductInput
from fanjet.authoring.lazy_value import NOT_GIVEN, LazyValue
from fanjet.authoring.mapped_argument import MappedArgument
from fanjet.authoring.sources import check_kwargs_source, check_not_called, check_source
from fanjet.authoring.task_group import TaskGroup
from fanjet.authoring.task_options import unknown_argument
from fanjet.authoring.unexpanded import note_partial
from fanjet.errors import DagTypeError

_OPTIONS = frozenset(
    {
        "group_id", "prefix_group_id", "parent_group", "dag", "default_args", "tooltip", "group_display_name",
        "doc_md", "ui_color", "ui_fgcolor", "add_suffix_on_collision", "map_index_template",
    }
)  # fmt: skip


class TaskGroupDecorator:
    """A function that puts tasks into a group of their own each time the DAG file calls it.

    A call gives what the function returns, or the group if that is None.

    Args:
        function: The function.
        options: Arguments of `TaskGroup`; the name of the function is the default of `group_id`.
    """

    def __init__(self, function: Callable[..., Any], options: Mapping[str, Any]) -> None:
        self.function = self.__wrapped__ = function
        self.options = {"group_id": function.__name__, "tooltip": _first_line(function.__doc__), **options}
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self.signature: CallSignature = read_signature(function)
        for name in options:
            if name not in _OPTIONS:
                raise unknown_argument(name, self.where, _OPTIONS)

    @property
    def where(self) -> str:
        """Words for error messages."""
        return f"Task group '{self.options['group_id']}'"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.signature.check_names(tuple(kwargs), self.where)
        for value in (*args, *kwargs.values()):
            check_not_called(value, self.where)
        return self._make(None, args, kwargs)

    def override(self, **options: Any) -> TaskGroupDecorator:
        """The same function with other options, such as ``override(group_id="second")``."""
        return TaskGroupDecorator(self.function, {**self.options, **options})

    def partial(self, *args: Any, **kwargs: Any) -> TaskGroupPartial:
        """The arguments that all instances of the group share."""
        return TaskGroupPartial(self, {}, args, kwargs)

    def expand(self, **mapped: Any) -> Any:
        """Map the group over collections; its tasks then have one instance for each position.

        Raises:
            DagTypeError: No arguments, one that the function does not take, or one is missing.
            DagValueError: A value cannot be mapped over.
        """
        return TaskGroupPartial(self, {}, (), {}).expand(**mapped)

    def expand_kwargs(self, kwargs: Any = NOT_GIVEN) -> Any:
        """Map the group over a list of dicts of arguments.

        Raises:
            DagTypeError: `kwargs` is neither such a list nor the output of a task.
        """
        return TaskGroupPartial(self, {}, (), {}).expand_kwargs(kwargs)

    def map_over(self, shared: Mapping[str, Any], expand_input: ExpandInput, mapped: tuple[str, ...]) -> Any:
        """Make the mapped group; the function gets a `MappedArgument` for each mapped name."""
        return self._make(expand_input, (), shared, mapped)

    def _make(
        self,
        expand_input: ExpandInput | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        mapped: tuple[str, ...] = (),
    ) -> Any:
        options = {"add_suffix_on_collision": True, **self.options}
        group = TaskGroup(**options, expand_input=expand_input)
        if expand_input is not None:
            expand_input.owner = f"Task group '{group.group_id}'"
            for origin in expand_input.origins():
                origin.check_visible(group.parent_group, expand_input.owner)
        with group:
            arguments = {**kwargs, **{name: MappedArgument(group, name) for name in mapped}}
            result = self.function(*args, **arguments)
        return group if result is None else result


class TaskGroupPartial:
    """What ``group.partial(...)`` gives.

    Raises:
        DagTypeError: An argument is given by position or twice, or the function does not take it.
    """

    def __init__(
        self,
        decorator: TaskGroupDecorator,
        known: Mapping[str, Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        self._decorator = decorator
        where = f"{decorator.where}, partial()"
        if args:
            raise DagTypeError(f"{where} takes no arguments by position.", fix="give all arguments by name")
        decorator.signature.check_names(tuple(kwargs), where)
        self._check_free(kwargs, known, where)
        self._kwargs = {**known, **kwargs}
        self.definition = find_definition()
        self.is_expanded = not self._kwargs
        note_partial(self, where)

    def partial(self, *args: Any, **kwargs: Any) -> TaskGroupPartial:
        """More arguments that all instances share."""
        self.is_expanded = True
        return TaskGroupPartial(self._decorator, self._kwargs, args, kwargs)

    def expand(self, **mapped: Any) -> Any:
        """As `TaskGroupDecorator.expand`."""
        where = f"{self._decorator.where}, expand()"
        if not mapped:
            raise DagTypeError(f"{where} has nothing to map over.", fix="give a list, or call the group instead")
        self._decorator.signature.check_names(tuple(mapped), where)
        self._check_free(mapped, self._kwargs, where)
        sources = {name: check_source(value, f"{where}, argument '{name}',") for name, value in mapped.items()}
        self._check_complete((*self._kwargs, *mapped), where)
        self.is_expanded = True
        return self._decorator.map_over(self._kwargs, ProductInput(sources, where), tuple(mapped))

    def expand_kwargs(self, kwargs: Any = NOT_GIVEN) -> Any:
        """As `TaskGroupDecorator.expand_kwargs`; every parameter that is not in `partial()` is mapped."""
        where = f"{self._decorator.where}, expand_kwargs()"
        signature = self._decorator.signature
        source = check_kwargs_source(kwargs, where)
        if signature.has_args or signature.has_kwargs:
            raise DagTypeError(
                f"{where} is not possible for a function with * or ** parameters.", fix="name the parameters"
            )
        mapped = tuple(name for name in signature.names if name not in self._kwargs)
        elements = [] if isinstance(source, LazyValue) else list(source)
        for element in elements:
            for name in () if isinstance(element, LazyValue) else element:
                if name not in mapped:
                    raise unknown_argument(name, where, frozenset(mapped))
        self.is_expanded = True
        return self._decorator.map_over(self._kwargs, KwargsInput(source, where, taken=frozenset(self._kwargs)), mapped)

    def _check_complete(self, given: tuple[str, ...], where: str) -> None:
        signature = self._decorator.signature
        for name in signature.names:
            if name not in given and name not in signature.defaults:
                raise DagTypeError(f"{where} is missing the argument '{name}'.", fix=f"give '{name}' or a default")

    @staticmethod
    def _check_free(kwargs: Mapping[str, Any], taken: Mapping[str, Any], where: str) -> None:
        for name, value in kwargs.items():
            if name in taken:
                raise DagTypeError(f"{where} has the argument '{name}', which is in partial() too.", fix="give it once")
            check_not_called(value, where)


def task_group(function: Any = None, /, **options: Any) -> Any:
    """Make a function a task group: ``@task_group`` or ``@task_group(group_id="g")``.

    Args:
        function: The function, where the decorator is used without arguments; or the id of the group.
        options: Arguments of `TaskGroup`.
    """
    if isinstance(function, str):
        options["group_id"], function = function, None
    if function is None:
        return lambda function: TaskGroupDecorator(function, options)
    return TaskGroupDecorator(function, options)


def _first_line(doc: str | None) -> str:
    return doc.strip().partition("\n")[0] if doc else ""
