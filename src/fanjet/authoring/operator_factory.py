"""``.map(f)`` where `f` makes operators: a mapped task, each instance of which runs the operator made of its item.

Elsewhere ``.map(f)`` applies `f` to an item where the item is used. An operator has no use as a value: who makes one of
each item wants it to run. So such a ``.map(f)`` is a task named after `f`, whose results are those of the operators.
Which functions make operators is read off their code: they, or functions of the author that they call, use an operator
class or a @task function, or their return annotation names an operator class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from inspect import getattr_static
from types import CodeType, FunctionType, ModuleType
from typing import Any, get_type_hints

from fanjet.authoring.context_stack import find_place
from fanjet.authoring.definition import find_definition
from fanjet.authoring.expand_input import ProductInput
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.operator_class import with_default_args
from fanjet.authoring.task_node import Operator
from fanjet.authoring.xcom_arg import XComArg
from fanjet.errors import DagTypeError, DagValueError

#: The argument that holds the item.
ITEM = "item"
#: How far calls of the author's own functions are followed.
_MOST_CALLS = 5


class MadeOperator(BaseOperator):
    """Stands for the operators that a function makes."""

    custom_operator_name = ".map()"

    def __init__(self, *, item: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.item = item


class FactoryMappedOperator(MappedOperator):
    """A mapped task whose instances run what a function makes of their items.

    Args:
        factory: The function.
        partial_kwargs: The arguments of the task, `task_id` among them.
        expand_input: What the map runs over, as the argument `ITEM`.
    """

    def __init__(
        self, factory: Callable[[Any], Any], partial_kwargs: dict[str, Any], expand_input: ProductInput
    ) -> None:
        super().__init__(MadeOperator, partial_kwargs, expand_input)
        self.factory = factory

    def find_label_template(self) -> str | None:
        """By default the label of an instance is the task id that its operator was made with."""
        return super().find_label_template() or "{{ made_task_id }}"

    def make(self, item: Any) -> tuple[BaseOperator, str]:
        """The operator of one instance, with the place of this task, and the task id that it was made with.

        Raises:
            DagTypeError: The function made something else.
        """
        made = self.factory(item)
        operator = made.operator if isinstance(made, XComArg) else made
        if not isinstance(operator, BaseOperator):
            raise DagTypeError(
                f"Task '{self.task_id}': what .map() calls made a value of type {type(made).__name__} of an item, not "
                "an operator.",
                fix="return an operator, or the call of a @task function, for each item",
                **self.place,
            )
        made_task_id = operator.task_id
        return self._adopt(operator), made_task_id


def find_maker(f: Callable[..., Any]) -> str | None:
    """The name of what makes operators when `f` is called: of `f` itself, or of what a lambda calls.

    Returns:
        None for a function that makes no operators.
    """
    return _find_maker(f, _MOST_CALLS)


def map_operators(source: LazyValue, f: Callable[[Any], Any], name: str) -> XComArg:
    """The output of the task that runs what `f` makes of each item.

    Raises:
        DagValueError: There is no DAG that the task could belong to.
    """
    dag, group = find_place(next((task.dag for task in source.references()), None), None)
    if dag is None or group is None:
        raise DagValueError(
            f".map() of {source.describe()} with '{name}', which makes operators, stands outside of a DAG.",
            fix="write it inside of 'with DAG(...)' or of a @dag function",
        )
    where = f".map() of {source.describe()}"
    arguments = with_default_args(MadeOperator, {"task_id": dag.free_task_id(name, group), "dag": dag})
    operator = FactoryMappedOperator(f, arguments, ProductInput({ITEM: source}, where))
    operator.definition = find_definition()
    return XComArg(operator)


def _find_maker(f: Any, calls: int) -> str | None:
    while isinstance(f, partial):
        f = f.func
    f = getattr(f, "__func__", f)  # of a method
    if not isinstance(f, FunctionType) or not calls:
        return None
    name = None if f.__name__ == "<lambda>" else f.__name__
    if _returns_operator(f):
        return name or "operators"
    for used in _used_by(f):
        if isinstance(used, type) and issubclass(used, Operator):
            return name or used.__name__
        if getattr_static(used, "is_task_decorator", False):
            return name or str(used.__name__)
        if isinstance(used, FunctionType) and used is not f and _is_authors(used, f):
            inner = _find_maker(used, calls - 1)
            if inner is not None:
                return name or inner
    return None


def _is_authors(used: FunctionType, f: FunctionType) -> bool:
    """Only functions of the same package are followed, not those of libraries."""
    return used.__module__.partition(".")[0] == f.__module__.partition(".")[0]


def _returns_operator(f: FunctionType) -> bool:
    if "return" not in f.__annotations__:
        return False
    try:
        hint = get_type_hints(f).get("return")
    except Exception:  # noqa: BLE001 - an annotation may name what is known to type checkers only
        return False
    return isinstance(hint, type) and issubclass(hint, Operator | XComArg)


def _used_by(f: FunctionType) -> Iterator[Any]:
    """What the global, enclosing and attribute names in the code of a function stand for, as far as that is known."""
    enclosing = {}
    for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
        try:
            enclosing[name] = cell.cell_contents
        except ValueError:
            continue  # defined later
    names = list(_names_in(f.__code__))
    found = [enclosing.get(name, f.__globals__.get(name)) for name in names]
    for value in found:
        if isinstance(value, ModuleType):
            yield from (vars(value)[name] for name in names if name in vars(value))
        elif value is not None:
            yield value


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from code.co_freevars
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
