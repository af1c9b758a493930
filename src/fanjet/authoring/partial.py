"""``Operator.partial(...)``: the arguments that all instances of a mapped operator share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fanjet.authoring.definition import find_definition
from fanjet.authoring.expand_input import KwargsInput, ProductInput
from fanjet.authoring.lazy_value import NOT_GIVEN
from fanjet.authoring.mapped_operator import MappedOperator
from fanjet.authoring.operator import BaseOperator
from fanjet.authoring.operator_class import accepted_arguments, describe_call, with_default_args
from fanjet.authoring.sources import check_kwargs_source, check_source
from fanjet.authoring.task_options import NAMES, unknown_argument
from fanjet.authoring.unexpanded import note_partial
from fanjet.errors import DagTypeError


class OperatorPartial:
    """What ``Operator.partial(...)`` gives.

    Raises:
        DagTypeError: An argument is given by position, is unknown, or `task_id` is missing.
    """

    def __init__(self, operator_class: type[BaseOperator], args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self._where = f"{describe_call(operator_class, kwargs)}, partial()"
        if args:
            raise DagTypeError(f"{self._where} takes no arguments by position.", fix="give all arguments by name")
        if "task_id" not in kwargs:
            raise DagTypeError(f"{self._where} is missing the argument 'task_id'.", fix="give task_id='...'")
        accepted = accepted_arguments(operator_class)
        for name in kwargs:
            if name not in accepted.names:
                raise unknown_argument(name, self._where, accepted.names)
        self._class = operator_class
        self._kwargs = dict(kwargs)
        self.definition = find_definition()
        self.is_expanded = False
        note_partial(self, self._where)

    def expand(self, **mapped: Any) -> MappedOperator:
        """Map over collections; several make a cross product in which the last varies fastest.

        Raises:
            DagTypeError: No arguments, or one that is unknown, in `partial()` too, or not mappable.
            DagValueError: A value cannot be mapped over.
        """
        where = f"{describe_call(self._class, self._kwargs)}, expand()"
        if not mapped:
            raise DagTypeError(f"{where} has nothing to map over.", fix="give a list, or call the operator instead")
        self._check_mapped(mapped, where)
        sources = {name: check_source(value, f"{where}, argument '{name}',") for name, value in mapped.items()}
        given = with_default_args(self._class, self._kwargs, frozenset(mapped))
        for name in sorted(accepted_arguments(self._class).required):
            if name not in mapped and name not in given:
                raise DagTypeError(f"{where} is missing the argument '{name}'.", fix="give it in partial() or expand()")
        return self._map(given, ProductInput(sources, where))

    def expand_kwargs(self, kwargs: Any = NOT_GIVEN, *, strict: bool = True) -> MappedOperator:
        """Map over a list of dicts of arguments, one dict for each instance.

        Args:
            kwargs: A list of dicts and outputs of tasks, or an output that gives a list of dicts.
            strict: Whether an argument that is in `partial()` too fails the instance; otherwise the dict's wins.

        Raises:
            DagTypeError: `kwargs` is nothing of the kind, or has arguments that cannot be mapped.
        """
        where = f"{describe_call(self._class, self._kwargs)}, expand_kwargs()"
        source = check_kwargs_source(kwargs, where, refused=NAMES)
        given = with_default_args(self._class, self._kwargs)
        taken = frozenset(self._kwargs)
        return self._map(given, KwargsInput(source, where, taken=taken, strict=strict, refused=NAMES))

    def _check_mapped(self, mapped: Mapping[str, Any], where: str) -> None:
        accepted = accepted_arguments(self._class)
        for name in mapped:
            if name in NAMES:
                raise DagTypeError(
                    f"{where} cannot map '{name}': it is the same for all instances.", fix="use partial()"
                )
            if name in self._kwargs:
                raise DagTypeError(f"{where} has the argument '{name}', which is in partial() too.", fix="give it once")
            if name not in accepted.names:
                raise unknown_argument(name, where, accepted.names)

    def _map(self, given: Mapping[str, Any], expand_input: ProductInput | KwargsInput) -> MappedOperator:
        self.is_expanded = True
        operator = MappedOperator(self._class, given, expand_input)
        operator.defaulted = frozenset(given.keys() - self._kwargs.keys())
        return operator
