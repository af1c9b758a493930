"""Sequences whose items are made when they are read: what ``.map()``, ``.zip()`` and ``.concat()`` give in a run."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, overload

from fanjet.authoring.exceptions import NotMappable

_TEXTS = (str, bytes, bytearray, memoryview)
_SHOWN = 5


class LazySequence(Sequence[Any]):
    """A sequence of which only the items that are read are made. A slice is a list, equality is by item."""

    @abstractmethod
    def item(self, position: int) -> Any:
        """The item at a position in ``0 <= position < len(self)``."""

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        length = len(self)
        if isinstance(index, slice):
            return [self.item(position) for position in range(*index.indices(length))]
        position = index.__index__()
        if position < 0:
            position += length
        if not 0 <= position < length:
            raise IndexError(index)  # the text that Airflow gives
        return self.item(position)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, _TEXTS):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment] # equal to lists, which have none

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} items>"


class MappedSequence(LazySequence):
    """`source` with `f` applied to an item each time it is read."""

    def __init__(self, source: Sequence[Any], f: Callable[[Any], Any]) -> None:
        self._source = source
        self._f = f

    def __len__(self) -> int:
        return len(self._source)

    def item(self, position: int) -> Any:
        return self._f(self._source[position])


class ZipSequence(LazySequence):
    """Tuples of the items at one position.

    Args:
        parts: At least one sequence.
        longest: Whether the longest part decides about the length.
        fillvalue: Stands for the items that a shorter part does not have.
    """

    def __init__(self, parts: Sequence[Sequence[Any]], *, longest: bool, fillvalue: Any) -> None:
        self._parts = parts
        self._lengths = [len(part) for part in parts]
        self._length = (max if longest else min)(self._lengths)
        self._fillvalue = fillvalue

    def __len__(self) -> int:
        return self._length

    def item(self, position: int) -> tuple[Any, ...]:
        return tuple(
            part[position] if position < length else self._fillvalue
            for part, length in zip(self._parts, self._lengths, strict=True)
        )


class ConcatSequence(LazySequence):
    """The items of each part, one part after the other."""

    def __init__(self, parts: Sequence[Sequence[Any]]) -> None:
        self._parts = parts
        self._ends = list(accumulate(len(part) for part in parts))

    def __len__(self) -> int:
        return self._ends[-1]

    def item(self, position: int) -> Any:
        number = bisect_right(self._ends, position)
        return self._parts[number][position - (self._ends[number - 1] if number else 0)]


def items_of(value: Any, what: str) -> Sequence[Any]:
    """The items of a collection by position; those of a dict are (key, value) tuples.

    Raises:
        NotMappable: `value` is no collection; the message calls it `what`.
    """
    if isinstance(value, Mapping):
        return tuple(value.items())
    if isinstance(value, Sequence) and not isinstance(value, _TEXTS):
        return value
    raise NotMappable(
        f"{what[:1].upper()}{what[1:]} cannot be mapped over: it is of type {type(value).__name__}"
        + (", no value was pushed." if value is None else "."),
        fix="return a list, tuple or dict; put a single value into a list",
    )


def keys_of(value: Any, what: str) -> Sequence[Any]:
    """As `items_of`, but a dict gives its keys."""
    return items_of(tuple(value) if isinstance(value, Mapping) else value, what)
