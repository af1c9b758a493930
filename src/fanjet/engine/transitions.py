"""All legal state changes of an instance, as one table: a cause turns the state on the left into the one on the right.

An instance begins in NONE, where it costs nothing: no row, no object, one byte in the column of its map. From there
it either becomes ready (its trigger rule is met, its length is known) or ends at once, because what is upstream
decided so, a branch left it out, or its task is empty. A ready instance is SCHEDULED while it waits for a slot,
RUNNING from the moment its launch is recorded. Every way out of RUNNING belongs to exactly one try: either the try
ends (five ways, one of which leads to another try), or it never started and goes back to SCHEDULED. The three waiting
states give their slot back; time leads out of them, and out of DEFERRED also the trigger that it waits for. SUCCESS,
FAILED, SKIPPED and UPSTREAM_FAILED are ends: no message of a try leads out of them, so a late or repeated one can never
change what is recorded. Only a person does: who clears an instance for a rerun sends it, and what depends on it, back
to NONE, and who marks one gives it another end.

The machine goes through this table for every change, whole columns at a time, and refuses what is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from fanjet.model.states import ENDED, State


class Cause(IntEnum):
    """Why an instance changes its state."""

    READY = 0
    LAUNCHED = 1
    RETURNED = 2
    SUCCEEDED = 3
    FAILED = 4
    FAILED_WITH_TRIES_LEFT = 5
    SKIPPED_ITSELF = 6
    RESCHEDULED = 7
    DEFERRED = 8
    DUE = 9
    EMPTY = 10
    LEFT_OUT = 11
    UPSTREAM_FAILED = 12
    NOT_MAPPABLE = 13
    FAILED_FAST = 14
    CANCELLED = 15
    CLEARED = 16
    MARKED_SUCCESS = 17
    MARKED_FAILED = 18
    MARKED_SKIPPED = 19
    FIRED = 20


_WAITING = (State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)
_UNTIL_REMOVED = tuple(state for state in State if state is not State.REMOVED)

#: A state that a person gave; results from before stay.
MARKS = {
    Cause.MARKED_SUCCESS: State.SUCCESS,
    Cause.MARKED_FAILED: State.FAILED,
    Cause.MARKED_SKIPPED: State.SKIPPED,
}

TABLE: Mapping[Cause, Mapping[State, State]] = {
    Cause.READY: {State.NONE: State.SCHEDULED},
    Cause.LAUNCHED: {State.SCHEDULED: State.RUNNING},
    Cause.RETURNED: {State.RUNNING: State.SCHEDULED},
    Cause.SUCCEEDED: {State.RUNNING: State.SUCCESS},
    Cause.FAILED: {State.RUNNING: State.FAILED},
    Cause.FAILED_WITH_TRIES_LEFT: {State.RUNNING: State.UP_FOR_RETRY},
    Cause.SKIPPED_ITSELF: {State.RUNNING: State.SKIPPED},
    Cause.RESCHEDULED: {State.RUNNING: State.UP_FOR_RESCHEDULE},
    Cause.DEFERRED: {State.RUNNING: State.DEFERRED},
    Cause.DUE: dict.fromkeys(_WAITING, State.SCHEDULED),
    Cause.EMPTY: {State.NONE: State.SUCCESS},
    Cause.LEFT_OUT: {State.NONE: State.SKIPPED},
    Cause.UPSTREAM_FAILED: {State.NONE: State.UPSTREAM_FAILED},
    Cause.NOT_MAPPABLE: {State.NONE: State.FAILED},
    Cause.FAILED_FAST: dict.fromkeys((State.NONE, State.SCHEDULED, State.RUNNING, *_WAITING), State.SKIPPED),
    Cause.CANCELLED: {
        **dict.fromkeys((State.NONE, State.SCHEDULED, *_WAITING), State.SKIPPED),
        State.RUNNING: State.FAILED,
    },
    Cause.CLEARED: dict.fromkeys(_UNTIL_REMOVED, State.NONE),
    **{cause: dict.fromkeys(_UNTIL_REMOVED, state) for cause, state in MARKS.items()},
    Cause.FIRED: {State.DEFERRED: State.SCHEDULED},
}

#: What people read about each cause.
MEANING: Mapping[Cause, str] = {
    Cause.READY: "The trigger rule is met and the length of the map is known.",
    Cause.LAUNCHED: "Admission found a slot and the launch is recorded.",
    Cause.RETURNED: "The try never started: it was recalled from a busy worker, or its worker died before it.",
    Cause.SUCCEEDED: "The try succeeded.",
    Cause.FAILED: "The try failed and no other follows.",
    Cause.FAILED_WITH_TRIES_LEFT: "The try failed; another follows after the retry delay.",
    Cause.SKIPPED_ITSELF: "The task raised a skip.",
    Cause.RESCHEDULED: "A sensor gave its slot back until a known time.",
    Cause.DEFERRED: "The task waits for a trigger without a slot.",
    Cause.DUE: "The time has come at which the instance goes on.",
    Cause.EMPTY: "The task does nothing; it succeeds without a try as soon as its trigger rule is met.",
    Cause.LEFT_OUT: "The trigger rule, a branch, a skipped source or a map of length zero skips the instance.",
    Cause.UPSTREAM_FAILED: "The trigger rule or a failed source decides so.",
    Cause.NOT_MAPPABLE: "The length of the map was measured and what it maps over has none.",
    Cause.FAILED_FAST: "Another instance failed and the DAG has `fail_fast`.",
    Cause.CANCELLED: "The run, or the task, was cancelled.",
    Cause.CLEARED: "It is rerun, or something that it depends on is.",
    Cause.MARKED_SUCCESS: "A person marked it so.",
    Cause.MARKED_FAILED: "A person marked it so.",
    Cause.MARKED_SKIPPED: "A person marked it so.",
    Cause.FIRED: "The trigger that it waits for has fired or failed.",
}

#: The run, or a task, does not go on: what has not begun is skipped.
STOPS = frozenset({Cause.FAILED_FAST, Cause.CANCELLED})
#: What ends, or takes back, an instance whatever its try does.
NOT_BY_TRIES = frozenset({*STOPS, Cause.CLEARED, *MARKS})

#: Marks in a translated column what the table does not allow.
ILLEGAL = 255

_STATES = frozenset(State)

#: By cause: the table as `bytes.translate` wants it.
TRANSLATE: tuple[bytes, ...] = tuple(
    bytes(TABLE[cause].get(State(state), ILLEGAL) if state in _STATES else ILLEGAL for state in range(256))
    for cause in Cause
)

#: The ways in which a try ends: what a column of ends may hold once the engine has decided about retries.
ENDS_OF_TRIES = bytes(
    state
    for cause in Cause
    for state in [TABLE[cause].get(State.RUNNING)]
    if state is not None and cause not in {Cause.RETURNED, *NOT_BY_TRIES}
)

#: Translates a column of states so that only ends remain; everything else becomes 0.
ONLY_ENDED = bytes(state if state in ENDED else 0 for state in range(256))


def state_after(state: State, cause: Cause) -> State | None:
    """The state that follows, None where the change is not legal."""
    return TABLE[cause].get(state)


def as_markdown() -> str:
    """The states page of the documentation."""
    essay = (__doc__ or "").strip()
    lines = [
        "# States of an instance",
        "",
        "<!-- Generated: python -m fanjet.engine.transitions > docs/states.md -->",
        "",
    ]
    lines += [essay, "", "| from | to | when |", "| --- | --- | --- |"]
    for cause, changes in TABLE.items():
        for after in dict.fromkeys(changes.values()):
            before = ", ".join(f"`{state.label}`" for state in changes if changes[state] == after)
            lines.append(f"| {before} | `{after.label}` | {MEANING[cause]} |")
    final = ", ".join(f"`{state.label}`" for state in State if state in ENDED)
    lines += ["", f"Ends: {final}. `removed` is set when a rerun shortens a map: readable, counting for nothing."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
