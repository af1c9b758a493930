"""A machine is rebuilt from what the store knows.

Everything that was decided for good was recorded in the transaction of its cause. So it is enough to let the maps
expand that had expanded, to put the recorded states in their places, to tell the gates of all ends, and then to judge
every context that is still undecided: what comes out is what had been decided without a record, that is, what was
ready, out or being measured. Trigger rules do not mind: whatever they have said of some ends, they say of more ends
too.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from itertools import groupby

from fanjet.engine.blocks import Block
from fanjet.engine.columns import compact, find_all
from fanjet.engine.contexts import make_group, make_own, open_top
from fanjet.engine.core import DECIDED, Core, Ends, Place
from fanjet.engine.deferrals import Wait
from fanjet.engine.downstream import hand_on
from fanjet.engine.holds import hold_map
from fanjet.engine.items import unpack_items
from fanjet.engine.transitions import ONLY_ENDED, Cause
from fanjet.engine.triggers import watch
from fanjet.errors import InvariantError
from fanjet.model.history import InstanceColumns, RunHistory
from fanjet.model.lengths import LiteralLength
from fanjet.model.paths import Path, decode
from fanjet.model.spec import MapSpec
from fanjet.model.states import State

_BYTES_PER_LEVEL = 4
_RESUMABLE = (State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)


def rebuild(core: Core, history: RunHistory) -> None:
    """Bring a new machine to where the history ends. What is undecided is put down to be judged."""
    for number in history.patient:
        core.places[number].patient = True
    instances = [_without_removed(core, columns) for columns in history.instances]
    for columns in instances:
        _put_stand_ins(core, columns)
    open_top(core)
    _expand_maps(core, history)
    core.judgements.clear()
    started: list[tuple[Block, int, int]] = []
    for columns in instances:
        for parent, positions, rows in _in_blocks(core, columns):
            _fill(core, columns, core.blocks[columns.task][parent], positions, rows, started=started)
    _tell_gates(core)
    _remember_skips(core, instances)
    for number, context, items in history.reopened:
        is_open, had = unpack_items(items)
        if is_open:
            hold_map(core, core.spec.maps[number], context, had)
        else:
            core.ran_over[number][context] = had
    for block, position, try_number in started:
        core.queue(block, range(position, position + 1), Cause.READY, try_number=try_number)
    _start_expanded(core)
    for place in core.places:
        _judge_undecided(core, place)


def _without_removed(core: Core, columns: InstanceColumns) -> InstanceColumns:
    """What counts. Of what was removed only the number of tries is remembered."""
    removed = find_all(columns.states, State.REMOVED)
    if not removed:
        return columns
    for row in removed:
        core.removed[columns.task][decode(columns.paths[row])] = columns.try_numbers[row]
    core.counts[columns.task][State.REMOVED] += len(removed)
    rows = [row for row, state in enumerate(columns.states) if state != State.REMOVED]
    new_row = {row: at for at, row in enumerate(rows)}
    return InstanceColumns(
        task=columns.task,
        paths=[columns.paths[row] for row in rows],
        states=bytearray(columns.states[row] for row in rows),
        try_numbers=[columns.try_numbers[row] for row in rows],
        valued=bytearray(columns.valued[row] for row in rows),
        item_counts=[columns.item_counts[row] for row in rows] if columns.item_counts else [],
        resume_at={new_row[row]: at for row, at in columns.resume_at.items() if row in new_row},
        carries={new_row[row]: carry for row, carry in columns.carries.items() if row in new_row},
        skips={new_row[row]: skips for row, skips in columns.skips.items() if row in new_row},
        tries_before={new_row[row]: tries for row, tries in columns.tries_before.items() if row in new_row},
        stopped={new_row[row] for row in columns.stopped if row in new_row},
    )


def _put_stand_ins(core: Core, columns: InstanceColumns) -> None:
    """Instances whose paths are shorter than their task is deep stand for maps that never expanded."""
    task = columns.task
    depth = len(core.plan.chains[task])
    whole = depth * _BYTES_PER_LEVEL
    for row, key in enumerate(columns.paths):
        if len(key) < whole:
            path = decode(key)
            block = core.add_block(task, path, 1, single=True)
            _set(core, block, range(1), bytes((columns.states[row],)))
            _restore_tries(columns, block, range(1), range(row, row + 1))
            core.unexpanded[task] -= 1
            if len(path) < len(core.spec.tasks[task].scope):
                core.closed[task].add(path)


def _expand_maps(core: Core, history: RunHistory) -> None:
    recorded: list[dict[Path, int]] = [{} for _ in core.spec.maps]
    for number, parent, count in history.map_lengths:
        recorded[number][parent] = count
    for spec in core.spec.maps:
        for context in sorted(recorded[spec.number]):
            if spec.task is None:
                make_group(core, spec, context, recorded[spec.number][context])
            else:
                make_own(core, spec, context, recorded[spec.number][context])
        if spec.task is None and isinstance(spec.length, LiteralLength) and spec.length.count:
            for context in list(_contexts(core, spec)):
                if not all(core.is_closed(task, context) for task in core.plan.members[spec.number]):
                    make_group(core, spec, context, spec.length.count)


def _contexts(core: Core, spec: MapSpec) -> Iterator[Path]:
    place = core.places[core.plan.group_nodes[spec.number].number if spec.task is None else spec.task]
    for parent, column in place.contexts.items():
        for position in range(len(column)):
            yield (*parent, position) if place.node.level else ()


def _in_blocks(core: Core, columns: InstanceColumns) -> Iterator[tuple[Path, range | list[int], range]]:
    """The rows of expanded instances by block: (parent, positions, rows)."""
    task = columns.task
    depth = len(core.plan.chains[task])
    whole = depth * _BYTES_PER_LEVEL
    if not depth:
        if columns.paths:
            yield (), range(1), range(1)
        return
    last_level = whole - _BYTES_PER_LEVEL
    rows = 0
    for key, group in groupby(columns.paths, lambda path: path[:last_level] if len(path) == whole else None):
        paths = list(group)
        if key is not None:
            yield decode(key), _positions(paths, last_level), range(rows, rows + len(paths))
        rows += len(paths)


def _positions(paths: list[bytes], last_level: int) -> range | list[int]:
    column = array("I", b"".join(paths if not last_level else [path[last_level:] for path in paths]))
    if sys.byteorder == "little":
        column.byteswap()
    return compact(column)


def _set(core: Core, block: Block, positions: range | list[int], states: bytes) -> None:
    if isinstance(positions, range):
        before = bytes(block.states[positions.start : positions.stop])
        block.states[positions.start : positions.stop] = states
    else:
        before = bytes(block.states[position] for position in positions)
        for position, state in zip(positions, states, strict=True):
            block.states[position] = state
    core.recount(block.task, before, states)


def _fill(
    core: Core,
    columns: InstanceColumns,
    block: Block,
    positions: range | list[int],
    rows: range,
    *,
    started: list[tuple[Block, int, int]],
) -> None:
    """Recorded states, values and timers of one block's instances."""
    task = columns.task
    states = bytes(columns.states[rows.start : rows.stop])
    for state in (State.SCHEDULED, State.RUNNING):
        if state in states:
            started += [(block, positions[at], columns.try_numbers[rows[at]]) for at in find_all(states, state)]
            states = states.replace(bytes((state,)), bytes((State.NONE,)))
    _set(core, block, positions, states)
    if task in core.plan.values_counted:
        valued = block.keep_values()
        for position, row in zip(positions, rows, strict=True):
            valued[position] = columns.valued[row]
    if task in core.plan.items_counted and columns.item_counts:
        items = block.keep_items()
        for position, row in zip(positions, rows, strict=True):
            items[position] = columns.item_counts[row]
    _restore_tries(columns, block, positions, rows)
    waits: list[Wait] = []
    for state in _RESUMABLE:
        for at in find_all(states, state):
            row = rows[at]
            number, carry = columns.try_numbers[row] + (state == State.UP_FOR_RETRY), columns.carries.get(row)
            is_deferred = state == State.DEFERRED and carry is not None
            resume_at = columns.resume_at.get(row, None if is_deferred else core.now)
            timer = None if resume_at is None else core.timers.set(resume_at, block, positions[at], number, carry)
            if is_deferred and carry is not None and (resume_at is None or resume_at > core.now):
                waits.append(Wait(block, positions[at], number, timer, carry))
    watch(core, waits)


