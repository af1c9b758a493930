"""How long a map is at one context, once its sources have ended. Source: SEMANTICS 5.1, 5.4, 6.5, 6.6, 14.2."""

from __future__ import annotations

from math import prod

from fanjet.engine.core import Core
from fanjet.engine.plan import common_length
from fanjet.errors import InvariantError
from fanjet.model.lengths import (
    LengthSpec,
    LiteralLength,
    LongestLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
)
from fanjet.model.paths import Path
from fanjet.model.spec import MapSpec

#: A map may have so many positions; it is one byte each. A cross product can ask for more than any machine has.
MOST_POSITIONS = 100_000_000


class NotMappableError(Exception):
    """What a map should run over has no length; the text says why, for people."""


def length_of(core: Core, spec: MapSpec, context: Path) -> int:
    """The number of positions.

    Raises:
        NotMappableError: A source has no items, or there are too many positions.
    """
    count = _evaluate(core, spec.length, spec, context)
    check_length(core, spec, count)
    return count


def check_length(core: Core, spec: MapSpec, count: int) -> None:
    """Refuse lengths that no run could hold.

    Raises:
        NotMappableError: There are too many positions.
    """
    if count > MOST_POSITIONS:
        name = spec.group if spec.task is None else core.spec.tasks[spec.task].task_id
        raise NotMappableError(
            f"{name!r} would be mapped over {count:,} positions; at most {MOST_POSITIONS:,} are possible. "
            "Fix: map over fewer items, or over fewer arguments at once."
        )


def _evaluate(core: Core, length: LengthSpec, spec: MapSpec, context: Path) -> int:
    match length:
        case LiteralLength(count):
            return count
        case ResultLength(task):
            return _items(core, task, context)
        case ValuesLength(task):
            return _values(core, task, spec, context)
        case ProductLength(parts):
            return prod(_evaluate(core, part, spec, context) for part in parts)
        case SumLength(parts):
            return sum(_evaluate(core, part, spec, context) for part in parts)
        case ShortestLength(parts):
            return min(_evaluate(core, part, spec, context) for part in parts)
        case LongestLength(parts):
            return max(_evaluate(core, part, spec, context) for part in parts)
        case _:
            raise InvariantError(f"map {spec.number} is measured by a worker, not by the engine")


def _items(core: Core, task: int, context: Path) -> int:
    source = core.spec.tasks[task]
    context = context[: len(source.scope)]
    found = core.find_block(task, context)
    if found is None and not core.is_closed(task, context):
        raise InvariantError(f"the source {source.task_id!r} of a map has no instance at {context}")
    # A person may have marked what stands for all contexts a success; it has no result.
    count = -1 if found is None or found[0].items is None else found[0].items[found[1]]
    if count < 0:
        raise NotMappableError(
            f"task {source.task_id!r} gave no result that can be mapped over. "
            "Fix: return a list, tuple or dict from it."
        )
    return count


def _values(core: Core, task: int, spec: MapSpec, context: Path) -> int:
    prefix = context[: common_length(core.spec.tasks[task].scope, spec.scope)]
    chain = core.plan.chains[task]
    if len(chain) - len(prefix) > 1:
        return core.lengths[chain[len(prefix)]].get(prefix, 0)
    block = core.blocks[task].get(prefix)  # none where a person marked what stands for all contexts
    return 0 if block is None or block.valued is None else block.valued.count(1)
