"""Admission launches within all limits, in order, and is fair between runs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from engine.graphs import Graph
from fanjet.engine.admission import Admission
from fanjet.errors import InvariantError, OperationError
from fanjet.model.changes import DequeueInstances, QueueInstances
from fanjet.model.launches import Launch
from fanjet.model.paths import Path
from fanjet.model.sharing import Share
from fanjet.model.spec import DagSpec


class Slots:
    """Room for so many tries in all on each worker."""

    def __init__(self, *free: int) -> None:
        self.free = list(free)
        self.asked = 0

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        self.asked += 1
        granted = []
        for worker, free in enumerate(self.free):
            count = min(wanted, free)
            if count:
                self.free[worker] -= count
                wanted -= count
                granted.append((worker, count))
        return granted

    def count_free(self) -> int:
        return sum(self.free)


def ready(
    task: int, indexes: range | list[int], *, run: int = 1, parent: Path = (), try_number: int = 1
) -> QueueInstances:
    return QueueInstances(run=run, task=task, parent=parent, indexes=indexes, try_number=try_number)


def admission_for(spec: DagSpec, *runs: int, **pools: int) -> Admission:
    admission = Admission(pools)
    for run in runs or (1,):
        admission.add_run(run, spec)
    return admission


@pytest.fixture
def fences() -> Callable[[], int]:
    numbers: Iterator[int] = itertools.count(1)
    return numbers.__next__


def shown(launches: list[Launch]) -> list[tuple[int, int, int, int]]:
    return [(launch.run, launch.task, launch.first, launch.count) for launch in launches]


def flat(**limits: object) -> DagSpec:
    graph = Graph()
    graph.task(over=1000, **limits)
    return graph.build()


def test_a_range_is_split_by_worker_and_taken_bit_by_bit(fences: Callable[[], int]) -> None:
    admission = admission_for(flat())
    admission.queue(ready(0, range(1_000_000)))
    launches = admission.take(Slots(3, 2), fences)
    assert [(each.worker, each.first, each.count, each.fence) for each in launches] == [(0, 0, 3, 1), (1, 3, 2, 2)]
    assert shown(admission.take(Slots(512), fences)) == [(1, 0, 5, 512)]
    assert admission.take(Slots(0), fences) == []


def test_lists_and_different_tries_are_launched_as_ranges(fences: Callable[[], int]) -> None:
    admission = admission_for(flat())
    admission.queue(ready(0, [5, 6, 9]))
    admission.queue(ready(0, range(7, 8), try_number=2))
    launches = admission.take(Slots(10), fences)
    assert [(each.first, each.count, each.try_number) for each in launches] == [(5, 2, 1), (7, 1, 2), (9, 1, 1)]


def test_greater_priority_first_then_topological_order_then_index(fences: Callable[[], int]) -> None:
    graph = Graph()
    for priority in (1, 1, 5):
        graph.task(over=9, priority=priority)
    admission = admission_for(graph.build())
    for task in (1, 0, 2):
        admission.queue(ready(task, range(5, 7)))
    admission.queue(ready(0, range(2)))
    assert shown(admission.take(Slots(99), fences)) == [(1, 2, 5, 2), (1, 0, 0, 2), (1, 0, 5, 2), (1, 1, 5, 2)]


def test_runs_of_equal_priority_share_the_room_and_take_turns(fences: Callable[[], int]) -> None:
    admission = admission_for(flat(), 1, 2, 3)
    for run in (1, 2, 3):
        admission.queue(ready(0, range(1000), run=run))
    shares = {each.run: each.count for each in admission.take(Slots(7 + 7 + 6), fences)}
    assert shares == {1: 7, 2: 7, 3: 6}
    firsts = [admission.take(Slots(1), fences)[0].run for _ in range(6)]
    assert firsts == [2, 3, 1, 2, 3, 1]


def test_a_run_alone_asks_once(fences: Callable[[], int]) -> None:
    admission = admission_for(flat())
    admission.queue(ready(0, range(1000)))
    room = Slots(512)
    assert len(admission.take(room, fences)) == 1
    assert room.asked == 1


def test_what_finds_no_room_in_one_run_is_not_asked_for_in_others(fences: Callable[[], int]) -> None:
    """Thousands of runs of a DAG may wait for the same few workers; other DAGs get theirs nevertheless."""
    admission = admission_for(flat(), *range(1, 1001))
    admission.add_run(2000, flat())
    for run in [*range(1, 1001), 2000]:
        admission.queue(ready(0, range(1), run=run))
    room = Slots(3)
    assert [each.run for each in admission.take(room, fences)] == [1, 2, 3]
    assert room.asked == 5
    assert [each.run for each in admission.take(Slots(999), fences)] == [*range(4, 1001), 2000]


def test_a_full_pool_is_looked_at_once_for_all_runs_of_a_dag(fences: Callable[[], int]) -> None:
    admission = admission_for(flat(pool="few"), 1, 2, 3, few=2)
    admission.add_run(4, flat())
    for run in (1, 2, 3, 4):
        admission.queue(ready(0, range(2), run=run))
    assert shown(admission.take(Slots(99), fences)) == [(1, 0, 0, 1), (2, 0, 0, 1), (4, 0, 0, 2)]
    admission.released(1, 0, 1)
    assert shown(admission.take(Slots(99), fences)) == [(2, 0, 1, 1)]


@pytest.mark.parametrize(
    ("limits", "pools", "allowed"),
    [
        ({"max_active_per_run": 3}, {}, 3),
        ({"max_active_per_dag": 4}, {}, 4),
        ({"pool": "gpu"}, {"gpu": 2}, 2),
        ({"pool": "gpu", "pool_slots": 2}, {"gpu": 5}, 2),
        ({}, {"default_pool": 6}, 6),
        ({}, {}, 100),
    ],
)
def test_limits_hold_until_tries_are_released(
    fences: Callable[[], int], limits: dict[str, object], pools: dict[str, int], allowed: int
) -> None:
    admission = admission_for(flat(**limits), **pools)
    admission.queue(ready(0, range(1000)))
    assert sum(each.count for each in admission.take(Slots(100), fences)) == allowed
    if allowed < 100:
        assert admission.take(Slots(100), fences) == []
    admission.released(1, 0, 1)
    assert sum(each.count for each in admission.take(Slots(1), fences)) == 1


def test_a_limit_per_dag_spans_its_runs_and_a_removed_run_gives_back(fences: Callable[[], int]) -> None:
    admission = admission_for(flat(max_active_per_dag=3), 1, 2)
    admission.queue(ready(0, range(3)))
    admission.queue(ready(0, range(10), run=2))
    assert sum(each.count for each in admission.take(Slots(9), fences)) == 3
    admission.remove_run(1)
    assert {each.run for each in admission.take(Slots(9), fences)} == {2}
    admission.released(1, 0, 1)
    admission.remove_run(2)
    assert admission.take(Slots(9), fences) == []


def test_max_active_tasks_bounds_a_run_over_all_its_tasks(fences: Callable[[], int]) -> None:
    graph = Graph()
    graph.task(over=9)
    graph.task(over=9)
    admission = admission_for(graph.build(max_active_tasks=4))
    admission.queue(ready(0, range(3)))
    admission.queue(ready(1, range(3)))
    assert shown(admission.take(Slots(9), fences)) == [(1, 0, 0, 3), (1, 1, 0, 1)]


def test_a_full_pool_does_not_hold_up_other_tasks(fences: Callable[[], int]) -> None:
    graph = Graph()
    graph.task(over=9, pool="gpu")
    graph.task(over=9)
    admission = admission_for(graph.build(), gpu=0 + 1)
    admission.queue(ready(0, range(9)))
    admission.queue(ready(1, range(9)))
    assert shown(admission.take(Slots(99), fences)) == [(1, 0, 0, 1), (1, 1, 0, 9)]


def test_dequeued_instances_are_not_launched(fences: Callable[[], int]) -> None:
    graph = Graph()
    graph.task(inside=graph.group(2), over=9)
    admission = admission_for(graph.build())
    admission.queue(ready(0, range(3), parent=(0,)))
    admission.queue(ready(0, range(4), parent=(1,)))
    admission.dequeue(DequeueInstances(run=1, task=0, parent=(0,)))
    assert [(each.parent, each.count) for each in admission.take(Slots(1), fences)] == [((1,), 1)]
    admission.dequeue(DequeueInstances(run=1, task=0, parent=()))
    admission.dequeue(DequeueInstances(run=1, task=0, parent=()))
    assert admission.take(Slots(9), fences) == []


def test_what_a_try_carries_goes_with_its_launch(fences: Callable[[], int]) -> None:
    admission = admission_for(flat())
    for index in (0, 1):
        change = QueueInstances(run=1, task=0, parent=(), indexes=[index], try_number=1, carry=b"%d" % index)
        admission.queue(change)
    assert [(each.first, each.carry) for each in admission.take(Slots(9), fences)] == [(0, b"0"), (1, b"1")]


def test_pools_that_do_not_exist_or_are_too_small_are_named() -> None:
    with pytest.raises(OperationError, match="pool 'gpu', which does not exist"):
        admission_for(flat(pool="gpu"))
    with pytest.raises(OperationError, match="wants 3 slots of pool 'gpu', which has 2"):
        admission_for(flat(pool="gpu", pool_slots=3), gpu=2)


def test_a_pool_that_is_removed_holds_its_tasks_back(fences: Callable[[], int]) -> None:
    admission = admission_for(flat(pool="gpu"), gpu=2)
    admission.queue(ready(0, range(3)))
    admission.set_pools({})
    assert admission.take(Slots(9), fences) == []
    admission.set_pools({"gpu": 2})
    assert sum(each.count for each in admission.take(Slots(9), fences)) == 2


def test_a_run_can_be_held_back_as_a_whole(fences: Callable[[], int]) -> None:
    admission = admission_for(flat(), 1, 2)
    for run in (1, 2):
        admission.queue(ready(0, range(3), run=run))
    admission.hold_run(1)
    assert {each.run for each in admission.take(Slots(9), fences)} == {2}
    admission.unhold_run(1)
    assert {each.run for each in admission.take(Slots(9), fences)} == {1}


def test_what_is_shared_is_not_used_beyond_its_time(fences: Callable[[], int]) -> None:
    admission = admission_for(flat(pool="gpu"), gpu=4)
    admission.queue(ready(0, range(9)))
    admission.set_shares({("gpu",): Share(2, 2, None)}, until=10.0)
    assert sum(each.count for each in admission.take(Slots(9), fences, 9.0)) == 2
    admission.released(1, 0, 2)
    assert admission.take(Slots(9), fences, 10.0) == []
    assert admission.is_short(), "it has to look again"
    admission.set_shares(None, until=20.0)
    assert sum(each.count for each in admission.take(Slots(9), fences, 11.0)) == 4
    admission.released(1, 0, 4)
    assert admission.take(Slots(9), fences, 21.0) == [], "it may not be alone any more"


def test_releasing_more_than_was_launched_and_unknown_runs_are_bugs() -> None:
    admission = admission_for(flat())
    with pytest.raises(InvariantError, match="only 0 were out"):
        admission.released(1, 0, 1)
    with pytest.raises(InvariantError, match="run 8"):
        admission.queue(ready(0, range(1), run=8))
