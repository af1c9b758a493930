"""Contexts and instances come into being, and more of them when a rerun makes a map longer."""

from __future__ import annotations

from fanjet.engine.blocks import Block
from fanjet.engine.columns import compact
from fanjet.engine.core import Core, Place
from fanjet.engine.gates import GateColumn
from fanjet.engine.skips import close
from fanjet.engine.transitions import Cause
from fanjet.errors import InvariantError
from fanjet.model.lengths import LiteralLength
from fanjet.model.paths import Path
from fanjet.model.spec import MapSpec
from fanjet.model.states import SEEN_OF_STATE


def open_top(core: Core) -> None:
    """The contexts outside all maps come into being."""
    for place in core.places:
        add_contexts(core, place, 0, (), 0, 1)


def make_own(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """The instances of a task's own map come into being at a context; positions left out before are skipped."""
    task = task_of(spec)
    core.lengths[spec.number][context] = count
    core.unexpanded[task] -= 1
    block = core.add_block(task, context, count)
    left_out = [position for position in sorted(core.marks[task].pop(context, ())) if position < count]
    if left_out:
        core.end(block, compact(left_out), Cause.LEFT_OUT)


def make_group(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """The contexts inside a group's map come into being at a context of the group."""
    core.lengths[spec.number][context] = count
    level = len(spec.scope) + 1
    for node in core.plan.inside[spec.number]:
        add_contexts(core, core.places[node.number], level, context, 0, count)
    for task in core.plan.members[spec.number]:
        for position in sorted(core.marks[task].pop(context, ())):
            if position < count:
                close(core, task, (*context, position))


def extend_group(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """A group's map gets more positions at a context where it has expanded before."""
    first = core.lengths[spec.number][context]
    core.lengths[spec.number][context] = count
    for node in core.plan.inside[spec.number]:
        add_contexts(core, core.places[node.number], len(spec.scope) + 1, context, first, count)


def extend_own(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """A task's own map gets more positions at a context where it has expanded before."""
    block = core.blocks[task_of(spec)][context]
    core.lengths[spec.number][context] = count
    core.extend_block(block, count)


def add_contexts(core: Core, place: Place, level: int, parent: Path, first: int, count: int) -> None:
    """A level of a node's scope opens under a path: gates of that level, and the contexts if it is the innermost.

    Args:
        core: The run.
        place: The node.
        level: Of its scope.
        parent: The path.
        first: How many positions there are already.
        count: How many there will be.
    """
    node = place.node
    if node.task is not None:
        number = node.task.number
        if level and core.is_closed(number, parent):
            return
        depth = len(core.plan.chains[number])
        if 0 < level < depth:
            core.incomplete[number][parent] = core.incomplete[number].get(parent, 0) + count - first
        if 0 < level < depth:
            core.unexpanded[number] += count - first - (not first)
        elif level and not first:
            core.unexpanded[number] -= 1
    for gate, columns in zip(node.gates, place.gates, strict=True):
        if level in gate.upstream:
            fresh = _new_gate(core, gate.upstream[level], level, parent, count - first)
            if first:
                columns[level][parent].extend(fresh)
            else:
                columns[level][parent] = fresh
    if node.level == level:
        _add_innermost(core, place, parent, first, count)


def _new_gate(core: Core, upstream: tuple[int, ...], level: int, parent: Path, count: int) -> GateColumn:
    """Tasks of the same group that were left out before it expanded have ended for all its contexts at once."""
    closed = [task for task in upstream if core.is_closed(task, parent)] if level else []
    seen = 0
    for task in closed:
        seen |= SEEN_OF_STATE[_standing_in(core, task, parent).states[0]]
    return GateColumn(count, len(upstream) - len(closed), seen)


def _standing_in(core: Core, task: int, path: Path) -> Block:
    level = next(level for level in range(len(path) + 1) if path[:level] in core.closed[task])
    return core.blocks[task][path[:level]]


def _add_innermost(core: Core, place: Place, parent: Path, first: int, count: int) -> None:
    node = place.node
    at_top = not node.level
    if node.task is not None and node.map is None:
        if first:
            core.extend_block(core.blocks[node.task.number][parent], count)
        else:
            place.contexts[parent] = core.add_block(node.task.number, parent, count, single=at_top).states
    elif first:
        place.contexts[parent].extend(bytes(count - first))
    else:
        place.contexts[parent] = bytearray(count)
    if node.task is not None and node.map is not None and isinstance(node.map.length, LiteralLength):
        for position in range(first, count if node.map.length.count else 0):
            make_own(core, node.map, () if at_top else (*parent, position), node.map.length.count)
    core.judgements.append((place, parent, first, count))


def task_of(spec: MapSpec) -> int:
    """The task of a map that is a task's own."""
    if spec.task is None:
        raise InvariantError(f"map {spec.number} is not that of a task")
    return spec.task
