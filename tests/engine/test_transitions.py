"""The table of state changes is what the documentation says and what the machine goes by."""

from __future__ import annotations

from pathlib import Path

from fanjet.engine.transitions import (
    ENDS_OF_TRIES,
    ILLEGAL,
    MARKS,
    TABLE,
    TRANSLATE,
    Cause,
    as_markdown,
    state_after,
)
from fanjet.model.states import ENDED, State

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_states_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "python -m fanjet.engine.transitions > docs/states.md"


def test_no_message_of_a_try_leads_out_of_an_end() -> None:
    for cause in set(Cause) - {Cause.CLEARED, *MARKS}:
        assert not ENDED & TABLE[cause].keys()
        assert all(TRANSLATE[cause][state] == ILLEGAL for state in ENDED)


def test_every_state_but_removed_can_be_reached_and_left_to_an_end() -> None:
    reached, todo = {State.NONE}, [State.NONE]
    while todo:
        state = todo.pop()
        following = {after for cause in Cause if (after := state_after(state, cause)) is not None}
        assert following or state in ENDED
        todo += following - reached
        reached |= following
    assert reached == set(State) - {State.REMOVED}


def test_tries_end_in_the_states_that_follow_running() -> None:
    waiting = {State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED}
    assert set(ENDS_OF_TRIES) == {State.SUCCESS, State.FAILED, State.SKIPPED} | waiting
