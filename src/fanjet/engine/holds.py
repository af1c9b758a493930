"""Maps whose length a rerun has opened again: until it is decided anew, nothing below them counts as complete.

Source: SEMANTICS 15.2.
"""

from __future__ import annotations

from fanjet.engine.core import WAITING, Core, Place, above
from fanjet.engine.downstream import complete_part, reopen_part
from fanjet.engine.items import pack_items, take_items
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
    items = take_items(core, spec, context)
    core.changes.append(ReopenMap(run=core.run, map=spec.number, parent=context, items=pack_items(items)))
    hold_map(core, spec, context, items)


def hold_map(core: Core, spec: MapSpec, context: Path, items: list[bytes | int]) -> None:
    """Keep everything of a map at a context from being complete."""
    core.reopened[spec.number][context] = items
    place = place_of(core, spec)
    place.patient = True
    put_down(core, place, context)
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


def put_down(core: Core, place: Place, context: Path) -> None:
    """A context of a node is to be judged (again)."""
    parent, position = above(context)
    place.contexts[parent][position] = WAITING
    core.judgements.append((place, parent, position, position + 1))


def release_map(core: Core, spec: MapSpec, context: Path, *, is_gone: bool = False) -> None:
    """The length of a map at a context has been decided.

    Args:
        core: The run.
        spec: The map.
        context: Where.
        is_gone: Nothing is left of it: one instance of each task stands for it from now on.
    """
    del core.reopened[spec.number][context]
    count = 0 if is_gone else core.lengths[spec.number][context]
    core.changes.append(SetMapLength(run=core.run, map=spec.number, parent=context, count=count))
    if is_gone:
        return
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
