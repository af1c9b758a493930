"""How operator classes make tasks: keyword arguments only, default arguments, checks, and a place in the DAG."""

from __future__ import annotations

import re
from abc import ABCMeta
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from fanjet.authoring.call_signature import read_signature
from fanjet.authoring.context_stack import find_place
from fanjet.authoring.default_args import collect_default_args
from fanjet.authoring.definition import find_definition
from fanjet.authoring.task_options import NAMES, unknown_argument
from fanjet.errors import DagTypeError

_DOUBLED = re.compile(r"got multiple values for keyword argument '(\w+)'")


class Accepted(NamedTuple):
    """The arguments of an operator class."""

    names: frozenset[str]
    #: Those that its own constructor cannot do without.
    required: frozenset[str]


class _AnyName(frozenset[str]):
    """All names, but for those that were taken out: of operators whose arguments only their package knows."""

    def __contains__(self, name: object) -> bool:
        return not super().__contains__(name)

    def __sub__(self, names: AbstractSet[Any]) -> frozenset[str]:
        return _AnyName({*self, *names})


class OperatorMeta(ABCMeta):
    """Calling an operator class makes a task and puts it into the DAG where the code stands."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        where = describe_call(cls, kwargs)
        if args:
            raise DagTypeError(f"{where} takes no arguments by position.", fix="give all arguments by name")
        arguments = with_default_args(cls, kwargs)
        check_arguments(cls, arguments, where)
        operator = cls.build(arguments, arguments.keys() - kwargs.keys())
        operator.join_dag(arguments, find_definition())
        return operator

    def build(cls, arguments: Mapping[str, Any], defaulted: AbstractSet[str]) -> Any:
        """An operator that has joined no DAG.

        Args:
            arguments: What the constructor gets.
            defaulted: Those that are default arguments: where the constructor gives its base class one itself, its
                own counts.
        """
        while True:
            try:
                return type.__call__(cls, **arguments)
            except TypeError as error:
                doubled = _DOUBLED.search(str(error))
                if doubled is None or doubled[1] not in defaulted:
                    raise
                arguments = {name: value for name, value in arguments.items() if name != doubled[1]}
                defaulted = defaulted - {doubled[1]}


def accepted_arguments(cls: type) -> Accepted:
    """What an operator class can be called with, read from its constructors."""
    if "_accepted_arguments" in cls.__dict__:
        return cls.__dict__["_accepted_arguments"]  # type: ignore[no-any-return] # set below
    names: set[str] = set()
    required: set[str] | None = None
    for base in cls.__mro__:
        if "__init__" not in base.__dict__:
            continue
        signature = read_signature(base.__dict__["__init__"])
        own = (*signature.positional[1:], *signature.keyword_only)
        names.update(own, base.__dict__.get("more_arguments", ()))
        if required is None:
            required = {name for name in own if name not in signature.defaults}
        if base.__dict__.get("takes_any_argument"):
            names = _AnyName()  # type: ignore[assignment] # a set that has them all
            break
        if base.__dict__.get("takes_task_options"):
            names |= NAMES
        elif signature.has_kwargs:
            continue
        break
    accepted = Accepted(names if isinstance(names, frozenset) else frozenset(names), frozenset(required or ()))
    cls._accepted_arguments = accepted  # type: ignore[attr-defined] # a cache that subclasses must not inherit
    return accepted


def with_default_args(cls: type, kwargs: Mapping[str, Any], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """`kwargs`, and for what is not in them the default arguments of DAG and groups that the class takes.

    Args:
        cls: The operator class.
        kwargs: What the author gave.
        without: Names for which no default is wanted, as they are mapped.
    """
    dag, group = find_place(kwargs.get("dag"), kwargs.get("task_group"))
    defaults = collect_default_args(dag, group, kwargs.get("default_args"))
    if not defaults:
        return dict(kwargs)
    names = accepted_arguments(cls).names - without
    return {name: value for name, value in defaults.items() if name in names} | dict(kwargs)


def check_arguments(cls: type, given: Mapping[str, Any], where: str) -> None:
    """Check names only.

    Raises:
        DagTypeError: An argument is unknown or missing.
    """
    accepted = accepted_arguments(cls)
    for name in given:
        if name not in accepted.names:
            raise unknown_argument(name, where, accepted.names)
    for name in sorted(accepted.required):
        if name not in given:
            raise DagTypeError(f"{where} is missing the argument '{name}'.", fix=f"give {name}=...")


def describe_call(cls: type, kwargs: Mapping[str, Any]) -> str:
    """Words for error messages, such as ``BashOperator 'load'``."""
    name = getattr(cls, "custom_operator_name", None) or cls.__name__
    task_id = kwargs.get("task_id")
    return f"{name} '{task_id}'" if isinstance(task_id, str) else name
