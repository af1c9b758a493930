"""How states look: the words, symbols and colours that all screens share."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fanjet.model.states import RunStatus, State


class Look(msgspec.Struct, frozen=True):
    """One state on a screen."""

    word: str
    symbol: str
    ascii_symbol: str
    style: str


LOOK_OF_STATE: dict[State, Look] = {
    State.FAILED: Look("failed", "✗", "x", "red"),
    State.UPSTREAM_FAILED: Look("upstream failed", "▲", "^", "magenta"),
    State.RUNNING: Look("running", "●", "*", "cyan"),
    State.UP_FOR_RETRY: Look("retrying", "↻", "r", "yellow"),
    State.UP_FOR_RESCHEDULE: Look("rescheduled", "↻", "r", "yellow"),
    State.DEFERRED: Look("deferred", "↻", "r", "yellow"),
    State.SUCCESS: Look("success", "✓", "+", "green"),
    State.SKIPPED: Look("skipped", "○", "o", "grey"),
    State.SCHEDULED: Look("queued", "·", ".", "grey"),
    State.NONE: Look("waiting", "·", ".", "grey"),
    State.REMOVED: Look("removed", "○", "o", "grey"),
}

LOOK_OF_RUN: dict[RunStatus, Look] = {
    RunStatus.QUEUED: Look("queued", "·", ".", "grey"),
    RunStatus.RUNNING: Look("running", "●", "*", "cyan"),
    RunStatus.SUCCESS: Look("success", "✓", "+", "green"),
    RunStatus.FAILED: Look("failed", "✗", "x", "red"),
}

#: A run without its end whose process is gone.
LOOK_INTERRUPTED = Look("interrupted", "■", "!", "yellow")

#: A try that somebody cancelled while it ran; the state of the instance is `failed`.
LOOK_CANCELLED = Look("cancelled", "■", "!", "yellow")


def say_counts(counts: Sequence[int], *, leave_out: frozenset[State] = frozenset()) -> list[tuple[str, str]]:
    """Numbers by state, what needs attention first, as (text, style) pairs; states without instances are left out.

    Args:
        counts: By `State` number.
        leave_out: States that the screen shows in another way.
    """
    return [
        (f"{counts[state]:,} {look.word}", look.style)
        for state, look in LOOK_OF_STATE.items()
        if state < len(counts) and counts[state] and state not in leave_out
    ]


def summary_look(counts: Sequence[int]) -> Look:
    """The look of many instances together: the worst that happened, or what they are doing."""
    for state in (State.FAILED, State.UPSTREAM_FAILED):
        if _count(counts, state):
            return LOOK_OF_STATE[state]
    for state in (State.RUNNING, State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED):
        if _count(counts, state):
            return LOOK_OF_STATE[state]
    waiting = _count(counts, State.NONE) + _count(counts, State.SCHEDULED)
    if _count(counts, State.SUCCESS):
        return LOOK_OF_STATE[State.RUNNING if waiting else State.SUCCESS]
    return LOOK_OF_STATE[State.SKIPPED if _count(counts, State.SKIPPED) and not waiting else State.NONE]


def _count(counts: Sequence[int], state: State) -> int:
    return counts[state] if state < len(counts) else 0