def _restore_tries(columns: InstanceColumns, block: Block, positions: range | list[int], rows: range) -> None:
    """The numbers of tries, where they do not follow from the states."""
    tries = columns.try_numbers[rows.start : rows.stop]
    is_plain = all(number == block.find_tries(position) for number, position in zip(tries, positions, strict=True))
    is_waiting = any(state in block.states for state in _RESUMABLE)
    if columns.stopped:
        block.note_stopped(
            [position for position, row in zip(positions, rows, strict=True) if row in columns.stopped], stopped=True
        )
    if is_waiting or not is_plain or columns.tries_before:
        for position, number in zip(positions, tries, strict=True):
            block.note_tries((position,), number)
    if columns.tries_before:
        block.renew(())
        assert block.tries_before is not None
        for position, row in zip(positions, rows, strict=True):
            block.tries_before[position] = columns.tries_before.get(row, 0)


def _tell_gates(core: Core) -> None:
    for blocks in core.blocks:
        for block in blocks.values():
            ended = bytes(block.states).translate(ONLY_ENDED)
            if ended.count(0) < len(ended):
                hand_on(core, Ends(block, 0, ended))
    core.judgements.clear()


def _remember_skips(core: Core, instances: list[InstanceColumns]) -> None:
    """What branches left out; also what mapped ones left out of maps that have not expanded yet."""
    for columns in instances:
        branch = core.spec.tasks[columns.task]
        for row, skips in columns.skips.items():
            path = decode(columns.paths[row])
            core.skips[columns.task][path] = skips
            if branch.map is not None:
                for task in skips:
                    _mark(core, branch.scope, task, path)


