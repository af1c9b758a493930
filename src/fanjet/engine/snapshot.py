"""All that the future of a run depends on, as values that can be compared.

What patient nodes have seen is left out: they look at what stands (`patience`).
"""

from __future__ import annotations

from typing import TypeAlias

from fanjet.engine.core import DECIDED, Core, Place
from fanjet.model.paths import Path
from fanjet.model.states import State

#: Sections by name; equal for machines with equal futures.
Snapshot: TypeAlias = dict[str, object]


def take_snapshot(core: Core) -> Snapshot:
    """The snapshot of a machine that has settled."""
    spec = core.spec
    return {
        "status": core.status,
        "tasks_left": core.tasks_left,
        "blocks": {
            (block.task, block.parent): (
                block.single,
                bytes(block.states),
                block.ended,
                bytes(block.valued or bytes(len(block.states))),
                tuple(block.items or [-1] * len(block.states)),
                block.held,
                bytes(block.stopped or bytes(len(block.states))),
                tuple(map(block.find_tries, range(len(block.states)))),
                tuple(map(block.find_tries_before, range(len(block.states)))),
            )
            for blocks in core.blocks
            for block in blocks.values()
        },
        "counts": [tuple(counts) for counts in core.counts],
        "lengths": [dict(lengths) for lengths in core.lengths],
        "closed": [frozenset(closed) for closed in core.closed],
        "unexpanded": list(core.unexpanded),
        "incomplete": [dict(incomplete) for incomplete in core.incomplete],
        "patient": [place.patient for place in core.places],
        "reopened": [dict(reopened) for reopened in core.reopened],
        "ran_over": [dict(ran_over) for ran_over in core.ran_over],
        "removed": [dict(removed) for removed in core.removed],
        "skips": [dict(skips) for skips in core.skips],
        "marks": [_open_marks(core, task.number) for task in spec.tasks],
        "contexts": {
            (place.node.number, path): _open_contexts(core, place, path, contexts)
            for place in core.places
            for path, contexts in place.contexts.items()
        },
        "gates": {
            (place.node.number, gate, level, path): (b"" if place.patient else bytes(column.bits), tuple(column.left))
            for place in core.places
            for gate, levels in enumerate(place.gates)
            for level, columns in levels.items()
            for path, column in columns.items()
            if not level or place.node.task is None or not core.is_closed(place.node.number, path)
        },
        "launches": sorted(
            (launch.fence, launch.block.task, launch.block.parent, launch.first, bytes(launch.live), launch.try_number)
            for launch in core.launches
        ),
        "timers": sorted(
            (timer.at, timer.block.task, timer.block.path(timer.position), timer.try_number, timer.carry or b"")
            for timer in core.timers.live()
        ),
        "deferrals": sorted(
            (wait.block.task, wait.block.path(wait.position), wait.try_number, wait.carry)
            for wait in core.deferrals.all()
        ),
    }


def _open_contexts(core: Core, place: Place, path: Path, contexts: bytearray) -> bytes:
    """A context all of whose instances have left NONE has nothing to decide, whether that was noted or not."""
    if place.node.map is None:
        return bytes(contexts)
    found = bytearray(contexts)
    for position in range(len(found)):
        if _is_over(core, place, (*path, position) if place.node.level else ()):
            found[position] = DECIDED
    return bytes(found)


def _is_over(core: Core, place: Place, context: Path) -> bool:
    task = place.node.task
    if task is None and place.node.map is not None:
        return all(core.is_closed(member, context) for member in core.plan.members[place.node.map.number])
    block = None if task is None else core.blocks[task.number].get(context)
    return block is not None and State.NONE not in block.states


def _open_marks(core: Core, task: int) -> dict[object, frozenset[int]]:
    """Marks that may still matter: their map can still expand."""
    return {
        context: frozenset(positions)
        for context, positions in core.marks[task].items()
        if positions and context not in core.blocks[task] and not core.is_closed(task, context)
    }
