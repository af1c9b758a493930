"""Columns of small numbers as bytes, worked on at the speed of C: whole slices become integers and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

#: Positions in a column; a range where they are consecutive.
Positions: TypeAlias = range | list[int]

#: Entries of one column from `first` on; 0 where a position has none.
Span: TypeAlias = tuple[int, bytes]

#: A gap in a list of positions that is wider starts another span.
_WIDEST_GAP = 64


def either(left: bytes | bytearray, right: bytes | bytearray) -> bytes:
    """The bitwise or, entry by entry."""
    joined = int.from_bytes(left, "little") | int.from_bytes(right, "little")
    return joined.to_bytes(len(left), "little")


def both(left: bytes | bytearray, right: bytes | bytearray) -> bytes:
    """The bitwise and, entry by entry."""
    joined = int.from_bytes(left, "little") & int.from_bytes(right, "little")
    return joined.to_bytes(len(left), "little")


def less(left: bytes | bytearray, right: bytes | bytearray) -> bytes:
    """The difference, entry by entry; no entry may be less than what is taken from it."""
    difference = int.from_bytes(left, "little") - int.from_bytes(right, "little")
    return difference.to_bytes(len(left), "little")


def pair(high: bytes, low: bytes) -> bytes:
    """Two columns of numbers below 4 as one of numbers below 16."""
    joined = int.from_bytes(high, "little") << 2 | int.from_bytes(low, "little")
    return joined.to_bytes(len(high), "little")


def compact(positions: Sequence[int]) -> Positions:
    """Ascending positions as a range where they are consecutive."""
    first, count = positions[0], len(positions)
    if positions[-1] - first + 1 == count:
        return range(first, first + count)
    return list(positions)


def is_run(indexes: list[int]) -> bool:
    """Whether the indexes are consecutive and ascend."""
    first = indexes[0]
    return indexes[-1] - first + 1 == len(indexes) and indexes == list(range(first, first + len(indexes)))


def find_all(column: bytes | bytearray, entry: int, offset: int = 0) -> Positions:
    """Where the entry stands, `offset` added; ascending."""
    count = column.count(entry)
    if count == len(column):
        return range(offset, offset + count)
    found: list[int] = []
    at = -1
    for _ in range(count):
        at = column.find(entry, at + 1)
        found.append(at + offset)
    return compact(found) if found else range(0)


def runs_of(positions: Sequence[int]) -> Iterator[range]:
    """The runs of consecutive ascending positions, in the order given."""
    if isinstance(positions, range):
        yield positions
        return
    first = last = positions[0]
    for position in positions[1:]:
        if position != last + 1:
            yield range(first, last + 1)
            first = position
        last = position
    yield range(first, last + 1)


def spans_of(positions: Sequence[int], entries: bytes) -> Iterator[Span]:
    """Entries by position as spans, each without a wide gap."""
    if isinstance(positions, range) or len(positions) == 1:
        yield positions[0], entries
        return
    order = sorted(zip(positions, entries, strict=True))
    start = 0
    for at in range(1, len(order) + 1):
        if at == len(order) or order[at][0] - order[at - 1][0] > _WIDEST_GAP:
            yield _span_of(order[start:at])
            start = at


def _span_of(order: list[tuple[int, int]]) -> Span:
    first = order[0][0]
    column = bytearray(order[-1][0] - first + 1)
    for position, entry in order:
        column[position - first] = entry
    return first, bytes(column)


def split_where_kinds_begin(kinds: bytes) -> list[slice]:
    """Cut a column before the first entry of each kind but the first, so that each is looked at when it appears.

    Entries of 0 are no kind.
    """
    begins = sorted(kinds.find(kind) for kind in set(kinds) if kind)[1:]
    return [slice(*bounds) for bounds in zip([0, *begins], [*begins, len(kinds)], strict=True)]
