"""Mapped groups: one context per index, nested to any depth (SEMANTICS 10, 14)."""

from __future__ import annotations

from engine.drive import FAILED, NONE, OK, SCHEDULED, SKIPPED, UF, Drive
from engine.graphs import Graph
from fanjet.model.changes import MeasureMaps, QueueInstances, SetMapLength
from fanjet.model.lengths import MeasuredLength, ResultLength, ValuesLength


def test_index_depends_on_its_own_index_only() -> None:
    graph = Graph()
    group = graph.group(3)
    first = graph.task(inside=group)
    second = graph.task([first], inside=group)
    after = graph.task([second], rule="all_done")
    drive = Drive(graph)
    drive.end(first, (0,), (1,), states=[OK, FAILED])
    assert drive.states(second) == {(0,): SCHEDULED, (1,): UF, (2,): NONE}
    drive.end(second, (0,))
    drive.end(first, (2,), states=SKIPPED)
    assert drive.states(second) == {(0,): OK, (1,): UF, (2,): SKIPPED}
    assert drive.state(after) == SCHEDULED


def test_a_column_of_ends_becomes_one_range_downstream() -> None:
    graph = Graph()
    group = graph.group(100)
    first = graph.task(inside=group)
    second = graph.task([first], inside=group)
    drive = Drive(graph)
    drive.end(first, *[(at,) for at in range(10, 60)])
    assert [change.indexes for change in drive.of(QueueInstances) if change.task == second] == [range(10, 60)]


def test_ends_far_apart_and_out_of_order_reach_their_own_index() -> None:
    graph = Graph()
    group = graph.group(1000)
    first = graph.task(inside=group)
    second = graph.task([first], inside=group)
    drive = Drive(graph)
    launch = drive.launch(first, *[(at,) for at in range(1000)])
    drive.apply(drive.ends(launch, [OK, FAILED, OK, SKIPPED], indexes=[900, 3, 5, 4]))
    decided = {path: state for path, state in drive.states(second).items() if state != NONE}
    assert decided == {(3,): UF, (4,): SKIPPED, (5,): SCHEDULED, (900,): SCHEDULED}


def test_a_rule_sees_the_outside_and_its_index_together() -> None:
    graph = Graph()
    outside = graph.task()
    group = graph.group(2)
    first = graph.task(inside=group)
    both = graph.task([outside, first], inside=group)
    drive = Drive(graph)
    drive.end(first, (0,))
    assert drive.states(both) == {(0,): NONE, (1,): NONE}
    drive.end(outside)
    assert drive.states(both) == {(0,): SCHEDULED, (1,): NONE}
    drive.end(first, (1,))
    assert drive.states(both) == {(0,): SCHEDULED, (1,): SCHEDULED}


def test_a_group_over_a_result_expands_with_its_length_and_closes_with_its_source() -> None:
    for end, items, expected in [
        (OK, 2, {(0,): SCHEDULED, (1,): SCHEDULED}),
        (OK, 0, {(): SKIPPED}),
        (FAILED, -1, {(): UF}),
        (SKIPPED, -1, {(): SKIPPED}),
    ]:
        graph = Graph()
        source = graph.task()
        group = graph.group(ResultLength(source))
        first = graph.task(inside=group)
        inner = graph.task([first], inside=graph.group(2, inside=group), over=3)
        drive = Drive(graph)
        drive.end(source, states=end, items=items)
        assert drive.states(first) == expected
        if () in expected:
            assert drive.states(inner) == expected
            assert drive.machine.status.label == ("failed" if expected[()] == UF else "success")


def test_nested_maps_are_ragged_and_reduced_at_each_level() -> None:
    graph = Graph()
    group = graph.group(3)
    make = graph.task(inside=group)
    fit = graph.task(inside=group, over=ResultLength(make))
    best = graph.task([fit], inside=group, rule="none_failed")
    report = graph.task([best, fit], rule="all_done")
    drive = Drive(graph)
    for index, count in enumerate([2, 0, 1]):
        drive.end(make, (index,), items=count)
    assert drive.states(fit) == {(0, 0): SCHEDULED, (0, 1): SCHEDULED, (1,): SKIPPED, (2, 0): SCHEDULED}
    assert drive.states(best) == {(0,): NONE, (1,): SCHEDULED, (2,): NONE}
    assert [(each.parent, each.count) for each in drive.of(SetMapLength)] == [((0,), 2), ((2,), 1)]
    assert not drive.machine.length_known(fit) or drive.states(best)[(0,)] == NONE
    drive.end(fit, (0, 0), (0, 1))
    drive.end(fit, (2, 0), states=FAILED)
    drive.end(best, (1,))
    drive.end(best, (0,))
    assert drive.states(best) == {(0,): OK, (1,): OK, (2,): UF}
    assert drive.state(report) == SCHEDULED


def test_three_levels_deep() -> None:
    graph = Graph()
    outer = graph.group(2)
    middle = graph.group(2, inside=outer)
    leaf = graph.task(inside=middle, over=2)
    per_middle = graph.task([leaf], inside=middle)
    per_outer = graph.task([per_middle], inside=outer)
    last = graph.task([per_outer])
    drive = Drive(graph)
    assert len(drive.states(leaf)) == 8
    for i in range(2):
        for j in range(2):
            assert drive.state(per_middle, (i, j)) == NONE
            drive.end(leaf, (i, j, 0), (i, j, 1))
            drive.end(per_middle, (i, j))
        drive.end(per_outer, (i,))
    assert drive.state(last) == SCHEDULED


def test_lengths_from_the_group_argument_are_measured_for_all_indexes_at_once() -> None:
    graph = Graph()
    source = graph.task()
    group = graph.group(ResultLength(source))
    inner = graph.task(inside=group, over=MeasuredLength((source,)))
    drive = Drive(graph)
    drive.end(source, items=3)
    assert [(each.parent, each.indexes) for each in drive.of(MeasureMaps)] == [((), range(3))]
    drive.measure({(0,): 1, (1,): 0, (2,): -1})
    assert drive.states(inner) == {(0, 0): SCHEDULED, (1,): SKIPPED, (2,): FAILED}


def test_outside_a_nested_map_counts_the_positions_of_its_outer_level() -> None:
    graph = Graph()
    group = graph.group(3)
    inner = graph.task(inside=group, over=1)
    outside = graph.task(over=ValuesLength(inner), rule="all_done")
    drive = Drive(graph)
    for index in range(3):
        drive.end(inner, (index, 0), states=OK if index else SKIPPED)
    assert list(drive.states(outside)) == [(0,), (1,), (2,)]


def test_a_group_over_a_mapped_group_counts_values() -> None:
    graph = Graph()
    first = graph.task(inside=graph.group(3))
    second = graph.task(inside=graph.group(ValuesLength(first)))
    drive = Drive(graph)
    drive.end(first, (0,), (1,), (2,), values=[b"j1", None, b"j1"])
    assert list(drive.states(second)) == [(0,), (1,)]


def test_a_join_of_more_tasks_than_a_byte_counts() -> None:
    graph = Graph()
    group = graph.group(2)
    many = [graph.task(inside=group) for _ in range(300)]
    join = graph.task(many, inside=group)
    drive = Drive(graph)
    for task in many:
        assert drive.states(join) == {(0,): NONE, (1,): NONE}
        drive.end(task, (0,), (1,))
    assert drive.states(join) == {(0,): SCHEDULED, (1,): SCHEDULED}
