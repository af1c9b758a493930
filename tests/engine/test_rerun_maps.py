"""Reruns that change the items of a map: it grows, shrinks, shifts, becomes empty, comes back (SEMANTICS 15.2)."""

from __future__ import annotations

from engine.drive import FAILED, OK, SKIPPED, UF
from engine.graphs import Graph
from engine.rerun_drive import RerunDrive, paths
from fanjet.model.lengths import (
    MeasuredLength,
    ProductLength,
    ResultLength,
    ValuesLength,
)
from fanjet.model.states import RunStatus, State

REMOVED = State.REMOVED


def test_a_source_that_grows_adds_instances() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    load = graph.task(over=ResultLength(find))
    reduce = graph.task([load])
    run = RerunDrive(graph, {find: 2})
    run.finish()
    assert run.rerun(find, to={find: 4}) == {find: [()], load: paths(0, 1, 2, 3), reduce: [()]}


def test_a_source_that_shrinks_leaves_removed_instances_that_go_on_counting_when_they_come_back() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    load = graph.task(over=ResultLength(find))
    run = RerunDrive(graph, {find: 3, (load, (2,)): FAILED})
    run.finish()
    assert run.rerun(find, to={find: 1}) == {find: [()], load: paths(0)}
    assert run.show(load) == {(0,): OK}
    assert run.status == RunStatus.SUCCESS, "what is removed counts for nothing"
    assert run.machine.counts(load)[REMOVED] == 2
    assert run.recorder is not None
    assert run.recorder.rows[load, (2,)].state == REMOVED
    run.ask(find)
    run.outcomes.update({find: 3, (load, (2,)): OK})
    run.end_one(find)
    assert {path: number for (task, path), (number, _) in run.ready.items() if task == load} == {
        (0,): 3,
        (1,): 2,
        (2,): 2,
    }
    run.finish()
    assert run.machine.counts(load)[REMOVED] == 0


def test_a_source_that_becomes_empty_skips_its_map_and_back() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    load = graph.task(over=ResultLength(find))
    reduce = graph.task([load], rule="all_done")
    run = RerunDrive(graph, {find: 2})
    run.finish()
    assert run.rerun(find, to={find: 0}) == {find: [()], reduce: [()]}
    assert run.show(load) == {(): SKIPPED}
    assert run.rerun(find, to={find: 1}) == {find: [()], load: paths(0), reduce: [()]}
    assert run.show(load) == {(0,): OK}


def test_the_map_of_a_group_grows_shrinks_becomes_empty_and_comes_back() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    customer = graph.group(ResultLength(find))
    first = graph.task([find], inside=customer)
    inner = graph.task([first], inside=customer, over=2)
    last = graph.task([inner], rule="all_done")
    run = RerunDrive(graph, {find: 2})
    run.finish()
    for count in (3, 1, 0, 2):
        ran = run.rerun(find, to={find: count})
        assert ran.get(first, []) == paths(*range(count))
        assert ran[last] == [()]
        expected = {(at, each): OK for at in range(count) for each in range(2)}
        assert run.show(inner) == (expected or {(): SKIPPED})


def test_an_item_that_appears_in_the_middle_shifts_what_follows() -> None:
    """The item before it is not touched."""
    graph = Graph()
    load = graph.task(over=3)
    train = graph.task(over=ValuesLength(load), rule="none_failed")
    reduce = graph.task([train])
    run = RerunDrive(graph, {(load, (1,)): SKIPPED})
    run.finish()
    assert run.show(train) == {(0,): OK, (1,): OK}
    assert run.rerun(load, (1,), to={(load, (1,)): OK}) == {load: paths(1), train: paths(1, 2), reduce: [()]}


def test_an_item_that_disappears_shifts_what_follows() -> None:
    graph = Graph()
    load = graph.task(over=4)
    train = graph.task(over=ValuesLength(load))
    after = graph.task(over=ValuesLength(train))
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(load, (1,), to={(load, (1,)): None}) == {load: paths(1), train: paths(1, 2), after: paths(1, 2)}
    assert run.show(after) == {(0,): OK, (1,): OK, (2,): OK}


