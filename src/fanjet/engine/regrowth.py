"""A map that had expanded is decided anew in a rerun: it may keep, lose or gain positions.

Positions before the first one that is fed by something else stay as they are. From there on all are run again, what is
left over is removed, what is new comes into being. Source: SEMANTICS 15.2.
"""

from __future__ import annotations

from fanjet.engine.blocks import Block
from fanjet.engine.clearing import Clearing
from fanjet.engine.columns import find_all
from fanjet.engine.contexts import extend_group, extend_own
from fanjet.engine.core import Core
from fanjet.engine.dependants import take_dependants
from fanjet.engine.downstream import hand_on_all
from fanjet.engine.holds import decide, release_map, settle_map
from fanjet.engine.items import first_change, shape_of, take_items
from fanjet.engine.reruns import clear, forget_skips, stop_tries
from fanjet.engine.skips import close, leave_out_again
from fanjet.engine.transitions import Cause
from fanjet.model.changes import EndInstances, SetMapLength
from fanjet.model.paths import NOT_MAPPED, Path
from fanjet.model.spec import MapSpec
from fanjet.model.states import ENDED, State


def regrow_own(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """A task's own map has so many positions now; those that stay are not touched, the others wait to be started."""
    assert spec.task is not None
    hand_on_all(core)
    block = core.blocks[spec.task][context]
    before = len(block.states)
    change = _find_change(core, spec, context)
    left_out = {spec.task}
    if count < before:
        left_out |= forget_skips(core, block, range(count, before))
        _remove_positions(core, block, count)
        core.lengths[spec.number][context] = count
    elif count > before:
        extend_own(core, spec, context, count)
    again = Clearing(core)
    again.add(block, range(min(change, before, count), min(before, count)))
    _clear_more(core, again)
    if not count:
        _forget_own(core, spec, block)
    settle_map(core, spec, context, count)
    leave_out_again(core, left_out)


def regrow_group(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    """A group's map has so many positions now."""
    hand_on_all(core)
    before = core.lengths[spec.number][context]
    change = _find_change(core, spec, context)
    if count < before:
        _remove_contexts(core, spec, context, count)
    elif count > before:
        extend_group(core, spec, context, count)
    again = Clearing(core)
    for task in core.plan.members[spec.number]:
        for position in range(min(change, before, count), min(before, count)):
            again.add_below(task, (*context, position))
    _open_inner(core, spec, again, context, range(min(change, before, count), min(before, count)))
    _clear_more(core, again)
    if not count:
        _forget_group(core, spec, context)
    settle_map(core, spec, context, count)
    leave_out_again(core, core.plan.members[spec.number])


def _open_inner(core: Core, spec: MapSpec, again: Clearing, context: Path, positions: range) -> None:
    """Maps over the argument of the group run over something else where the argument is another one."""
    for inner in core.spec.maps:
        if spec.number in inner.scope and core.plan.measured[inner.number]:
            for path in sorted(core.lengths[inner.number]):
                if path[: len(context)] == context and path[len(context)] in positions:
                    again.maps[inner.number, path] = None


def end_cleared(core: Core, spec: MapSpec, context: Path, cause: Cause, reason: str | None = None) -> None:
    """A map that had expanded would not expand now: what was cleared of it ends, the rest stays."""
    if spec.task is not None:
        block = core.blocks[spec.task][context]
        core.end(block, find_all(block.states, State.NONE), cause, reason)
    else:
        for inner in core.spec.maps:
            if spec.number in inner.scope and inner.task is None:
                for path in [path for path in core.reopened[inner.number] if path[: len(context)] == context]:
                    decide(core, inner, path)
                    release_map(core, inner, path)
        for task in core.plan.members[spec.number]:
            for position in range(core.lengths[spec.number][context]):
                close(core, task, (*context, position), cause, reason)
    release_map(core, spec, context)


def _find_change(core: Core, spec: MapSpec, context: Path) -> int:
    return first_change(shape_of(core, spec), core.reopened[spec.number][context], take_items(core, spec, context))


def _clear_more(core: Core, clearing: Clearing) -> None:
    if not clearing:
        return
    take_dependants(core, clearing)
    clear(core, clearing)


def _remove_positions(core: Core, block: Block, size: int) -> None:
    """Instances from a position on belong to an earlier, longer expansion."""
    positions = range(0 if block.single else size, len(block.states))
    stop_tries(core, block, positions, "cancelled: the map has become shorter")
    states = bytes(block.states[positions.start : positions.stop])
    indexes = (NOT_MAPPED,) if block.single else positions
    core.changes.append(
        EndInstances(
            run=core.run,
            task=block.task,
            parent=block.parent,
            indexes=indexes,
            state=State.REMOVED,
            at=core.now,
        )
    )
    core.story.add("removed", block.task, block.parent, indexes)
    for position in positions:
        core.removed[block.task][block.path(position)] = block.find_tries(position)
    for state in set(states):
        core.counts[block.task][state] -= states.count(state)
    core.counts[block.task][State.REMOVED] += len(positions)
    block.ended -= sum(states.count(state) for state in ENDED)
    if not block.single:
        block.resize(size)
    core.timers.drop(block)


def _forget_own(core: Core, spec: MapSpec, block: Block) -> None:
    del core.blocks[block.task][block.parent]
    del core.lengths[spec.number][block.parent]
    core.unexpanded[block.task] += 1


def _remove_contexts(core: Core, spec: MapSpec, context: Path, count: int) -> None:
    level = len(context) + 1
    for task in core.plan.members[spec.number]:
        _remove_instances(core, task, context, count)
    for inner in core.spec.maps:
        if spec.number in inner.scope:
            _forget_lengths(core, inner, context, count)
    for node in core.plan.inside[spec.number]:
        place = core.places[node.number]
        if node.level == level and context in place.contexts:
            del place.contexts[context][count:]
        for path in [path for path in place.contexts if _is_surplus(path, context, count)]:
            del place.contexts[path]
        for levels in place.gates:
            for at, columns in levels.items():
                if at == level and context in columns:
                    columns[context].cut(count)
                for path in [path for path in columns if _is_surplus(path, context, count)]:
                    del columns[path]
    core.lengths[spec.number][context] = count
    for task in core.plan.members[spec.number]:
        _recount(core, task, context, count)


def _forget_lengths(core: Core, inner: MapSpec, context: Path, count: int) -> None:
    lengths = core.lengths[inner.number]
    for path in [path for path in lengths if _is_surplus(path, context, count)]:
        del lengths[path]
        core.changes.append(SetMapLength(run=core.run, map=inner.number, parent=path, count=0))
    for paths in (core.reopened[inner.number], core.ran_over[inner.number]):
        for path in [path for path in paths if _is_surplus(path, context, count)]:
            del paths[path]


def _remove_instances(core: Core, task: int, context: Path, count: int) -> None:
    block = core.blocks[task].get(context)
    if block is not None and not block.single:
        _remove_positions(core, block, count)
    for path in [path for path in core.blocks[task] if _is_surplus(path, context, count)]:
        _remove_positions(core, core.blocks[task][path], 0)
        del core.blocks[task][path]
    for paths in (core.incomplete[task], core.marks[task], core.skips[task]):
        for path in [path for path in paths if _is_surplus(path, context, count)]:
            del paths[path]
    core.closed[task] -= {path for path in core.closed[task] if _is_surplus(path, context, count)}


def _is_surplus(path: Path, context: Path, count: int) -> bool:
    return len(path) > len(context) and path[: len(context)] == context and path[len(context)] >= count


def _recount(core: Core, task: int, context: Path, count: int) -> None:
    """Of a task in a group that has become shorter: what is not complete, and what has not expanded."""
    if core.is_closed(task, context):
        return
    if len(core.plan.chains[task]) > len(context) + 1:
        open_parts = sum(not core.is_complete(task, (*context, position)) for position in range(count))
        core.incomplete[task][context] = open_parts + 1
    core.unexpanded[task] = _count_unexpanded(core, task, ())


def _count_unexpanded(core: Core, task: int, path: Path) -> int:
    chain = core.plan.chains[task]
    if len(path) == len(chain) or path in core.blocks[task] or core.is_closed(task, path):
        return 0
    count = core.lengths[chain[len(path)]].get(path)
    if count is None:
        return 1
    return sum(_count_unexpanded(core, task, (*path, position)) for position in range(count))


def _forget_group(core: Core, spec: MapSpec, context: Path) -> None:
    """Nothing of the group is left at a context: it is as if it had not expanded."""
    del core.lengths[spec.number][context]
    level = len(context) + 1
    for node in core.plan.inside[spec.number]:
        place = core.places[node.number]
        place.contexts.pop(context, None)
        for levels in place.gates:
            if level in levels:
                levels[level].pop(context, None)
    for task in core.plan.members[spec.number]:
        if core.is_closed(task, context):
            continue
        core.blocks[task].pop(context, None)
        core.incomplete[task].pop(context, None)
        core.unexpanded[task] = _count_unexpanded(core, task, ())
