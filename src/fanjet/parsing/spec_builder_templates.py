"""Which tasks have templates to render, so that all others pay nothing for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanjet.authoring.decorated import DecoratedMappedOperator
from fanjet.authoring.expand_input import ExpandInput
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator, Operator

_MARKS = ("{{", "{%", "{#")


def has_templates(task: Operator) -> bool:
    """Whether rendering would change any template field of any instance."""
    dag = task.dag
    # These make jinja2 change texts without marks as well.
    always = dag is not None and (dag.render_template_as_native_obj or bool(dag.jinja_environment_kwargs))
    operator_class = task.operator_class if isinstance(task, MappedOperator) else type(task)
    extensions = tuple(getattr(operator_class, "template_ext", ()))
    return any(_is_template(text, extensions, always=always) for value in _values(task) for text in _texts(value))


def _is_template(text: str, extensions: tuple[str, ...], *, always: bool) -> bool:
    # jinja2 also normalizes ends of lines and removes a last one.
    changes = always or "\r" in text or text.endswith("\n") or any(mark in text for mark in _MARKS)
    return changes or bool(extensions and text.endswith(extensions))


def _values(task: Operator) -> Iterator[Any]:
    """What the author wrote for the template fields."""
    if isinstance(task, BaseOperator):
        yield from (getattr(task, field, None) for field in task.template_fields)
    elif isinstance(task, MappedOperator):
        fields = task.operator_class.template_fields
        yield from (task.partial_kwargs.get(field) for field in fields)
        if isinstance(task, DecoratedMappedOperator):
            yield task.op_kwargs
            yield from _literals(task.expand_input, None)
        else:
            yield from _literals(task.expand_input, frozenset(fields))


def _literals(expand_input: ExpandInput, fields: frozenset[str] | None) -> Iterator[Any]:
    for name, value in expand_input.authored():
        if fields is None or name in fields:
            yield value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, LazyValue):
        return
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            if type(item) is not int:
                yield from _texts(item)
    elif not isinstance(value, type):  # an object may have template fields of its own
        for field in getattr(value, "template_fields", ()):
            yield from _texts(getattr(value, field, None))
