"""Tries are launched, end, come back or go on: what is accepted of what executors say, and what becomes of it.

A column of ends is accepted where its fence is an open launch that covers the instance. So late, repeated and reordered
messages are refused without a look at anything else: whatever ends or takes back a try also closes it in its launch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fanjet.engine.blocks import Block
from fanjet.engine.columns import Positions, find_all, is_run, runs_of, spans_of, split_where_kinds_begin
from fanjet.engine.core import Core
from fanjet.engine.deferrals import Wait
from fanjet.engine.launches import OpenLaunch
from fanjet.engine.skips import leave_out
from fanjet.engine.timers import Timer
from fanjet.engine.transitions import ENDS_OF_TRIES, ONLY_ENDED, Cause
from fanjet.engine.triggers import watch
from fanjet.errors import InvariantError
from fanjet.model.changes import RecordTries, RecordXCom, RunCallbacks
from fanjet.model.events import TriesEnded, TriesReturned, TryExtra, XComPushed
from fanjet.model.launches import Launch
from fanjet.model.spec import TaskSpec
from fanjet.model.states import ENDED, State

_CALLBACKS = {
    State.SUCCESS: "success",
    State.FAILED: "failure",
    State.UP_FOR_RETRY: "retry",
    State.SKIPPED: "skipped",
}


#: After these the number of tries follows from the state.
_PLAIN_ENDS = bytes((State.SUCCESS, State.FAILED))


class _Accepted(NamedTuple):
    """What of an event is accepted."""

    launch: OpenLaunch
    #: Of the event's columns; None for all.
    columns: list[int] | None
    #: Of the block, in the order of the columns.
    positions: Positions


def launched(core: Core, launch: Launch) -> None:
    """Instances were launched."""
    block = core.blocks[launch.task].get(launch.parent)
    if launch.run != core.run or block is None:
        raise InvariantError(f"run {core.run} has no instances for launch {launch.fence} of run {launch.run}")
    first = block.position(launch.first)
    if first < 0 or first + launch.count > len(block.states):
        raise core.broken(block, 0, f"launch {launch.fence} has instances that do not exist")
    core.move(block, range(first, first + launch.count), Cause.LAUNCHED)
    core.story.add(f"launched under {launch.fence}", launch.task, launch.parent, launch.indexes)
    core.launches.open(
        OpenLaunch(
            launch.fence,
            block,
            first,
            launch.count,
            try_number=launch.try_number,
            tries_before=launch.tries_before,
            carry=launch.carry,
        )
    )


def tries_ended(core: Core, event: TriesEnded) -> None:
    """Ends arrived: record the accepted ones, and put down what they mean."""
    core.now = max(core.now, max(event.ended_at, default=core.now))
    accepted = _accept(core, event)
    if accepted is None:
        core.story.add(f"late under {event.fence}", event.task, event.parent, event.indexes)
        return
    launch, columns, positions = accepted
    block = launch.block
    task = core.spec.tasks[block.task]
    given = event.states if columns is None else bytes(event.states[at] for at in columns)
    states, resume_at = _decide(task, launch, event, columns, given)
    _store(core, launch, positions, states)
    core.story.add(f"ended under {event.fence}", block.task, block.parent, event.indexes)
    core.changes.append(RecordTries(ended=event, positions=columns, states=states, resume_at=resume_at))
    _keep_values(core, block, event, columns, positions, states)
    timers = _wait(core, launch, event, resume_at)
    if State.DEFERRED in states:
        watch(core, _list_waits(launch, event, columns, states, timers))
    ended = states.translate(ONLY_ENDED)
    if ended.count(0) < len(ended):
        for part in split_where_kinds_begin(ended):
            core.hand_on(block, spans_of(positions[part], ended[part]))
    if event.extras:
        _heed_extras(core, block, event, columns, states)
    if State.FAILED in states:
        core.failed = True


def _accept(core: Core, event: TriesEnded) -> _Accepted | None:
    launch = core.launches.find(event.fence)
    indexes = event.indexes
    if launch is None or not indexes or launch.try_number != event.try_number:
        return None
    block = launch.block
    if block.task != event.task or block.parent != event.parent:
        return None
    if not block.single and is_run(indexes):
        run = range(indexes[0], indexes[0] + len(indexes))
        if launch.covers_all(run):
            return _Accepted(launch, None, run)
    columns: list[int] = []
    positions: list[int] = []
    seen: set[int] = set()
    for column, index in enumerate(indexes):
        position = block.position(index)
        if launch.covers(position) and position not in seen:
            seen.add(position)
            columns.append(column)
            positions.append(position)
    if not columns:
        return None
    return _Accepted(launch, None if len(columns) == len(indexes) else columns, positions)


def _decide(
    task: TaskSpec, launch: OpenLaunch, event: TriesEnded, columns: list[int] | None, given: bytes | bytearray
) -> tuple[bytes, dict[int, float]]:
    """The states that the ended tries lead to, and when those that wait go on (by column of the event)."""
    states = bytearray(given)
    resume_at: dict[int, float] = {}
    if State.FAILED in states and launch.try_number - launch.tries_before <= task.retries:
        delay_s = retry_delay_s(task, launch.try_number - launch.tries_before)
        for at in find_all(given, State.FAILED):
            column = at if columns is None else columns[at]
            extra = event.extras.get(column)
            if extra is None or not extra.no_retry:
                states[at] = State.UP_FOR_RETRY
                own = None if extra is None else extra.resume_at  # a retry policy has its own delay
                resume_at[column] = event.ended_at[column] + delay_s if own is None else own
    for state in (State.UP_FOR_RESCHEDULE, State.DEFERRED):
        if state in states:
            for at in find_all(given, state):
                column = at if columns is None else columns[at]
                extra = event.extras.get(column)
                if extra is not None and extra.resume_at is not None:
                    resume_at[column] = extra.resume_at
                elif state == State.UP_FOR_RESCHEDULE or extra is None or extra.carry is None:
                    resume_at[column] = event.ended_at[column]  # it waits for nothing
    return bytes(states), resume_at


def retry_delay_s(task: TaskSpec, try_number: int) -> float:
    """How long after the end of a try the next begins; `try_number` counts from the last clearing."""
    delay_s = task.retry_delay_s
    if task.retry_backoff:
        try:
            delay_s *= task.retry_backoff ** (try_number - 1)
        except OverflowError:
            delay_s = float("inf")
        if task.max_retry_delay_s is None:
            delay_s = min(delay_s, _LONGEST_DELAY_S)
    return delay_s if task.max_retry_delay_s is None else min(delay_s, task.max_retry_delay_s)


#: Backoff without a limit of its own never waits longer: ten years.
_LONGEST_DELAY_S = 10 * 365 * 86400.0


def _store(core: Core, launch: OpenLaunch, positions: Positions, states: bytes) -> None:
    """The ends of tries as states of their instances; each was RUNNING, as its launch covers it."""
    block = launch.block
    if states.translate(None, ENDS_OF_TRIES):
        raise core.broken(block, positions[0], f"a try of launch {launch.fence} ended in a state that is no end")
    if isinstance(positions, range):
        before = bytes(block.states[positions.start : positions.stop])
        block.states[positions.start : positions.stop] = states
    else:
        before = bytes(block.states[position] for position in positions)
        for position, state in zip(positions, states, strict=True):
            block.states[position] = state
    if before.count(State.RUNNING) != len(before):
        raise core.broken(block, positions[0], f"launch {launch.fence} covers an instance that does not run")
    core.recount(block.task, before, states)
    if block.tries is not None or launch.try_number > 1 or states.translate(None, _PLAIN_ENDS):
        block.note_tries(positions, launch.try_number)
    core.launches.close(launch, positions)


def _keep_values(
    core: Core, block: Block, event: TriesEnded, columns: list[int] | None, positions: Positions, states: bytes
) -> None:
    """What the lengths of maps are computed from. What goes on keeps what a cleared instance had before."""
    plan = core.plan
    if block.tries_before is not None:
        over = [at for at, state in enumerate(states) if state in ENDED]
        columns = [at if columns is None else columns[at] for at in over]
        positions = [positions[at] for at in over]
    if block.task in plan.values_counted:
        valued = block.keep_values()
        for column, position in zip(range(len(positions)) if columns is None else columns, positions, strict=True):
            valued[position] = event.values[column] is not None
    if block.task in plan.items_counted:
        items = block.keep_items()
        for column, position in zip(range(len(positions)) if columns is None else columns, positions, strict=True):
            items[position] = event.item_counts[column] if event.item_counts else -1


def _wait(core: Core, launch: OpenLaunch, event: TriesEnded, resume_at: dict[int, float]) -> dict[int, int]:
    """Set the timers; gives them by column."""
    timers: dict[int, int] = {}
    for column, at in resume_at.items():
        extra = event.extras.get(column)
        block = launch.block
        position = block.position(event.indexes[column])
        is_retry = block.states[position] == State.UP_FOR_RETRY
        carry = None if is_retry or extra is None else extra.carry
        timers[column] = core.timers.set(at, block, position, launch.try_number + is_retry, carry)
    return timers


def _list_waits(
    launch: OpenLaunch, event: TriesEnded, columns: list[int] | None, states: bytes, timers: dict[int, int]
) -> list[Wait]:
    """Those that wait for triggers."""
    waits = []
    for at in find_all(states, State.DEFERRED):
        column = at if columns is None else columns[at]
        extra = event.extras.get(column)
        if extra is not None and extra.carry is not None:
            position = launch.block.position(event.indexes[column])
            waits.append(Wait(launch.block, position, launch.try_number, timers.get(column), extra.carry))
    return waits


def _heed_extras(core: Core, block: Block, event: TriesEnded, columns: list[int] | None, states: bytes) -> None:
    for column in sorted(event.extras):
        if columns is None:
            at = column
        elif column in columns:
            at = columns.index(column)
        else:
            continue
        extra = event.extras[column]
        index = event.indexes[column]
        if extra.skips and states[at] == State.SUCCESS:
            path = block.path(block.position(index))
            core.skips[block.task][path] = extra.skips
            leave_out(core, block.task, path, extra.skips)
        if extra.owes_callbacks:
            _owe(core, event, index, State(states[at]), extra)


def _owe(core: Core, event: TriesEnded, index: int, state: State, extra: TryExtra) -> None:
    kind = _CALLBACKS.get(state)
    if kind is None or kind not in core.spec.tasks[event.task].callbacks:
        return
    core.changes.append(
        RunCallbacks(
            run=core.run,
            task=event.task,
            parent=event.parent,
            index=index,
            try_number=event.try_number,
            kind=kind,
            error=extra.error,
        )
    )


def tries_returned(core: Core, event: TriesReturned) -> None:
    """Tries that never started are queued again under the same number."""
    launch = core.launches.find(event.fence)
    if launch is None:
        return
    block = launch.block
    out = sorted({position for position in map(block.position, event.indexes) if launch.covers(position)})
    if not out:
        return
    try_number, carry = launch.try_number, launch.carry
    for run in runs_of(out):
        core.launches.close(launch, run)
        core.queue(block, run, Cause.RETURNED, try_number=try_number, carry=carry)


def pushed(core: Core, event: XComPushed) -> None:
    """A value is recorded while its try runs."""
    launch = core.launches.find(event.fence)
    if launch is None or launch.block.task != event.task or launch.block.parent != event.parent:
        return
    if launch.covers(launch.block.position(event.index)):
        core.changes.append(RecordXCom(pushed=event))


def resume(core: Core, timers: Sequence[Timer]) -> None:
    """What waited goes on; the same try of many instances of one block becomes one change."""
    together: dict[tuple[int, tuple[int, ...], int], list[Timer]] = {}
    for timer in timers:
        if timer.carry is not None:
            at = range(timer.position, timer.position + 1)
            core.queue(timer.block, at, Cause.DUE, try_number=timer.try_number, carry=timer.carry)
        else:
            key = (timer.block.task, timer.block.parent, timer.try_number)
            together.setdefault(key, []).append(timer)
    for alike in together.values():
        positions = sorted(timer.position for timer in alike)
        for run in runs_of(positions):
            core.queue(alike[0].block, run, Cause.DUE, try_number=alike[0].try_number)
