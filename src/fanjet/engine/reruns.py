"""People have instances run again.

That begins by taking ends back: what had ended has not, everything downstream counts anew, and what may depend on
it becomes *patient* (`patience`). Then the machine goes on as ever. Source: SEMANTICS 15.
"""

from __future__ import annotations

from fanjet.engine.blocks import Block
from fanjet.engine.clearing import Clearing, select
from fanjet.engine.columns import Positions, runs_of
from fanjet.engine.contexts import add_contexts, make_group
from fanjet.engine.core import DECIDED, Core, Place, above
from fanjet.engine.dependants import take_dependants, take_setups
from fanjet.engine.downstream import hand_on_all, reopen_part, take_back
from fanjet.engine.holds import place_of, put_down, put_down_map, remember_items, reopen_map
from fanjet.engine.launches import OpenLaunch
from fanjet.engine.skips import leave_out_again
from fanjet.engine.transitions import Cause
from fanjet.model.changes import CancelTries, DequeueInstances, EndInstances, ReopenRun
from fanjet.model.events import RerunRequested
from fanjet.model.lengths import LiteralLength
from fanjet.model.paths import NOT_MAPPED, Path
from fanjet.model.reruns import RerunPlan, TakenInstances
from fanjet.model.states import ENDED, RunStatus, State

_CLEARED = "cancelled: it was cleared for a rerun"


def find_clearing(core: Core, event: RerunRequested) -> Clearing:
    """What a rerun would take; nothing is changed."""
    tasks = range(len(core.spec.tasks)) if event.tasks is None else event.tasks
    clearing = select(core, tasks, event.paths, failed_only=event.failed_only)
    if not event.only:
        take_dependants(core, clearing)
    take_setups(core, clearing)
    return clearing


def plan_rerun(core: Core, event: RerunRequested) -> RerunPlan:
    """The same, for people."""
    tasks = range(len(core.spec.tasks)) if event.tasks is None else event.tasks
    asked = select(core, tasks, event.paths, failed_only=event.failed_only)
    clearing = find_clearing(core, event)
    taken = []
    for block, positions in clearing:
        mask = asked.taken[block.task].get(block.parent)
        taken.append(
            TakenInstances(
                task=block.task,
                parent=block.parent,
                indexes=(NOT_MAPPED,) if block.single else positions,
                states=bytes(block.states[position] for position in positions),
                asked=bytes(mask[1][position] if mask else 0 for position in positions),
            )
        )
    return RerunPlan(taken=taken, maps=list(clearing.maps), companions=tuple(sorted(clearing.companions)))


def rerun(core: Core, event: RerunRequested) -> None:
    """Have instances run again, with what depends on them."""
    clearing = find_clearing(core, event)
    if not clearing:
        return
    core.now = max(core.now, event.at)
    if event.only or clearing.companions:
        _remember_maps(core, clearing)
    reopen_run(core, clearing)
    clear(core, clearing)


def _remember_maps(core: Core, clearing: Clearing) -> None:
    """What maps run over whose sources are run again without them."""
    reached = Clearing(core)
    for block, positions in clearing:
        reached.add(block, positions)
    take_dependants(core, reached)
    for number, context in reached.maps:
        remember_items(core, core.spec.maps[number], context)


def reopen_run(core: Core, clearing: Clearing) -> None:
    """The run goes on; what is taken, and all that has seen it, is patient from now on."""
    core.status = RunStatus.RUNNING
    core.cancelled = core.failed = False
    for task, taken in enumerate(clearing.taken):
        if taken:
            be_patient(core, task)
    for number, _ in clearing.maps:
        spec = core.spec.maps[number]
        core.places[core.plan.group_nodes[number].number if spec.task is None else spec.task].patient = True


def be_patient(core: Core, task: int) -> None:
    """Ends of a task are taken back: it, and whoever has seen them, looks at what stands from now on."""
    core.places[task].patient = True
    for listeners in core.listeners[task]:
        for listener in listeners:
            listener.place.patient = True


def clear(core: Core, clearing: Clearing) -> None:
    """Carry out: all that is taken begins again, and maps whose items may change are open."""
    hand_on_all(core)
    again: set[int] = set()
    for block, positions in list(clearing):
        core.places[block.task].patient = True
        again |= {block.task, *forget_skips(core, block, positions)}
        if _stands_in(core, block):
            _remove_stand_in(core, block)
        else:
            _clear_positions(core, block, positions)
    for number, context in clearing.maps:
        reopen_map(core, core.spec.maps[number], context)
    for number, context in clearing.measuring:
        put_down_map(core, core.spec.maps[number], context)
    leave_out_again(core, again)
    patient = tuple(place.node.number for place in core.places if place.patient)
    core.changes.append(ReopenRun(run=core.run, at=core.now, patient=patient))


def _stands_in(core: Core, block: Block) -> bool:
    return block.single and len(core.plan.chains[block.task]) > 0


