"""Which results a task is given as arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanjet.authoring.decorated import DecoratedMappedOperator
from fanjet.authoring.literals import find_lazy
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator, Operator


def find_inputs(task: Operator) -> set[Operator]:
    """The tasks whose results a task has among its arguments, or is mapped over; also through arguments of groups."""
    found = {upstream for value in _arguments(task) for lazy in find_lazy(value) for upstream in lazy.references()}
    if isinstance(task, MappedOperator):
        found.update(task.expand_input.references())
    return found


def _arguments(task: Operator) -> Iterator[Any]:
    if isinstance(task, BaseOperator):
        yield from (getattr(task, field, None) for field in task.template_fields)
    elif isinstance(task, MappedOperator):
        yield task.partial_kwargs
        if isinstance(task, DecoratedMappedOperator):
            yield task.op_kwargs
