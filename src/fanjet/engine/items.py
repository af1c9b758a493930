"""Which items a map runs over, told apart by where they come from: what a rerun compares before and after.

The engine knows no values, only which instances of a source have one. That is enough: position *p* of a map is fed by
certain instances, and as long as they are the same ones as before and none of them was run again, the instance at *p*
stays as it is. Source: SEMANTICS 15.1, 15.2.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from itertools import compress
from math import prod
from typing import TypeAlias

import msgspec

from fanjet.engine.core import Core
from fanjet.engine.plan import common_length
from fanjet.model.lengths import (
    LengthSpec,
    LiteralLength,
    LongestLength,
    MeasuredLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
    find_sources,
)
from fanjet.model.paths import Path
from fanjet.model.spec import MapSpec

#: Of the sources of one map, in the order in which its length names them: a column with 1 where an instance has a
#: value, or the number of items where the engine knows no more.
Items: TypeAlias = list[bytes | int]

#: 1 where an instance (by position below the prefix) is run again; called with the task and the prefix.
Touched: TypeAlias = Callable[[int, Path], bytes]

_decode_items = msgspec.msgpack.Decoder(tuple[bool, list[bytes | int]]).decode

#: Nothing changes.
NEVER = 1 << 62


def shape_of(core: Core, spec: MapSpec) -> LengthSpec:
    """How the items of a map are put together; of one that a worker measures no more is known than how many."""
    return MeasuredLength(find_sources(spec.length)) if core.plan.measured[spec.number] else spec.length


def take_items(core: Core, spec: MapSpec, context: Path) -> Items:
    """What a map would run over now."""
    return [_leaf(core, leaf, spec, context) for leaf in _leaves(shape_of(core, spec))]


def had_items(core: Core, spec: MapSpec, context: Path) -> Items:
    """What the positions of a map that has expanded stand for."""
    for known in (core.reopened[spec.number], core.ran_over[spec.number]):
        if context in known:
            return known[context]
    return take_items(core, spec, context)


def pack_items(items: Items, *, is_open: bool) -> bytes:
    """As the store keeps them, with whether the map is to be decided anew."""
    return zlib.compress(msgspec.msgpack.encode((is_open, items)), 1)


def unpack_items(packed: bytes) -> tuple[bool, Items]:
    """The inverse of `pack_items`."""
    return _decode_items(zlib.decompress(packed))


def count_items(length: LengthSpec, items: Items) -> int:
    """How many positions a map over these items has."""
    return _count(length, iter(items))


def first_change(length: LengthSpec, before: Items, after: Items) -> int:
    """The first position that is fed by something else than before, or exists in one of the two only.

    Returns:
        `NEVER` where both are the same.
    """
    change = _change(length, iter(before), iter(after))
    return NEVER if change >= max(count_items(length, before), count_items(length, after)) else change


def fed_by(core: Core, spec: MapSpec, context: Path, items: Items, touched: Touched) -> bytes:
    """1 for each position that is fed by an instance which is run again.

    Args:
        core: The run.
        spec: The map.
        context: Where it expanded.
        items: What it ran over.
        touched: Says which instances are run again.
    """
    shape = shape_of(core, spec)
    leaves = list(_leaves(shape))
    masks = iter([_mask(core, leaf, spec, context, had, touched) for leaf, had in zip(leaves, items, strict=True)])
    return _join(shape, masks)


def _leaves(length: LengthSpec) -> Iterator[LengthSpec]:
    match length:
        case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield length


def _leaf(core: Core, leaf: LengthSpec, spec: MapSpec, context: Path) -> bytes | int:
    match leaf:
        case LiteralLength(count):
            return count
        case ResultLength(task):
            found = core.find_block(task, context[: len(core.spec.tasks[task].scope)])
            return 0 if found is None or found[0].items is None else max(found[0].items[found[1]], 0)
        case ValuesLength(task):
            prefix, inner = _below(core, task, spec, context)
            if inner > 1:
                return core.lengths[core.plan.chains[task][len(prefix)]].get(prefix, 0)
            block = core.blocks[task].get(prefix)
            return b"" if block is None else bytes(block.valued or bytes(len(block.states)))
        case _:
            return core.lengths[spec.number].get(context, 0)  # measured: by the length that a worker found


def _below(core: Core, task: int, spec: MapSpec, context: Path) -> tuple[Path, int]:
    """The path that a map and its source have in common, and how many levels the source goes on below it."""
    prefix = context[: common_length(core.spec.tasks[task].scope, spec.scope)]
    return prefix, len(core.plan.chains[task]) - len(prefix)


def _mask(core: Core, leaf: LengthSpec, spec: MapSpec, context: Path, had: bytes | int, touched: Touched) -> bytes:
    match leaf:
        case LiteralLength(count):
            return bytes(count)
        case ResultLength(task):
            assert isinstance(had, int)
            prefix = context[: len(core.spec.tasks[task].scope)]
            return bytes([1 in touched(task, prefix)]) * had
        case ValuesLength(task):
            prefix, inner = _below(core, task, spec, context)
            if isinstance(had, bytes):
                return bytes(compress(_touched_or_gone(core, task, prefix, touched).ljust(len(had), b"\1"), had))
            left = core.lengths[core.plan.chains[task][len(prefix)]].get(prefix, 0) if inner > 1 else 0
            return bytes(position >= left or 1 in touched(task, (*prefix, position)) for position in range(had))
        case MeasuredLength(sources):
            assert isinstance(had, int)
            again = any(1 in touched(task, _below(core, task, spec, context)[0]) for task in sources)
            return bytes([again]) * had
        case _:
            raise AssertionError(leaf)


def _touched_or_gone(core: Core, task: int, prefix: Path, touched: Touched) -> bytes:
    """As long as the source is now: what it had beyond is gone, and would be something new if it came back."""
    block = core.blocks[task].get(prefix)
    if block is None or block.single:
        return b""
    return touched(task, prefix).ljust(len(block.states), b"\0")


def _join(length: LengthSpec, masks: Iterator[bytes]) -> bytes:
    match length:
        case SumLength(parts):
            return b"".join([_join(part, masks) for part in parts])
        case ProductLength(parts):
            return _cross([_join(part, masks) for part in parts])
        case ShortestLength(parts):
            columns = [_join(part, masks) for part in parts]
            return _either(columns, min(map(len, columns)))
        case LongestLength(parts):
            columns = [_join(part, masks) for part in parts]
            return _either(columns, max(map(len, columns)))
        case _:
            return next(masks)


def _either(columns: list[bytes], size: int) -> bytes:
    joined = 0
    for column in columns:
        joined |= int.from_bytes(column[:size].ljust(size, b"\0"), "little")
    return joined.to_bytes(size, "little")


def _cross(columns: list[bytes]) -> bytes:
    """The last one varies fastest."""
    joined = b"\0"
    for column in columns:
        ones = b"\1" * len(column)
        joined = b"".join([ones if one else column for one in joined])
    return joined


def _count(length: LengthSpec, items: Iterator[bytes | int]) -> int:
    match length:
        case SumLength(parts):
            return sum([_count(part, items) for part in parts])
        case ProductLength(parts):
            return prod([_count(part, items) for part in parts])
        case ShortestLength(parts):
            return min([_count(part, items) for part in parts])
        case LongestLength(parts):
            return max([_count(part, items) for part in parts])
        case _:
            one = next(items)
            return one.count(1) if isinstance(one, bytes) else one


def _change(length: LengthSpec, before: Iterator[bytes | int], after: Iterator[bytes | int]) -> int:
    match length:
        case SumLength(parts):
            return _change_of_sum(parts, before, after)
        case ProductLength(parts):
            return _change_of_product(parts, before, after)
        case ShortestLength(parts) | LongestLength(parts):
            return min([_change(part, before, after) for part in parts])
        case _:
            return _change_of_leaf(next(before), next(after))


def _change_of_leaf(had: bytes | int, has: bytes | int) -> int:
    if had == has:
        return NEVER
    if isinstance(had, int) and isinstance(has, int):
        return min(had, has)
    assert isinstance(had, bytes)
    assert isinstance(has, bytes)
    size = max(len(had), len(has))
    had, has = had.ljust(size, b"\0"), has.ljust(size, b"\0")
    differ = int.from_bytes(had, "little") ^ int.from_bytes(has, "little")
    if not differ:
        return NEVER
    at = ((differ & -differ).bit_length() - 1) // 8
    return had.count(1, 0, at)


def _change_of_sum(parts: tuple[LengthSpec, ...], before: Iterator[bytes | int], after: Iterator[bytes | int]) -> int:
    change, offset = NEVER, 0
    for part in parts:
        mine, theirs = _take(part, before), _take(part, after)
        if change == NEVER:
            here = _change(part, iter(mine), iter(theirs))
            change = NEVER if here == NEVER else offset + here
            offset += _count(part, iter(mine))
    return change


def _change_of_product(
    parts: tuple[LengthSpec, ...], before: Iterator[bytes | int], after: Iterator[bytes | int]
) -> int:
    changes = [_take_both(part, before, after) for part in parts]
    change, stride = NEVER, 1
    for here, count in reversed(changes):
        if here != NEVER:
            change = min(change, here * stride)
        stride *= count
    return change


def _take_both(part: LengthSpec, before: Iterator[bytes | int], after: Iterator[bytes | int]) -> tuple[int, int]:
    mine, theirs = _take(part, before), _take(part, after)
    return _change(part, iter(mine), iter(theirs)), _count(part, iter(mine))


def _take(part: LengthSpec, items: Iterator[bytes | int]) -> Items:
    return [next(items) for _ in _leaves(part)]