def _mark(core: Core, scope: tuple[int, ...], task: int, path: Path) -> None:
    chain = core.plan.chains[task]
    if core.spec.tasks[task].scope[: len(scope)] != scope or len(chain) < len(path):
        return
    context, position = path[:-1], path[-1]
    if core.is_closed(task, context) or context in core.blocks[task]:
        return
    if context not in core.lengths[chain[len(context)]]:
        core.marks[task].setdefault(context, set()).add(position)


def _start_expanded(core: Core) -> None:
    """Maps over task output had expanded because their tasks were to run."""
    for spec in core.spec.maps:
        if spec.task is None or isinstance(spec.length, LiteralLength) or core.places[spec.task].patient:
            continue
        for context in core.lengths[spec.number]:
            block = core.blocks[spec.task][context]
            waiting = find_all(block.states, State.NONE)
            if core.spec.tasks[spec.task].kind == "empty":
                core.end(block, waiting, Cause.EMPTY)
            else:
                core.queue(block, waiting, Cause.READY)


def _judge_undecided(core: Core, place: Place) -> None:
    node = place.node
    for parent, contexts in place.contexts.items():
        if node.map is not None:
            for position in range(len(contexts)):
                context = (*parent, position) if node.level else ()
                if _is_decided(core, place, context):
                    contexts[position] = DECIDED
        core.judgements.append((place, parent, 0, len(contexts)))


def _is_decided(core: Core, place: Place, context: Path) -> bool:
    spec = place.node.map
    if spec is None:
        raise InvariantError(f"node {place.node.number} has no map")
    if context in core.reopened[spec.number]:
        return False
    if spec.task is None:
        if context in core.lengths[spec.number]:
            return True
        return all(core.is_closed(task, context) for task in core.plan.members[spec.number])
    block = core.blocks[spec.task].get(context)
    if block is None:
        return False
    if block.single or not (isinstance(spec.length, LiteralLength) or place.patient):
        return True
    return State.NONE not in block.states
