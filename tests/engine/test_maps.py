"""Maps of tasks expand, or leave one instance that says why not (SEMANTICS 1, 5, 8)."""

from __future__ import annotations

import pytest

from engine.drive import FAILED, NONE, OK, SCHEDULED, SKIPPED, UF, Drive
from engine.graphs import Graph
from fanjet.model.changes import EndInstances, MeasureMaps, QueueInstances, SetMapLength
from fanjet.model.lengths import (
    LongestLength,
    MeasuredLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
    ValuesLength,
)
from fanjet.model.rules import TriggerRule
from fanjet.model.states import State


def test_a_literal_map_exists_from_the_start_and_is_queued_as_one_range() -> None:
    graph = Graph()
    mapped = graph.task(over=1000)
    drive = Drive(graph)
    assert [(change.task, change.indexes) for change in drive.of(QueueInstances)] == [(mapped, range(1000))]
    assert drive.machine.length_known(mapped)
    assert not drive.of(SetMapLength), "literal lengths follow from the DAG"


def test_a_map_over_a_result_has_one_instance_per_item() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=ResultLength(source))
    drive = Drive(graph)
    assert drive.states(mapped) == {}
    assert not drive.machine.length_known(mapped)
    drive.end(source, items=3)
    assert drive.states(mapped) == {(0,): SCHEDULED, (1,): SCHEDULED, (2,): SCHEDULED}
    assert [(each.map, each.parent, each.count) for each in drive.of(SetMapLength)] == [(0, (), 3)]
    assert drive.machine.length_known(mapped)


def test_a_map_over_a_mapped_task_has_one_instance_per_value_and_waits_for_all() -> None:
    graph = Graph()
    source = graph.task(over=3)
    mapped = graph.task(over=ValuesLength(source))
    drive = Drive(graph)
    drive.end(source, (0,), (1,), values=[b"j1", None])
    assert drive.states(mapped) == {}
    drive.end(source, (2,))
    assert list(drive.states(mapped)) == [(0,), (1,)]


@pytest.mark.parametrize(
    ("length", "count"),
    [(ProductLength, 6), (SumLength, 5), (ShortestLength, 2), (LongestLength, 3)],
)
def test_lengths_of_several_sources(length: type, count: int) -> None:
    graph = Graph()
    left, right = graph.task(), graph.task()
    mapped = graph.task(over=length((ResultLength(left), ResultLength(right))))
    drive = Drive(graph)
    drive.end(left, items=2)
    drive.end(right, items=3)
    assert len(drive.states(mapped)) == count


@pytest.mark.parametrize("rule", ["all_success", "all_done", "one_failed", "always"])
def test_a_source_that_failed_or_was_skipped_decides_whatever_the_rule(rule: str) -> None:
    for state, expected in [(FAILED, UF), (SKIPPED, SKIPPED)]:
        graph = Graph()
        source = graph.task()
        mapped = graph.task(over=ResultLength(source), rule=rule)
        drive = Drive(graph)
        drive.end(source, states=state)
        assert drive.states(mapped) == {(): expected}


def test_all_skipped_after_a_failed_source_does_what_its_name_says() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=ResultLength(source), rule=TriggerRule.ALL_SKIPPED)
    drive = Drive(graph)
    drive.end(source, states=FAILED)
    assert drive.states(mapped) == {(): SKIPPED}


def test_an_expanded_source_does_not_count_even_if_all_of_it_failed() -> None:
    graph = Graph()
    source = graph.task(over=2)
    by_rule = graph.task(over=ValuesLength(source), rule="all_done")
    default = graph.task(over=ValuesLength(source))
    drive = Drive(graph)
    drive.end(source, (0,), (1,), states=FAILED)
    assert drive.states(by_rule) == {(): SKIPPED}
    assert drive.states(default) == {(): UF}


