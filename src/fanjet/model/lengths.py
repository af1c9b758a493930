"""How the length of a map follows from what ended upstream: the half of the mapping algebra that the engine needs.

The other half, which values an index stands for, lives with the authoring classes and is evaluated in workers only.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class LiteralLength(msgspec.Struct, frozen=True, tag="literal"):
    """A collection that was written in the DAG file."""

    count: int


class ResultLength(msgspec.Struct, frozen=True, tag="result"):
    """The number of items in the one result that `task` has in the scope of the map.

    The task is not mapped relative to the map: its scope is a prefix of the map's and it has no map of its own.
    """

    task: int


class ValuesLength(msgspec.Struct, frozen=True, tag="values"):
    """The number of values that a mapped `task` gives in the scope of the map.

    One level deeper than the scope: the number of instances that stored a value (SEMANTICS 5.1, 5.4). Two or more
    levels deeper: the length of the outermost of those levels, whose positions are kept (SEMANTICS 14.2).
    """

    task: int


class ProductLength(msgspec.Struct, frozen=True, tag="product"):
    """Several arguments of one `expand()`: a cross product."""

    factors: tuple[LengthSpec, ...]


class SumLength(msgspec.Struct, frozen=True, tag="sum"):
    """`.concat()`."""

    parts: tuple[LengthSpec, ...]


class ShortestLength(msgspec.Struct, frozen=True, tag="shortest"):
    """`.zip()`."""

    parts: tuple[LengthSpec, ...]


class LongestLength(msgspec.Struct, frozen=True, tag="longest"):
    """`.zip(fillvalue=...)`."""

    parts: tuple[LengthSpec, ...]


class MeasuredLength(msgspec.Struct, frozen=True, tag="measured"):
    """A length that depends on the inside of a value, such as the argument of an enclosing mapped group.

    When all of `sources` (tasks) have ended, a worker measures it once per index of the enclosing map.
    """

    sources: tuple[int, ...]


LengthSpec: TypeAlias = (
    LiteralLength
    | ResultLength
    | ValuesLength
    | ProductLength
    | SumLength
    | ShortestLength
    | LongestLength
    | MeasuredLength
)


def find_sources(length: LengthSpec) -> tuple[int, ...]:
    """The tasks whose end a length waits for, each once, in order of first use."""
    match length:
        case LiteralLength():
            return ()
        case ResultLength(task) | ValuesLength(task):
            return (task,)
        case MeasuredLength(sources):
            return sources
        case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
            return tuple(dict.fromkeys(task for part in parts for task in find_sources(part)))
