"""Which tasks have templates to render, so that all others pay nothing for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fanjet.authoring.dag import DAG
from fanjet.authoring.decorated import DecoratedMappedOperator
from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator, Operator
from fanjet.authoring.operator_factory import FactoryMappedOperator
from fanjet.authoring.own_templates import renders_itself

_MARKS = ("{{", "{%", "{#")
_PLAIN = frozenset({int, float, bool, bytes, type(None)})


def has_templates(task: Operator) -> bool:
    """Whether rendering would change any template field of any instance."""
    if isinstance(task, FactoryMappedOperator):
        return True  # nobody knows before what operators it runs
    dag = task.dag
    # These make jinja2 change texts without marks as well.
    always = dag is not None and (is_native(task, dag) or bool(dag.jinja_environment_kwargs))
    operator_class = task.operator_class if isinstance(task, MappedOperator) else type(task)
    if renders_itself(operator_class):
        return True  # only it knows where it has templates
    extensions = tuple(getattr(operator_class, "template_ext", ()))

    def is_template(text: str) -> bool:
        # jinja2 also normalizes ends of lines and removes a last one.
        return (
            always
            or ("{" in text and any(mark in text for mark in _MARKS))
            or "\r" in text
            or text.endswith(("\n", *extensions))
        )

    return any(_has(value, is_template) for _, value in authored_fields(task))


def is_native(task: Operator, dag: DAG) -> bool:
    """Whether the templates of a task give Python's values."""
    own = task.render_template_as_native_obj
    return dag.render_template_as_native_obj if own is None else own


def authored_fields(task: Operator) -> Iterator[tuple[str, Any]]:
    """The names of the template fields, each with something that the author wrote for it."""
    if isinstance(task, BaseOperator):
        yield from ((field, getattr(task, field, None)) for field in task.template_fields)
    elif isinstance(task, MappedOperator):
        fields = task.operator_class.template_fields
        yield from ((field, task.partial_kwargs.get(field)) for field in fields)
        if isinstance(task, DecoratedMappedOperator):
            yield "op_kwargs", task.op_kwargs
            yield from (("op_kwargs", value) for _, value in task.expand_input.authored())
        else:
            yield from ((name, value) for name, value in task.expand_input.authored() if name in frozenset(fields))


def _has(value: Any, is_template: Callable[[str], bool]) -> bool:
    """Whether a text in `value` is a template. Literals may have a million elements, which are looked at one by one."""
    if type(value) is str:
        return is_template(value)
    if isinstance(value, LazyValue | type):
        return False
    if isinstance(value, dict):
        return any(_has(each, is_template) for each in (*value.keys(), *value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            kind = type(item)
            if kind is str:
                if is_template(item):
                    return True
            elif kind not in _PLAIN and _has(item, is_template):
                return True
        return False
    # An object may have template fields of its own.
    return any(_has(getattr(value, field, None), is_template) for field in getattr(value, "template_fields", ()))