def test_no_items_is_one_skipped_instance_and_the_rules_after_it_decide() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=ResultLength(source))
    default, reduce = graph.task([mapped]), graph.task([mapped], rule="none_failed")
    literal = graph.task(over=0)
    drive = Drive(graph)
    assert drive.states(literal) == {(): SKIPPED}
    drive.end(source, items=0)
    assert drive.states(mapped) == {(): SKIPPED}
    assert drive.state(default) == SKIPPED
    assert drive.state(reduce) == SCHEDULED
    assert not drive.of(SetMapLength)


def test_a_rule_met_before_the_length_is_known_waits_for_it() -> None:
    graph = Graph()
    other, source = graph.task(), graph.task()
    mapped = graph.task([other], over=ResultLength(source), rule="one_success")
    drive = Drive(graph)
    drive.end(other)
    assert drive.states(mapped) == {}
    drive.end(source, items=2)
    assert drive.states(mapped) == {(0,): SCHEDULED, (1,): SCHEDULED}


def test_a_literal_map_that_may_not_run_has_the_state_at_each_index_another_map_once() -> None:
    graph = Graph()
    source, upstream = graph.task(), graph.task()
    literal = graph.task([upstream], over=2)
    over_output = graph.task([upstream], over=ResultLength(source))
    drive = Drive(graph)
    drive.end(upstream, states=FAILED)
    assert drive.states(literal) == {(0,): UF, (1,): UF}
    assert drive.states(over_output) == {(): UF}


def test_a_source_without_items_makes_the_map_upstream_failed_with_the_reason() -> None:
    graph = Graph()
    source = graph.task(task_id="numbers")
    mapped = graph.task(over=ResultLength(source))
    drive = Drive(graph)
    drive.end(source, items=-1)
    assert drive.states(mapped) == {(): UF}
    assert "'numbers'" in (drive.of(EndInstances)[0].reason or "")


def test_more_positions_than_any_run_could_hold_are_refused_with_the_reason() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=ProductLength((ResultLength(source), ResultLength(source))))
    drive = Drive(graph)
    drive.end(source, items=1_000_000)
    assert drive.states(mapped) == {(): UF}
    assert "1,000,000,000,000 positions" in (drive.of(EndInstances)[0].reason or "")


def test_a_length_that_lies_in_a_value_is_measured() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=MeasuredLength((source,)))
    drive = Drive(graph)
    drive.end(source)
    assert [(each.map, each.parent, list(each.indexes)) for each in drive.of(MeasureMaps)] == [(0, (), [-1])]
    assert drive.states(mapped) == {}
    drive.measure({(): 2})
    assert drive.states(mapped) == {(0,): SCHEDULED, (1,): SCHEDULED}


def test_a_value_without_length_fails_the_map_with_the_reason() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=MeasuredLength((source,)))
    drive = Drive(graph)
    drive.end(source)
    drive.measure({(): -1})
    assert drive.states(mapped) == {(): FAILED}
    assert drive.of(EndInstances)[0].reason == "an int has no length"


def test_counts_follow_every_change() -> None:
    graph = Graph()
    mapped = graph.task(over=4)
    drive = Drive(graph)
    launch = drive.launch(mapped, (0,), (1,), (2,))
    assert list(drive.machine.counts(mapped))[:4] == [0, 1, 3, 0]
    drive.apply(drive.ends(launch, [OK, FAILED, SKIPPED]))
    counts = drive.machine.counts(mapped)
    assert [counts[state] for state in (State.SCHEDULED, OK, FAILED, SKIPPED)] == [1, 1, 1, 1]


def test_empty_tasks_end_without_a_try_mapped_or_not() -> None:
    graph = Graph()
    first = graph.task(kind="empty")
    mapped = graph.task([first], over=3, kind="empty")
    after = graph.task([mapped])
    drive = Drive(graph)
    assert drive.states(mapped) == {(0,): OK, (1,): OK, (2,): OK}
    assert drive.state(after) == SCHEDULED
    assert drive.state(first) != NONE


def test_a_measured_length_that_no_run_could_hold_fails_the_map() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=MeasuredLength((source,)))
    drive = Drive(graph)
    drive.end(source)
    drive.measure({(): 10**12})
    assert drive.states(mapped) == {(): FAILED}
    assert "at most 100,000,000" in (drive.of(EndInstances)[0].reason or "")
