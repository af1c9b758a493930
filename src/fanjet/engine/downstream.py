"""Ends are handed on: every gate that counts them sees them, and what may now decide is put down to be judged.

The cost of a column of ends is that of a few byte operations for each downstream task, however many instances wait
there. Only where each position has its own context downstream (inside a mapped group) does a gate column get one
entry per end.
"""

from __future__ import annotations

from collections.abc import Iterable

from fanjet.engine.blocks import Block
from fanjet.engine.columns import Positions
from fanjet.engine.core import Core, Ends, Judgement, Listener, Place, above
from fanjet.engine.transitions import ONLY_ENDED
from fanjet.model.paths import Path
from fanjet.model.states import SEEN_OF_STATE

_KINDS = bytes([*SEEN_OF_STATE, *[0] * (256 - len(SEEN_OF_STATE))])
_IS_KIND = bytes([0, *[1] * 255])
_ALL_KINDS = (1, 2, 4, 8)


def hand_on(core: Core, ends: Ends) -> None:
    """Tell everything downstream of ends; they are all of one kind, or nothing is judged before all are told."""
    block = ends.block
    kinds = ends.states.translate(_KINDS)
    block.ended += len(kinds) - kinds.count(0)
    levels = core.listeners[block.task]
    path = block.parent
    if not block.single and levels[len(path) + 1]:
        _tell_each(core, levels[len(path) + 1], path, ends.first, kinds)
    seen = kinds[0] if kinds.count(kinds[0]) == len(kinds) else sum(kind for kind in _ALL_KINDS if kind in kinds)
    _tell_up(core, block.task, path, seen, shallow=block.single, complete=block.complete)


def hand_on_all(core: Core) -> None:
    """Tell of all ends that wait to be handed on, before what has ended is taken back or removed."""
    while core.ends:
        hand_on(core, core.ends.popleft())


def complete_part(core: Core, task: int, path: Path) -> None:
    """What lies at and below a path is complete now, although nothing of it ended: it was held until now."""
    _tell_up(core, task, path, 0, shallow=False, complete=True)


def _tell_up(core: Core, task: int, path: Path, seen: int, *, shallow: bool, complete: bool) -> None:
    levels = core.listeners[task]
    incomplete = core.incomplete[task]
    while True:
        level = len(path)
        if levels[level]:
            # A source that was expanded does not count as seen: only what stands at the level itself does.
            _tell(core, levels[level], path, seen, seen if shallow else 0, complete=complete)
        shallow = False
        if not level:
            break
        path = path[:-1]
        if complete:
            incomplete[path] -= 1
            complete = not incomplete[path]
    if complete:
        core.tasks_left -= 1


def reopen_part(core: Core, task: int, path: Path) -> None:
    """What lies at and below a path was complete and is so no longer: the opposite of `complete_part`."""
    levels = core.listeners[task]
    incomplete = core.incomplete[task]
    while True:
        parent, position = above(path)
        for listener in levels[len(path)]:
            column = listener.columns.get(parent)
            if column is not None:
                column.left[position] += 1
        if not path:
            break
        path = path[:-1]
        incomplete[path] += 1
        if incomplete[path] > 1:
            return
    core.tasks_left += 1


def take_back(core: Core, block: Block, states: bytes, positions: Positions) -> None:
    """Ends of a block do not hold any more: `states` as they were, by position.

    What gates have seen of them they go on seeing; who listens is told to be patient.
    """
    ended = states.translate(ONLY_ENDED)
    count = len(ended) - ended.count(0)
    if not count:
        return
    was_complete = block.complete
    block.ended -= count
    if not block.single:
        for listener in core.listeners[block.task][len(block.parent) + 1]:
            column = listener.columns.get(block.parent)
            if column is not None:
                for position, state in zip(positions, ended, strict=True):
                    column.left[position] += state != 0
    if was_complete:
        reopen_part(core, block.task, block.parent)


def _tell(core: Core, listeners: Iterable[Listener], path: Path, seen: int, shallow: int, *, complete: bool) -> None:
    """Something at or below one path ended: one context of the edge's level sees it."""
    parent, position = above(path)
    for listener in listeners:
        column = listener.columns.get(parent)
        if column is None:
            continue
        if column.see(position, shallow if listener.shallow else seen, complete=complete):
            if len(path) == listener.place.node.level:
                _put_down(core, (listener.place, parent, position, position + 1))
            else:
                _put_down(core, (listener.place, path, 0, 0))


def _tell_each(core: Core, listeners: Iterable[Listener], parent: Path, first: int, kinds: bytes) -> None:
    """Instances ended, each of which is all that its own context of the edge's level sees of the task."""
    ended = kinds.translate(_IS_KIND)
    for listener in listeners:
        column = listener.columns.get(parent)
        if column is None:
            continue
        column.see_each(first, kinds, ended)
        if listener.place.node.level == len(parent) + 1:
            _put_down(core, (listener.place, parent, first, first + len(kinds)))
        else:
            _put_down_below(core, listener.place, parent, first, kinds)


def _put_down_below(core: Core, place: Place, parent: Path, first: int, kinds: bytes) -> None:
    for position, kind in enumerate(kinds, first):
        if kind:
            _put_down(core, (place, (*parent, position), 0, 0))


def _put_down(core: Core, judgement: Judgement) -> None:
    """A node with several gates hears of one end more than once, in a row or nearly so."""
    waiting = core.judgements
    if not waiting or waiting[-1] != judgement:
        waiting.append(judgement)
