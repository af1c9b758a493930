"""Maps expand: instances of a task, or the contexts of a whole group, come into being.

A task's own map expands when its rule says run; the length is known by then, because its sources are one of its
gates. A group's map expands as soon as its length is known. What is skipped or failed instead leaves one instance
that stands for all. Lengths written in the file need no waiting: such maps expand with the context that they lie in.
"""

from __future__ import annotations

from fanjet.engine.columns import Positions, compact, find_all
from fanjet.engine.contexts import make_group, make_own, task_of
from fanjet.engine.core import DECIDED, MEASURING, Core, Place, above
from fanjet.engine.lengths import NotMappableError, check_length, length_of
from fanjet.engine.regrowth import end_cleared, regrow_group, regrow_own
from fanjet.engine.transitions import Cause
from fanjet.errors import InvariantError
from fanjet.model.changes import MeasureMaps, SetMapLength
from fanjet.model.events import MapsMeasured
from fanjet.model.lengths import LiteralLength
from fanjet.model.paths import NOT_MAPPED, Path, join
from fanjet.model.spec import MapSpec
from fanjet.model.states import State

_MEASURING = bytes((MEASURING,))


def expand_own(core: Core, place: Place, parent: Path, positions: Positions, cause: Cause | None) -> None:
    """Carry out what was decided about tasks that are mapped by themselves; `cause` is None where they run."""
    contexts = place.contexts[parent]
    spec = _map_of(place)
    at_top = not place.node.level
    unknown = []
    for position in positions:
        context = () if at_top else (*parent, position)
        if cause is None and core.plan.measured[spec.number] and _is_open(core, spec, context):
            unknown.append(position)
            continue
        contexts[position] = DECIDED
        if cause is None:
            _run_own(core, spec, context)
        else:
            _end_own(core, spec, context, cause)
    if unknown:
        _measure(core, place, parent, compact(unknown))


def _is_open(core: Core, spec: MapSpec, context: Path) -> bool:
    """Whether the length of a task's own map is still to be found."""
    return context in core.reopened[spec.number] or context not in core.blocks[task_of(spec)]


def _run_own(core: Core, spec: MapSpec, context: Path) -> None:
    task = task_of(spec)
    if not _is_open(core, spec, context):
        _start(core, task, context)
        return
    try:
        count = length_of(core, spec, context)
    except NotMappableError as error:
        _end_own(core, spec, context, Cause.UPSTREAM_FAILED, str(error))
        return
    grow_own(core, spec, context, count)


def grow_own(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """A task's own map has so many positions at a context: make them and start them."""
    task = task_of(spec)
    if context in core.reopened[spec.number]:
        regrow_own(core, spec, context, count)
        if count:
            _start(core, task, context)
            return
    if not count:
        core.stand_in(task, context, Cause.LEFT_OUT)
        return
    core.changes.append(SetMapLength(run=core.run, map=spec.number, parent=context, count=count))
    make_own(core, spec, context, count)
    _start(core, task, context)


def _start(core: Core, task: int, context: Path) -> None:
    """All instances that are not skipped yet become ready."""
    block = core.blocks[task][context]
    waiting = find_all(block.states, State.NONE)
    if core.spec.tasks[task].kind == "empty":
        core.end(block, waiting, Cause.EMPTY)
    else:
        core.queue(block, waiting, Cause.READY)


def _end_own(core: Core, spec: MapSpec, context: Path, cause: Cause, reason: str | None = None) -> None:
    """One state for each index of a literal, one instance for all of what never expanded (SEMANTICS 1.2)."""
    task = task_of(spec)
    block = core.blocks[task].get(context)
    if block is None:
        core.stand_in(task, context, cause, reason)
    elif context in core.reopened[spec.number]:
        end_cleared(core, spec, context, cause, reason)
    else:
        core.end(block, find_all(block.states, State.NONE), cause, reason)


def measure_or_expand_group(core: Core, place: Place, parent: Path, positions: Positions, cause: Cause | None) -> None:
    """Carry out what was decided about the maps of a group; `cause` is None where they expand."""
    contexts = place.contexts[parent]
    spec = _map_of(place)
    at_top = not place.node.level
    if cause is None and core.plan.measured[spec.number]:
        _measure(core, place, parent, positions)
        return
    for position in positions:
        contexts[position] = DECIDED
        context = () if at_top else (*parent, position)
        if cause is not None:
            close_group(core, spec, context, cause)
            continue
        try:
            count = length_of(core, spec, context)
        except NotMappableError as error:
            close_group(core, spec, context, Cause.UPSTREAM_FAILED, str(error))
        else:
            grow_group(core, spec, context, count)


def close_group(core: Core, spec: MapSpec, context: Path, cause: Cause, reason: str | None = None) -> None:
    """A group never expands at a context: each of its tasks, in inner groups too, leaves one instance there."""
    if context in core.reopened[spec.number]:
        end_cleared(core, spec, context, cause, reason)
        return
    for task in core.plan.members[spec.number]:
        core.stand_in(task, context, cause, reason)


def grow_group(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """The map of a group has so many positions at a context: the contexts of its tasks come into being."""
    if context in core.reopened[spec.number]:
        regrow_group(core, spec, context, count)
        if count:
            return
    if all(core.is_closed(task, context) for task in core.plan.members[spec.number]):
        return
    if not count:
        close_group(core, spec, context, Cause.LEFT_OUT)
        return
    if not isinstance(spec.length, LiteralLength):
        core.changes.append(SetMapLength(run=core.run, map=spec.number, parent=context, count=count))
    make_group(core, spec, context, count)


def _measure(core: Core, place: Place, parent: Path, positions: Positions) -> None:
    contexts = place.contexts[parent]
    for position in positions:
        contexts[position] = MEASURING
    indexes = positions if place.node.level else (NOT_MAPPED,)
    number = _map_of(place).number
    core.changes.append(MeasureMaps(run=core.run, map=number, parent=parent, indexes=indexes))


def measured(core: Core, event: MapsMeasured) -> None:
    """A worker measured maps; those that were left out meanwhile stay so."""
    spec = core.spec.maps[event.map]
    place = core.places[core.plan.group_nodes[spec.number].number if spec.task is None else spec.task]
    for index, count in zip(event.indexes, event.counts, strict=True):
        context = join(event.parent, index)
        parent, position = above(context)
        contexts = place.contexts.get(parent)
        if len(context) != place.node.level or contexts is None or contexts[position : position + 1] != _MEASURING:
            continue  # it was left out meanwhile, or its position was removed
        contexts[position] = DECIDED
        reason = event.errors.get(index) if count < 0 else _too_long(core, spec, count)
        if count < 0 or reason is not None:
            _close_unmeasurable(core, spec, context, reason or "what it maps over has no length")
        elif spec.task is None:
            grow_group(core, spec, context, count)
        else:
            grow_own(core, spec, context, count)


def _too_long(core: Core, spec: MapSpec, count: int) -> str | None:
    try:
        check_length(core, spec, count)
    except NotMappableError as error:
        return str(error)
    return None


def _close_unmeasurable(core: Core, spec: MapSpec, context: Path, reason: str) -> None:
    if spec.task is None:
        close_group(core, spec, context, Cause.NOT_MAPPABLE, reason)
    else:
        _end_own(core, spec, context, Cause.NOT_MAPPABLE, reason)


def _map_of(place: Place) -> MapSpec:
    spec = place.node.map
    if spec is None:
        raise InvariantError(f"node {place.node.number} has no map")
    return spec
