"""Instances are left out: by a branch or short circuit in its scope, by `fail_fast`, by a cancelled run.

What has been decided is not touched by a branch: an instance that is queued or further stays as it is. What does not
exist yet is left out at the deepest path that does, by one instance that stands for all that would have come. Source:
SEMANTICS 0.2, 11, 13.3.
"""

from __future__ import annotations

from collections.abc import Collection

from fanjet.engine.blocks import Block
from fanjet.engine.columns import compact, find_all
from fanjet.engine.core import DECIDED, Core, above
from fanjet.engine.holds import decide, release_map
from fanjet.engine.transitions import Cause
from fanjet.model.changes import CancelTries, DequeueInstances
from fanjet.model.paths import NOT_MAPPED, Path
from fanjet.model.states import State

#: The states that fail_fast and cancelling end although something was decided.
_DECIDED_BUT_IDLE = (State.NONE, State.SCHEDULED, State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)


def leave_out(core: Core, branch: int, path: Path, tasks: tuple[int, ...]) -> None:
    """A branch's instance at `path` skips tasks: everything of them at and below its own path.

    A branch inside a mapped group acts within its index; one that is mapped itself acts on the same index of mapped
    tasks. Tasks that do not lie at or below the path (outside the group; not mapped) are not its business.
    """
    scope = core.spec.tasks[branch].scope
    for task in tasks:
        chain = core.plan.chains[task]
        if core.spec.tasks[task].scope[: len(scope)] != scope or len(chain) < len(path):
            continue
        if len(path) > len(scope) and not _is_expanded(core, task, path):
            continue
        close(core, task, path)


def leave_out_again(core: Core, again: Collection[int]) -> None:
    """What branches have left out of these tasks they still leave out, although it begins again or is new."""
    for branch, skips in enumerate(core.skips):
        for path in sorted(skips):
            tasks = tuple(task for task in skips[path] if task in again)
            if tasks:
                leave_out(core, branch, path, tasks)


def _is_expanded(core: Core, task: int, path: Path) -> bool:
    """Whether the position of a mapped branch exists in the map that follows; while that is open, it is marked."""
    context, position = above(path)
    if core.is_closed(task, context):
        return False
    count = core.lengths[core.plan.chains[task][len(context)]].get(context)
    if count is None:
        if context not in core.blocks[task]:
            core.marks[task].setdefault(context, set()).add(position)
        return False
    return position < count


def close(core: Core, task: int, path: Path, cause: Cause = Cause.LEFT_OUT, reason: str | None = None) -> None:
    """End (skip) everything undecided of a task at and below a path, also what has not come into being."""
    if core.is_closed(task, path):
        return
    scope = core.spec.tasks[task].scope
    level = len(path)
    if level > len(scope):
        block = core.blocks[task][path[:-1]]
        if block.states[path[-1]] == State.NONE:
            core.end(block, range(path[-1], path[-1] + 1), cause, reason)
    elif level == len(scope):
        parent, position = above(path)
        _close_contexts(core, task, parent, range(position, position + 1), cause, reason)
    else:
        count = core.lengths[scope[level]].get(path)
        if count is None:
            core.stand_in(task, path, cause, reason)
        elif level + 1 == len(scope):
            _close_contexts(core, task, path, range(count), cause, reason)
        else:
            for position in range(count):
                close(core, task, (*path, position), cause, reason)


def _close_contexts(core: Core, task: int, parent: Path, positions: range, cause: Cause, reason: str | None) -> None:
    contexts = core.places[task].contexts[parent]
    own_map = core.spec.tasks[task].map
    if own_map is None:
        waiting = find_all(contexts[positions.start : positions.stop], State.NONE, positions.start)
        core.end(core.blocks[task][parent], waiting, cause, reason)
        return
    at_top = not core.spec.tasks[task].scope
    for position in positions:
        if contexts[position] == DECIDED:
            continue
        contexts[position] = DECIDED
        context = () if at_top else (*parent, position)
        block = core.blocks[task].get(context)
        if block is None:
            core.stand_in(task, context, cause, reason)
        else:
            core.end(block, find_all(block.states, State.NONE), cause, reason)
            if context in core.reopened[own_map]:
                release_map(core, core.spec.maps[own_map], context)


def fail_fast(core: Core) -> None:
    """After a failure what is left is skipped. Teardowns still run, they give back what setups took."""
    _release_groups(core)
    _stop(core, [task.number for task in core.spec.tasks if not task.is_teardown], Cause.FAILED_FAST, "fail_fast")


def cancel(core: Core, reason: str) -> None:
    """Nothing goes on."""
    _release_groups(core)
    _stop(core, [task.number for task in core.spec.tasks], Cause.CANCELLED, f"cancelled: {reason}")


def _release_groups(core: Core) -> None:
    """No group becomes longer or shorter any more; maps of tasks are released with their instances."""
    for spec in core.spec.maps:
        for context in list(core.reopened[spec.number]) if spec.task is None else ():
            decide(core, spec, context)
            release_map(core, spec, context)


def _stop(core: Core, tasks: list[int], cause: Cause, reason: str) -> None:
    stopped = set(tasks)
    for launch in core.launches:
        if launch.block.task not in stopped:
            continue
        positions = launch.positions()
        indexes = (NOT_MAPPED,) if launch.block.single else positions
        core.changes.append(CancelTries(run=core.run, fence=launch.fence, indexes=indexes))
        core.launches.forget(launch)
        core.end(launch.block, positions, cause, reason, try_number=launch.try_number)
    for task in tasks:
        counts = core.counts[task]
        if counts[State.SCHEDULED]:
            core.changes.append(DequeueInstances(run=core.run, task=task, parent=()))
        if any(counts[state] for state in _DECIDED_BUT_IDLE):
            for parent in sorted(core.blocks[task]):
                _stop_block(core, core.blocks[task][parent], cause, reason)
        _decide_all(core, task)
        close(core, task, ())


def _stop_block(core: Core, block: Block, cause: Cause, reason: str) -> None:
    idle = sorted(position for state in _DECIDED_BUT_IDLE for position in find_all(block.states, state))
    if idle:
        core.end(block, compact(idle), cause, reason)


def _decide_all(core: Core, task: int) -> None:
    """Contexts whose instances exist have nothing to decide any more; the others are closed as by a branch."""
    own_map = core.spec.tasks[task].map
    if own_map is None:
        return
    at_top = not core.spec.tasks[task].scope
    for parent, contexts in core.places[task].contexts.items():
        for position in range(len(contexts)):
            context = () if at_top else (*parent, position)
            if context in core.blocks[task]:
                contexts[position] = DECIDED
                if context in core.reopened[own_map]:
                    release_map(core, core.spec.maps[own_map], context)
