"""Maps whose length a rerun has opened again: until it is decided anew, nothing below them counts as complete.

Source: SEMANTICS 15.2.
"""

from __future__ import annotations

from fanjet.engine.core import DECIDED, WAITING, Core, Place, above
from fanjet.engine.downstream import complete_part, reopen_part
from fanjet.engine.items import Items, had_items, pack_items
from fanjet.model.changes import ReopenMap, SetMapLength
from fanjet.model.paths import Path
from fanjet.model.spec import MapSpec


def place_of(core: Core, spec: MapSpec) -> Place:
    """The node that decides about a map."""
    return core.places[core.plan.group_nodes[spec.number].number if spec.task is None else spec.task]


def reopen_map(core: Core, spec: MapSpec, context: Path) -> None:
    """The length of a map at a context is to be decided again, when its sources have ended."""
    if context in core.reopened[spec.number]:
        return
    items = had_items(core, spec, context)
    core.ran_over[spec.number].pop(context, None)
    _write_items(core, spec, context, items, is_open=True)
    hold_map(core, spec, context, items)


def put_down_map(core: Core, spec: MapSpec, context: Path) -> None:
    """Whether and how a map expands at a context is to be decided (again), once all before it has ended."""
    place = place_of(core, spec)
    place.patient = True
    put_down(core, place, context)


def remember_items(core: Core, spec: MapSpec, context: Path) -> None:
    """The sources of a map are about to change, but not the map: what its positions stand for is kept."""
    if context not in core.reopened[spec.number] and context not in core.ran_over[spec.number]:
        items = core.ran_over[spec.number][context] = had_items(core, spec, context)
        _write_items(core, spec, context, items, is_open=False)


def _write_items(core: Core, spec: MapSpec, context: Path, items: Items, *, is_open: bool) -> None:
    packed = pack_items(items, is_open=is_open)
    core.changes.append(ReopenMap(run=core.run, map=spec.number, parent=context, items=packed))


def hold_map(core: Core, spec: MapSpec, context: Path, items: Items) -> None:
    """Keep everything of a map at a context from being complete."""
    core.reopened[spec.number][context] = items
    put_down_map(core, spec, context)
    for task in _held(core, spec, context):
        block = core.blocks[task].get(context)
        if block is not None:
            was_complete, block.held = block.complete, True
            if was_complete:
                reopen_part(core, task, context)
        else:
            core.incomplete[task][context] += 1
            if core.incomplete[task][context] == 1:
                reopen_part(core, task, context)


def decide(core: Core, spec: MapSpec, context: Path) -> None:
    """Nothing is left to decide about a map at a context."""
    parent, position = above(context)
    place_of(core, spec).contexts[parent][position] = DECIDED


def put_down(core: Core, place: Place, context: Path) -> None:
    """A context of a node is to be judged (again)."""
    parent, position = above(context)
    place.contexts[parent][position] = WAITING
    core.judgements.append((place, parent, position, position + 1))


def settle_map(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """The length of a map at a context has been decided anew; with 0 nothing is left of it."""
    core.changes.append(SetMapLength(run=core.run, map=spec.number, parent=context, count=count))
    if count:
        _release(core, spec, context)
    else:
        del core.reopened[spec.number][context]


def release_map(core: Core, spec: MapSpec, context: Path) -> None:
    """The length of a map at a context stays as it was, whatever its sources have now."""
    items = core.ran_over[spec.number][context] = core.reopened[spec.number][context]
    _write_items(core, spec, context, items, is_open=False)
    _release(core, spec, context)


def _release(core: Core, spec: MapSpec, context: Path) -> None:
    del core.reopened[spec.number][context]
    for task in _held(core, spec, context):
        block = core.blocks[task].get(context)
        if block is not None:
            block.held = False
            complete = block.complete
        else:
            core.incomplete[task][context] -= 1
            complete = not core.incomplete[task][context]
        if complete:
            complete_part(core, task, context)
    for node in core.plan.inside[spec.number] if spec.task is None else ():
        core.judgements.append((core.places[node.number], context, 0, 0))


def _held(core: Core, spec: MapSpec, context: Path) -> list[int]:
    if spec.task is not None:
        return [spec.task]
    return [task for task in core.plan.members[spec.number] if not core.is_closed(task, context)]
