"""People give instances a state, or cancel a task. Like a rerun (`reruns`), that takes ends back.

Source: SEMANTICS 15.
"""

from __future__ import annotations

from fanjet.engine.blocks import Block
from fanjet.engine.clearing import Clearing, blocks_below, select
from fanjet.engine.columns import compact
from fanjet.engine.core import Core
from fanjet.engine.dependants import take_dependants
from fanjet.engine.downstream import take_back
from fanjet.engine.reruns import be_patient, clear, reopen_run, stop_tries
from fanjet.engine.skips import close
from fanjet.engine.transitions import MARKS, Cause
from fanjet.model.changes import CancelTries
from fanjet.model.events import CancelRequested, MarkRequested
from fanjet.model.paths import NOT_MAPPED
from fanjet.model.states import ENDED, State

#: What a mark has judged again of what depends on the instance: what did not succeed because of it, or may have. What
#: a rule skipped is too, but not what skipped itself in a try.
_NOT_SUCCEEDED = (State.SCHEDULED, State.FAILED, State.UPSTREAM_FAILED)


def mark(core: Core, event: MarkRequested) -> None:
    """Give instances a state by hand; what depends on them and did not succeed is judged again."""
    core.now = max(core.now, event.at)
    targets = select(core, (event.task,), event.paths, failed_only=False)
    if not targets:
        return
    cause = next(cause for cause, state in MARKS.items() if state == event.state)
    judged_again = _find_judged_again(core, event)
    be_patient(core, event.task)
    reopen_run(core, judged_again)
    clear(core, judged_again)
    for block, positions in list(targets):
        reason = f"marked {State(event.state).label} by hand"
        stop_tries(core, block, positions, f"cancelled: {reason}")
        take_back(core, block, bytes(block.states[position] for position in positions), positions)
        core.end(block, positions, cause, reason)
        core.timers.drop(block)
    if event.state == State.FAILED:
        core.failed = True


def _find_judged_again(core: Core, event: MarkRequested) -> Clearing:
    reached = select(core, (event.task,), event.paths, failed_only=False)
    take_dependants(core, reached)
    again = Clearing(core)
    for block, positions in reached:
        core.places[block.task].patient |= block.task != event.task
        if block.task != event.task:
            again.add(block, [position for position in positions if _did_not_succeed(block, position)])
    again.taken = [
        {parent: (block, mask) for parent, (block, mask) in taken.items() if any(mask)} for taken in again.taken
    ]
    return again


def _did_not_succeed(block: Block, position: int) -> bool:
    state = block.states[position]
    if state == State.SKIPPED:
        return block.find_tries(position) == block.find_tries_before(position)
    return state in _NOT_SUCCEEDED


def cancel_task(core: Core, event: CancelRequested) -> None:
    """Nothing of a task goes on, as far as it lies at or below the paths."""
    assert event.task is not None
    core.now = max(core.now, event.at)
    reason = f"cancelled: {event.reason}"
    for path in event.paths:
        for block, positions in list(blocks_below(core, event.task, path)):
            for launch in core.launches:
                out = [at for at in launch.positions() if at in positions] if launch.block is block else []
                if out:
                    indexes = (NOT_MAPPED,) if block.single else out
                    core.changes.append(CancelTries(run=core.run, fence=launch.fence, indexes=indexes))
                    core.launches.close(launch, out)
                    core.end(block, out, Cause.CANCELLED, reason, try_number=launch.try_number)
                    core.failed = True
            stop_tries(core, block, positions, reason)
            idle = [position for position in positions if State(block.states[position]) not in ENDED]
            core.end(block, compact(idle) if idle else [], Cause.CANCELLED, reason)
        if len(path) <= len(core.spec.tasks[event.task].scope):
            close(core, event.task, path)