def _clear_positions(core: Core, block: Block, positions: Positions) -> None:
    stop_tries(core, block, positions, _CLEARED)
    states = bytes(block.states[position] for position in positions)
    begun = [position for position, state in zip(positions, states, strict=True) if state != State.NONE]
    if begun:
        take_back(core, block, states, positions)
        block.renew(positions)
        core.move(block, positions, Cause.CLEARED)
        core.timers.drop(block)
        core.say_cleared(block, begun)
    _judge_again(core, block, positions)


def forget_skips(core: Core, block: Block, positions: Positions) -> set[int]:
    """A branch chooses again; returns the tasks that it had left out."""
    skips = core.skips[block.task]
    forgotten: set[int] = set()
    for position in positions if skips else ():
        path = block.path(position)
        for task in skips.pop(path, ()):
            forgotten.add(task)
            if path:
                core.marks[task].get(path[:-1], set()).discard(path[-1])
    return forgotten


def _judge_again(core: Core, block: Block, positions: Positions) -> None:
    place = core.places[block.task]
    if place.node.map is not None:
        put_down(core, place, block.parent)
        return
    for run in runs_of(positions):
        core.judgements.append((place, block.parent, run.start, run.stop))


def stop_tries(core: Core, block: Block, positions: Positions, reason: str) -> None:
    """Take what is queued out of the queue, and cancel what runs; the tries that were out count."""
    queued = [position for position in positions if block.states[position] == State.SCHEDULED]
    if queued:
        indexes = (NOT_MAPPED,) if block.single else queued
        core.changes.append(DequeueInstances(run=core.run, task=block.task, parent=block.parent, indexes=indexes))
    if any(block.states[position] == State.RUNNING for position in positions):
        wanted = set(positions)
        for launch in core.launches:
            if launch.block is block:
                out = [position for position in launch.positions() if position in wanted]
                if out:
                    _cancel(core, launch, out, reason)


def _cancel(core: Core, launch: OpenLaunch, positions: list[int], reason: str) -> None:
    block, try_number = launch.block, launch.try_number
    indexes = (NOT_MAPPED,) if block.single else positions
    core.changes.append(CancelTries(run=core.run, fence=launch.fence, indexes=indexes))
    core.changes.append(
        EndInstances(
            run=core.run,
            task=block.task,
            parent=block.parent,
            indexes=indexes,
            state=State.FAILED,
            at=core.now,
            reason=reason,
            try_number=try_number,
            keeps_results=True,
        )
    )
    block.note_tries(positions, try_number)
    core.launches.close(launch, positions)


def _remove_stand_in(core: Core, block: Block) -> None:
    """The one instance that stood for a map is gone; whether the map expands is to be decided again."""
    task, path = block.task, block.parent
    stop_tries(core, block, range(1), _CLEARED)
    was_over = block.states[0] in ENDED
    core.say_cleared(block, (0,))
    core.counts[task][block.states[0]] -= 1
    core.timers.drop(block)
    del core.blocks[task][path]
    core.closed[task].discard(path)
    core.unexpanded[task] += 1
    if was_over:
        reopen_part(core, task, path)
    scope = core.spec.tasks[task].scope
    if len(path) == len(scope):
        put_down(core, core.places[task], path)
        return
    group = core.spec.maps[scope[len(path)]]
    if path in core.lengths[group.number]:
        _open_late(core, core.places[task], path)
    elif isinstance(group.length, LiteralLength) and group.length.count:
        parent, position = above(path)  # it needs no decision, as when its context first came into being
        place_of(core, group).contexts[parent][position] = DECIDED
        make_group(core, group, path, group.length.count)
    else:
        put_down_map(core, group, path)


def _open_late(core: Core, place: Place, path: Path) -> None:
    """The group has expanded without this task: its contexts come into being now."""
    assert place.node.task is not None
    task = place.node.task
    for level, listeners in enumerate(core.listeners[task.number]):
        for listener in listeners if level > len(path) else ():
            for parent, column in listener.columns.items():
                if parent[: len(path)] == path:
                    for position in range(len(column.left)):
                        column.left[position] += 1
    _open_below(core, place, path)
    for gate, columns in zip(place.node.gates, place.gates, strict=True):
        for level, upstream in gate.upstream.items():
            for parent, column in columns[level].items() if level > len(path) else ():
                for position in range(len(column.left)) if parent[: len(path)] == path else ():
                    column.left[position] = sum(not core.is_complete(each, (*parent, position)) for each in upstream)


def _open_below(core: Core, place: Place, path: Path) -> None:
    scope = place.node.scope
    if len(path) == len(scope):
        return
    count = core.lengths[scope[len(path)]].get(path)
    if count is None:
        put_down_map(core, core.spec.maps[scope[len(path)]], path)
        return
    add_contexts(core, place, len(path) + 1, path, 0, count)
    for position in range(count):
        _open_below(core, place, (*path, position))
