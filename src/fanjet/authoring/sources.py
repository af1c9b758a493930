"""What a map may run over, judged when the DAG file is parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from fanjet.authoring.lazy_value import NOT_GIVEN, LazyValue
from fanjet.authoring.literals import find_lazy
from fanjet.errors import DagTypeError, DagValueError

#: A collection in the DAG file, or a value that a run will provide.
Source: TypeAlias = LazyValue | Sequence[Any] | Mapping[Any, Any]

#: Sequences whose items are characters and bytes; nobody means to map over those.
TEXTS = (str, bytes, bytearray, memoryview)


def is_collection(value: Any) -> bool:
    """Whether the items of `value` can be mapped over: a sequence that is no text, or a mapping."""
    return isinstance(value, Sequence | Mapping) and not isinstance(value, TEXTS)


def check_source(value: Any, where: str) -> Source:
    """The source that `value` stands for; an operator stands for its output.

    Args:
        value: What the author wrote.
        where: Words for what it is used in, such as ``task 'm', expand(x=...)``.

    Raises:
        DagValueError: It is no list, tuple, dict or output of a task, or one key of an output.
    """
    output = getattr(value, "output", None)
    source = output if isinstance(output, LazyValue) else value
    if not isinstance(source, LazyValue) and not is_collection(source):
        raise DagValueError(
            f"{where} got a value of type {type(source).__name__}, which cannot be mapped over.",
            fix="give a list, tuple, dict or the output of a task"
            + ("; wrap a single value in a list" if isinstance(source, (*TEXTS, int, float, bool)) else "")
            + ("; a list keeps the order" if isinstance(source, set | frozenset) else "")
            + ("; call the task function to get its output" if hasattr(source, "is_task_decorator") else ""),
        )
    for lazy in find_lazy(source):
        for origin in lazy.origins():
            problem = origin.find_mapping_problem()
            if problem:
                raise DagValueError(
                    f"{where} cannot use {origin.describe()}: {problem}.",
                    fix="return the collection from a task of its own, or pass the key in partial()",
                )
    return source


def check_not_called(value: Any, where: str) -> None:
    """Refuse a `@task` function that was given without being called.

    Raises:
        DagTypeError: `value` is such a function.
    """
    if getattr(value, "is_task_decorator", False):
        raise DagTypeError(f"{where} got the task function '{value.__name__}' itself.", fix="call it")


def check_kwargs_source(
    value: Any, where: str, *, refused: frozenset[str] = frozenset(), context: frozenset[str] = frozenset()
) -> Source:
    """The source of `expand_kwargs` that `value` stands for.

    Args:
        value: What the author wrote.
        where: Words for error messages.
        refused: Arguments that cannot be mapped.
        context: Arguments that the context provides.

    Raises:
        DagTypeError: It is neither a list of dicts and outputs nor an output, or a dict has an argument in `refused`.
        DagValueError: A dict has an argument in `context`, or it is one key of an output.
    """
    if value is NOT_GIVEN:
        raise DagTypeError(f"{where} has nothing to map over.", fix="give a list of dicts or the output of a task")
    if isinstance(value, LazyValue) or isinstance(getattr(value, "output", None), LazyValue):
        return check_source(value, where)
    if not isinstance(value, Sequence) or isinstance(value, TEXTS):
        raise DagTypeError(
            f"{where} got a value of type {type(value).__name__}.", fix="give a list of dicts or the output of a task"
        )
    for index, element in enumerate(value):
        if isinstance(element, LazyValue):
            continue
        if not isinstance(element, Mapping):
            raise DagTypeError(f"{where}, element {index} is of type {type(element).__name__}.", fix="give a dict")
        for name in element:
            if not isinstance(name, str):
                raise DagTypeError(f"{where}, element {index} has the key {name!r}.", fix="use argument names as keys")
            if name in refused:
                raise DagTypeError(f"{where} cannot map '{name}' (element {index}).", fix="give it in partial()")
            if name in context:
                raise DagValueError(
                    f"{where} cannot map '{name}' (element {index}): the context provides it.", fix="rename it"
                )
    return value
