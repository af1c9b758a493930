"""Tasks that are plain functions: called directly, without making an operator for each try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.async_functions import complete
from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.decorated import DecoratedMappedOperator, DecoratedOperator
from fanjet.authoring.expand_input import KwargsInput
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.literals import has_lazy, resolve
from fanjet.authoring.operator import BaseOperator, Operator
from fanjet.authoring.scope import Scope
from fanjet.errors import DagTypeError
from fanjet.model.paths import show
from fanjet.model.spec import TaskSpec
from fanjet.runtime.copies import own_copy
from fanjet.runtime.prepared_task import PreparedTask
from fanjet.runtime.rendered_fields import RenderedFields

if TYPE_CHECKING:
    from fanjet.runtime.scope import Links
    from fanjet.runtime.task_instance import TaskInstance
    from fanjet.runtime.templates import Templates

_UNCHANGEABLE = frozenset({int, float, bool, type(None), bytes})
_EXECUTE = (BaseOperator.pre_execute, DecoratedOperator.execute, BaseOperator.post_execute)


def is_plain_function(operator: Operator) -> bool:
    """Whether running the task is nothing but calling its function."""
    if isinstance(operator, DecoratedMappedOperator):
        kind: type = operator.operator_class
        extra = operator.partial_kwargs.get("templates_dict")
    else:
        kind = type(operator)
        extra = getattr(operator, "templates_dict", None)
    if not issubclass(kind, DecoratedOperator) or extra or operator.pre_execute_hook or operator.post_execute_hook:
        return False
    return (kind.pre_execute, kind.execute, kind.post_execute) == _EXECUTE and kind.calls_function()


class PreparedFunction(PreparedTask):
    """A task whose work is to call a function."""

    def __init__(self, spec: TaskSpec, operator: Operator, links: Links, templates: Templates) -> None:
        super().__init__(spec, operator, links, templates)
        assert isinstance(operator, DecoratedOperator | DecoratedMappedOperator), operator
        self._function = operator.python_callable
        self._signature = read_signature(self._function)
        self._has_templates = spec.has_templates
        self._args: tuple[Any, ...] = operator.op_args if isinstance(operator, DecoratedOperator) else ()
        self._expand_input = operator.expand_input if isinstance(operator, DecoratedMappedOperator) else None
        #: Arguments by name that are the same objects in every try, and those that are made anew.
        self._fixed: dict[str, Any] = {}
        self._varying: dict[str, Any] = {}
        for name, value in operator.op_kwargs.items():
            (self._fixed if self._is_fixed(value) else self._varying)[name] = value
        #: The varying ones that hold values of other tasks.
        self._lazy = frozenset(name for name, value in self._varying.items() if self.shares_values and has_lazy(value))
        self._has_fixed_args = all(map(self._is_fixed, self._args))
        self._has_lazy_args = self.shares_values and has_lazy(self._args)
        self._has_lazy_items = self._expand_input is not None and any(
            has_lazy(source) for source in self._expand_input.sources() if not isinstance(source, LazyValue)
        )
        self._wanted = self._find_wanted(operator.op_kwargs)
        self._checks_names = isinstance(self._expand_input, KwargsInput)

    def call(self, ti: TaskInstance, scope: Scope) -> Any:
        args, kwargs = self.arguments(ti, scope)
        return complete(self._function(*args, **kwargs))

    def arguments(self, ti: TaskInstance, scope: Scope) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if self._has_templates:
            args, kwargs = self._rendered_arguments(ti, scope)
        else:
            args, kwargs = self._arguments(ti, scope, dict(self._fixed))
        if self.label_template is not None:
            self._expose(ti, args, kwargs)
        if self._wanted:
            self._add_context(ti, kwargs)
        if self._signature.has_kwargs:
            kwargs = self._signature.add_context(args, kwargs, ti.get_template_context())
        return args, kwargs

    def _expose(self, ti: TaskInstance, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        operator = self.operator
        by_name = {**dict(zip(self._signature.positional, args, strict=False)), **kwargs}
        self.expose(ti, operator.unmap(kwargs) if isinstance(operator, DecoratedMappedOperator) else operator, by_name)

    def _is_fixed(self, value: Any) -> bool:
        if type(value) is str:
            return not self._has_templates
        return type(value) in _UNCHANGEABLE

    def _find_wanted(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The parameters that the context provides. What is mapped may only be of the names of older contexts."""
        taken = frozenset(self._signature.positional[: len(self._args)]) | frozenset(given)
        return tuple(name for name in self._signature.provided_names if name not in taken)

    def _rendered_arguments(self, ti: TaskInstance, scope: Scope) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """As `_arguments`, noted for people as far as they get rendered."""
        ti.rendered = RenderedFields()
        kwargs = dict(self._fixed)
        try:
            args, kwargs = self._arguments(ti, scope, kwargs)
            ti.rendered.note("op_args", args)
        finally:
            ti.rendered.note("op_kwargs", kwargs)
        return args, kwargs

    def _arguments(
        self, ti: TaskInstance, scope: Scope, kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a try by position and by name, all final, without those of the context.

        Args:
            ti: The try.
            scope: Its place.
            kwargs: The arguments that are the same in every try; the others are added to them.
        """
        render = self.renderer(ti, self.operator).text_renderer("op_kwargs") if self._has_templates else None
        for name, value in self._varying.items():
            made = resolve(value, scope, render)
            kwargs[name] = own_copy(made) if name in self._lazy else made
        if self._expand_input is not None:
            authored, data = self._expand_input.split_at(scope, ti.index)
            for name, value in authored.items():
                made = resolve(value, scope, render)
                kwargs[name] = own_copy(made) if self._has_lazy_items else made
            for name, value in data.items():
                kwargs[name] = own_copy(value)
            if self._checks_names:
                self._check(kwargs, ti)
        if self._has_fixed_args:
            return self._args, kwargs
        args = tuple(resolve(value, scope, render) for value in self._args)
        return (tuple(map(own_copy, args)) if self._has_lazy_args else args), kwargs

    def _check(self, kwargs: Mapping[str, Any], ti: TaskInstance) -> None:
        """Arguments from `expand_kwargs` are known only now."""
        where = f"Task '{self.spec.task_id}', map index {show(ti.map_path)},"
        self._signature.check_names(tuple(kwargs), where)
        self._signature.check_complete(0, tuple(kwargs), where)

    def _add_context(self, ti: TaskInstance, kwargs: dict[str, Any]) -> None:
        context = ti.get_template_context()
        for name in self._wanted:
            if name not in kwargs and name in context:
                kwargs[name] = context[name]
            elif name not in self._signature.defaults:
                raise DagTypeError(
                    f"Task '{self.spec.task_id}' asks for '{name}', which this run does not have.",
                    fix=f"start the run with a logical date, or write {name}=None",
                )