def test_a_factor_of_a_cross_product_that_grows_keeps_the_first_combinations() -> None:
    """The first factor grows at its end: the combinations before stay where they are."""
    graph = Graph()
    model, fold = graph.task(over=3), graph.task(over=2)
    fit = graph.task(over=ProductLength((ValuesLength(model), ValuesLength(fold))))
    run = RerunDrive(graph, {(model, (2,)): None, (fold, (1,)): None})
    run.finish()
    assert run.show(fit) == {(0,): OK, (1,): OK}
    assert run.rerun(model, (2,), to={(model, (2,)): OK}) == {model: paths(2), fit: paths(2)}
    assert run.rerun(fold, (1,), to={(fold, (1,)): OK}) == {fold: paths(1), fit: paths(1, 2, 3, 4, 5)}


def test_a_group_over_results_shifts_within_its_contexts() -> None:
    graph = Graph()
    load = graph.task(over=3)
    group = graph.group(ValuesLength(load))
    first = graph.task([load], inside=group, rule="none_failed")
    second = graph.task([first], inside=group)
    run = RerunDrive(graph, {(load, (1,)): SKIPPED})
    run.finish()
    assert run.rerun(load, (0,)) == {load: paths(0), first: paths(0), second: paths(0)}
    assert run.rerun(load, (1,), to={(load, (1,)): OK}) == {load: paths(1), first: paths(1, 2), second: paths(1, 2)}


def test_a_measured_map_is_measured_again() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    group = graph.group(ResultLength(find))
    inner = graph.task([find], inside=group, over=MeasuredLength((find,)))
    after = graph.task([inner], inside=group)
    run = RerunDrive(graph)
    run.finish()
    run.lengths[1, (1,)] = 3
    ran = run.rerun(find)
    assert ran[inner] == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
    assert ran[after] == paths(0, 1)
    assert run.rerun(inner, (1, 2)) == {inner: [(1, 2)], after: paths(1)}


def test_a_map_that_had_not_expanded_does_once_its_source_succeeds() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    load = graph.task(over=ResultLength(find))
    group = graph.group(ResultLength(find))
    inside = graph.task([find], inside=group)
    run = RerunDrive(graph, {find: FAILED})
    run.finish()
    assert [run.show(task) for task in (load, inside)] == [{(): UF}, {(): UF}]
    assert run.rerun(find, to={find: 2}) == {find: [()], load: paths(0, 1), inside: paths(0, 1)}


def test_a_rule_that_now_refuses_a_map_leaves_what_was_not_cleared() -> None:
    """One failure holds a default-rule map back; its instances of before that were not cleared stay as they are."""
    graph = Graph()
    load = graph.task(over=3)
    train = graph.task(over=ValuesLength(load))
    run = RerunDrive(graph)
    run.finish()
    assert run.rerun(load, (1,), to={(load, (1,)): FAILED}) == {load: paths(1)}
    assert run.show(train) == {(0,): OK, (1,): UF, (2,): OK}
    assert run.rerun(load, (1,), to={(load, (1,)): OK}) == {load: paths(1), train: paths(1)}
    assert run.status == RunStatus.SUCCESS


def test_maps_over_the_argument_of_a_group_are_measured_again_where_the_items_shift() -> None:
    graph = Graph()
    load = graph.task(over=3)
    group = graph.group(ValuesLength(load))
    inner = graph.task([load], inside=group, over=MeasuredLength(()), rule="none_failed")
    run = RerunDrive(graph, {(load, (1,)): SKIPPED})
    run.lengths.update({(2, (0,)): 1, (2, (1,)): 3})
    run.finish()
    assert run.show(inner) == {(0, 0): OK, (1, 0): OK, (1, 1): OK, (1, 2): OK}
    run.lengths.update({(2, (1,)): 2, (2, (2,)): 3})
    ran = run.rerun(load, (1,), to={(load, (1,)): OK})
    assert ran == {load: paths(1), inner: [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]}
    assert run.show(inner) == dict.fromkeys([(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)], OK)
