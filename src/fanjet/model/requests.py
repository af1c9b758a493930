"""What a running try may ask for; the whole of its way to the world besides its result.

Every request is answered with the type its docstring names. Tasks are given by number.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from fanjet.model.paths import Path
from fanjet.model.values import RETURN_VALUE


class GetValues(msgspec.Struct, frozen=True, tag="get_values"):
    """Values of a task's instances whose path starts with `prefix`, in the order of their paths: `Values`.

    Instances without a value do not count, unless `with_empty` says so. A single instance is its own whole path as
    prefix and `limit` 1.
    """

    task: int
    prefix: Path
    offset: int = 0
    #: At most so many; the server may give fewer only at the end.
    limit: int = 1000
    key: str = RETURN_VALUE
    #: A path that starts with `prefix`: only values from this path on, and `offset` counts from there. Empty for all.
    first: Path = ()
    #: Instances that ended without a value count too, with empty bytes as theirs, and those that have not ended do not:
    #: so a reader learns from one page about all instances in it. For reading on from `first`; far offsets are slow.
    with_empty: bool = False


class Values(msgspec.Struct, frozen=True, tag="values"):
    """One page of values."""

    paths: list[Path]
    #: In the formats of `fanjet.model.values`; empty where there is none (`GetValues.with_empty`).
    values: list[bytes]


class CountValues(msgspec.Struct, frozen=True, tag="count_values"):
    """How many instances under `prefix` have a value: `Count`."""

    task: int
    prefix: Path
    key: str = RETURN_VALUE


class GetMapLength(msgspec.Struct, frozen=True, tag="get_map_length"):
    """How many positions a map has at `parent`; 0 when it never expanded there: `Count`."""

    map: int
    parent: Path


class FindVariable(msgspec.Struct, frozen=True, tag="find_variable"):
    """A variable of the store: `Found`."""

    name: str
    #: Name near ones if there is none.
    suggest: bool = False


class FindConnection(msgspec.Struct, frozen=True, tag="find_connection"):
    """A connection of the store, as JSON: `Found`."""

    name: str
    #: Name near ones if there is none.
    suggest: bool = False


class Found(msgspec.Struct, frozen=True, tag="found"):
    """What the store has under a name. It travels in clear, to a process of the same user."""

    #: None where there is nothing.
    value: str | None
    #: It is masked whatever its name is.
    secret: bool = False
    #: Names that are like the one that was asked for.
    near: tuple[str, ...] = ()


class SetVariable(msgspec.Struct, frozen=True, tag="set_variable"):
    """Write a variable into the store; whether it is secret stays: `Count` 1."""

    name: str
    value: str
    #: None leaves it as it is.
    description: str | None = None


class DeleteVariable(msgspec.Struct, frozen=True, tag="delete_variable"):
    """Remove a variable from the store: `Count` of those that were there, 0 or 1."""

    name: str


class Count(msgspec.Struct, frozen=True, tag="count"):
    """A number."""

    count: int


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """The request could not be answered; raised as an `ExecutionError` in the try."""

    message: str


#: What needs no run, so that a DAG file may ask it while it is loaded.
Lookup: TypeAlias = FindVariable | FindConnection
Request: TypeAlias = GetValues | CountValues | GetMapLength | Lookup | SetVariable | DeleteVariable
Response: TypeAlias = Values | Count | Found | Failure
