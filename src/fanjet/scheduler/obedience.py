"""What a command did, in words for whoever asked."""

from __future__ import annotations

from collections.abc import Sequence

from fanjet.model.changes import CancelTries, Change, ClearInstances, EndInstances
from fanjet.model.commands import Request
from fanjet.model.events import CancelRequested, MarkRequested, RerunRequested
from fanjet.model.states import State


def describe_answer(request: Request, changes: Sequence[Change]) -> str:
    """One sentence about the changes that a request led to."""
    cleared = sum(len(change.indexes) for change in changes if isinstance(change, ClearInstances))
    match request:
        case RerunRequested():
            return f"{_instances(cleared)} begin{'s' * (cleared == 1)} again." if cleared else "Nothing to rerun."
        case MarkRequested(state=state):
            own = [c for c in changes if isinstance(c, EndInstances) and c.task == request.task]
            ended = [c for c in own if c.state == state and not c.try_number]  # not the tries that it cancelled
            marked = sum(len(change.indexes) for change in ended)
            done = f"{_instances(marked)} marked {State(state).label}" if marked else "Nothing to mark"
            if not cleared:
                return f"{done}."
            what = f"{cleared:,} that did not succeed because of {'it' if marked == 1 else 'them'}"
            return f"{done}; {what} {'is' if cleared == 1 else 'are'} judged again."
        case CancelRequested(task=task):
            stopped = sum(len(change.indexes) for change in changes if isinstance(change, CancelTries))
            ended = [c for c in changes if isinstance(c, EndInstances) and task in (None, c.task)]
            left_out = sum(len(change.indexes) for change in ended) - stopped
            parts = [(stopped, "while running"), (left_out, "before starting")]
            told = [f"{_instances(count)} cancelled {when}" for count, when in parts if count]
            return f"{', '.join(told)}." if told else "Nothing to cancel."


def _instances(count: int) -> str:
    return f"{count:,} instance{'' if count == 1 else 's'}"
