"""``.map(f)`` where `f` makes operators: a mapped task, each instance of which runs the operator made of its item.

Elsewhere ``.map(f)`` applies `f` to a value where the value is used. A function that makes an operator has no use as a
value: what is meant is that the operator runs. So such a ``.map(f)`` is a task named after `f`, whose result is that of
the operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from fanjet.authoring.context_stack import current_dag, find_place
from fanjet.authoring.expand_input import ProductInput
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.task_options import given_options
from fanjet.authoring.xcom_arg import XComArg
from fanjet.errors import DagTypeError

#: The argument that holds the item.
ITEM = "item"
#: How far calls of the author's own functions are followed.
_MOST_CALLS = 5


class MadeOperator(BaseOperator):
    """Stands for the operators that a function makes."""

    custom_operator_name = ".map()"
    template_fields = (ITEM,)

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

    def __init__(self, factory: Callable[[Any], Any], partial_kwargs: dict[str, Any], expand_input: ProductInput) -> None:
        super().__init__(MadeOperator, partial_kwargs, expand_input)
        self.factory = factory

    def make(self, item: Any) -> BaseOperator:
        """The operator of one instance.

        Raises:
            DagTypeError: The function made something else.
        """
        made = self.factory(item)
        operator = made.operator if isinstance(made, XComArg) else made
        if not isinstance(operator, BaseOperator):
            raise DagTypeError(
                f"Task '{self.task_id}': {_name(self.factory)}() made a value of type {type(made).__name__} of its "
                "item, not an operator.",
                fix="return an operator, or the call of a @task function, for each item",
                **self.place,
            )
        return operator

    def adopt(self, operator: BaseOperator) -> BaseOperator:
        """Give a made operator the place of this task."""
        return self._adopt(operator)
