"""Trigger rules decide as SEMANTICS 9 says."""

from __future__ import annotations

import pytest

from engine.drive import FAILED, OK, SKIPPED, UF, Drive
from engine.graphs import Graph
from engine.reference import RUN, rule_says
from fanjet.engine.rules import COMPLETE, RULES, SIGNATURES, Verdict, joint_tables, spell_out, table
from fanjet.model.rules import TriggerRule
from fanjet.model.states import SEEN_OF_STATE, State

VERDICTS = {None: Verdict.WAIT, RUN: Verdict.RUN, SKIPPED: Verdict.SKIP, UF: Verdict.UPSTREAM_FAILED}


@pytest.mark.parametrize("rule", TriggerRule)
def test_every_signature_has_the_verdict_of_the_semantics_table(rule: TriggerRule) -> None:
    verdicts = table(RULES[rule])
    for signature in range(SIGNATURES):
        seen = {state for state in State if SEEN_OF_STATE[state] & signature}
        if not seen and signature & COMPLETE:
            continue  # a task upstream has at least one instance
        assert verdicts[signature] == VERDICTS[rule_says(rule, seen, ended=bool(signature & COMPLETE))]


@pytest.mark.parametrize("rule", TriggerRule)
def test_verdicts_stay_when_more_ends_are_seen(rule: TriggerRule) -> None:
    """So a restored machine, which sees all at once, decides as the one that saw them one by one."""
    verdicts = table(RULES[rule])
    for before in range(SIGNATURES):
        for after in range(SIGNATURES):
            grows = before & after == before and not before & COMPLETE
            if not grows or verdicts[before] == Verdict.WAIT:
                continue
            both_bad = rule is TriggerRule.ALL_SUCCESS and spell_out(after).bad
            assert verdicts[after] == verdicts[before] or both_bad


def test_seen_adds_up_over_levels_and_complete_is_complete_at_all() -> None:
    joined = joint_tables(RULES[TriggerRule.ALL_SUCCESS])
    success = SEEN_OF_STATE[OK]
    assert joined[success | COMPLETE][success | COMPLETE] == Verdict.RUN
    assert joined[success][success | COMPLETE] == Verdict.WAIT
    assert joined[SEEN_OF_STATE[FAILED]][success] == Verdict.UPSTREAM_FAILED


@pytest.mark.parametrize(
    ("rule", "ends", "expected"),
    [
        ("all_success", [SKIPPED, FAILED], SKIPPED),
        ("all_success", [FAILED, SKIPPED], UF),
        ("all_success", [OK, SKIPPED, FAILED], SKIPPED),
        ("none_failed", [SKIPPED, FAILED], UF),
        ("one_failed", [OK, OK, OK], SKIPPED),
        ("one_done", [SKIPPED, SKIPPED, SKIPPED], SKIPPED),
        ("all_done_min_one_success", [OK, SKIPPED, FAILED], SKIPPED),
        ("one_success", [FAILED, SKIPPED, FAILED], UF),
        ("all_skipped", [SKIPPED, OK, SKIPPED], SKIPPED),
    ],
)
@pytest.mark.parametrize("as_column", [True, False])
def test_a_task_outside_groups_looks_at_all_instances_in_order(
    rule: str, ends: list[State], expected: State, *, as_column: bool
) -> None:
    """The order in a column of ends counts like that of single events."""
    graph = Graph()
    source = graph.task(over=len(ends))
    after = graph.task([source], rule=rule)
    drive = Drive(graph)
    if as_column:
        drive.end(source, *[(at,) for at in range(len(ends))], states=ends)
    else:
        for at, state in enumerate(ends):
            drive.end(source, (at,), states=state)
    assert drive.state(after) == expected


@pytest.mark.parametrize(("rule", "first"), [("one_success", OK), ("one_failed", FAILED), ("one_done", FAILED)])
def test_early_rules_run_before_the_rest_has_ended(rule: str, first: State) -> None:
    graph = Graph()
    source = graph.task(over=3)
    after = graph.task([source], rule=rule)
    drive = Drive(graph)
    drive.end(source, (1,), states=first)
    assert drive.state(after) == State.SCHEDULED


def test_always_runs_at_once() -> None:
    graph = Graph()
    after = graph.task([graph.task()], rule="always")
    assert Drive(graph).state(after) == State.SCHEDULED


def test_a_try_that_will_be_retried_has_not_failed_yet() -> None:
    graph = Graph()
    source = graph.task(retries=1)
    after = graph.task([source], rule="one_failed")
    drive = Drive(graph)
    drive.end(source, states=FAILED)
    assert drive.state(after) == State.NONE
