"""Branches and short circuits, fail_fast, cancelled runs (SEMANTICS 0.2, 11, 13.3)."""

from __future__ import annotations

from engine.drive import FAILED, NONE, OK, RETRY, RUNNING, SCHEDULED, SKIPPED, UF, Drive
from engine.graphs import Graph
from fanjet.model.changes import CancelTries, DequeueInstances, EndRun
from fanjet.model.events import CancelRequested, TryExtra
from fanjet.model.lengths import ResultLength
from fanjet.model.states import RunStatus


def leave_out(*tasks: int) -> dict[int, TryExtra]:
    return {0: TryExtra(skips=tasks)}


def test_a_branch_skips_tasks_and_maps_before_they_expand() -> None:
    graph = Graph()
    source, branch = graph.task(), graph.task(kind="branch")
    plain, literal = graph.task([branch]), graph.task([branch], over=2)
    over_output = graph.task([branch], over=ResultLength(source))
    chosen = graph.task([branch])
    drive = Drive(graph)
    drive.end(branch, extras=leave_out(plain, literal, over_output))
    assert drive.state(plain) == SKIPPED
    assert drive.states(literal) == {(0,): SKIPPED, (1,): SKIPPED}
    assert drive.states(over_output) == {(): SKIPPED}
    assert drive.state(chosen) == SCHEDULED
    drive.end(source, items=5)
    assert drive.states(over_output) == {(): SKIPPED}


def test_a_group_left_out_leaves_one_instance_each_whichever_ends_first() -> None:
    for source_first in (True, False):
        graph = Graph()
        source, branch = graph.task(), graph.task(kind="branch")
        group = graph.group(ResultLength(source))
        first = graph.task([source, branch], inside=group)
        second = graph.task([first], inside=group)
        drive = Drive(graph)
        if source_first:
            drive.end(source, items=2)
        drive.end(branch, extras=leave_out(first))
        if not source_first:
            drive.end(source, items=2)
        assert drive.states(first) == {(): SKIPPED}
        assert drive.states(second) == {(0,): SKIPPED, (1,): SKIPPED}


def test_a_branch_inside_a_group_acts_within_its_index() -> None:
    graph = Graph()
    group = graph.group(2)
    branch = graph.task(inside=group, kind="branch")
    left, right = graph.task([branch], inside=group), graph.task([branch], inside=group)
    outside = graph.task([branch])
    drive = Drive(graph)
    drive.end(branch, (0,), extras=leave_out(left, outside))
    drive.end(branch, (1,), extras=leave_out(right))
    assert drive.states(left) == {(0,): SKIPPED, (1,): SCHEDULED}
    assert drive.states(right) == {(0,): SCHEDULED, (1,): SKIPPED}
    assert drive.state(outside) == SCHEDULED


def test_a_mapped_branch_acts_on_the_same_index_of_mapped_tasks_only() -> None:
    graph = Graph()
    source = graph.task()
    branch = graph.task(over=3, kind="branch")
    literal = graph.task([branch], over=3)
    later = graph.task([branch], over=ResultLength(source))
    unmapped = graph.task([branch])
    drive = Drive(graph)
    drive.end(branch, (0,), (1,), (2,), extras={1: TryExtra(skips=(literal, later, unmapped))})
    assert drive.states(literal) == {(0,): SCHEDULED, (1,): SKIPPED, (2,): SCHEDULED}
    assert drive.state(unmapped) == SCHEDULED
    drive.end(source, items=4)
    assert drive.states(later) == {(0,): SCHEDULED, (1,): SKIPPED, (2,): SCHEDULED, (3,): SCHEDULED}


def test_what_has_been_decided_is_not_skipped() -> None:
    graph = Graph()
    branch = graph.task(kind="short_circuit")
    running, ready = graph.task(), graph.task()
    drive = Drive(graph)
    launch = drive.launch(running)
    drive.end(branch, extras=leave_out(running, ready))
    assert (drive.state(running), drive.state(ready)) == (RUNNING, SCHEDULED)
    drive.apply(drive.ends(launch))
    assert drive.state(running) == OK


def test_after_a_failure_fail_fast_skips_what_is_left_but_for_teardowns() -> None:
    graph = Graph()
    setup = graph.task(is_setup=True)
    mapped = graph.task([setup], over=4, retries=1)
    waiting = graph.task(over=ResultLength(setup))
    teardown = graph.task([mapped, setup], is_teardown=True, rule="all_done_setup_success")
    drive = Drive(graph, fail_fast=True, leaves=(mapped, waiting))
    launch = drive.launch(setup)
    drive.apply(drive.ends(launch, items=2))
    drive.end(mapped, (0,), states=FAILED)
    assert drive.state(mapped, (0,)) == RETRY
    running = drive.launch(mapped, (1,))
    drive.end(mapped, (2,), states=FAILED, extras={0: TryExtra(no_retry=True)})
    assert drive.states(mapped) == {(0,): SKIPPED, (1,): SKIPPED, (2,): FAILED, (3,): SKIPPED}
    assert drive.states(waiting) == {(0,): SKIPPED, (1,): SKIPPED}
    assert [(each.fence, list(each.indexes)) for each in drive.of(CancelTries)] == [(running.fence, [1])]
    assert {each.task for each in drive.of(DequeueInstances)} == {mapped, waiting}
    assert drive.apply(drive.ends(running)) == [], "a late end of a cancelled try"
    assert drive.tick(1e9) == [], "a skipped instance is not retried"
    drive.end(teardown)
    assert drive.machine.status == RunStatus.FAILED


def test_a_cancelled_run_fails_and_leaves_nothing_open() -> None:
    graph = Graph()
    source = graph.task()
    mapped = graph.task(over=3)
    group = graph.group(ResultLength(source))
    inside = graph.task(inside=group)
    drive = Drive(graph)
    drive.launch(mapped, (0,))
    drive.apply(CancelRequested(run=1, at=5.0, reason="by hand"))
    assert drive.states(mapped) == {(0,): FAILED, (1,): SKIPPED, (2,): SKIPPED}
    assert drive.states(inside) == {(): SKIPPED}
    assert drive.state(source) == SKIPPED
    assert drive.machine.status == RunStatus.FAILED
    assert drive.apply(CancelRequested(run=1, at=6.0, reason="again")) == []
    assert [each.at for each in drive.of(EndRun)] == [5.0]


def test_a_setup_that_failed_or_was_skipped_holds_back_even_work_that_runs_always() -> None:
    for state, expected in [(FAILED, UF), (SKIPPED, SKIPPED)]:
        graph = Graph()
        setup = graph.task(is_setup=True)
        between = graph.task([setup], rule="all_done", setups=(setup,))
        work = graph.task([between], rule="all_done", setups=(setup,))
        teardown = graph.task([setup, work], rule="all_done_setup_success", is_teardown=True)
        drive = Drive(graph)
        assert drive.state(work) == NONE
        drive.end(setup, states=state)
        assert [drive.state(task) for task in (between, work, teardown)] == [expected] * 3


def test_a_teardown_runs_after_failed_work_if_some_setup_succeeded() -> None:
    graph = Graph()
    setup = graph.task(over=2, is_setup=True)
    work = graph.task([setup], setups=(setup,))
    teardown = graph.task([setup, work], rule="all_done_setup_success", is_teardown=True)
    drive = Drive(graph, leaves=(work,))
    drive.end(setup, (0,), (1,), states=[OK, FAILED])
    assert drive.state(work) == UF
    drive.end(teardown)
    assert drive.machine.status == RunStatus.FAILED


def test_a_teardown_without_setups_runs_when_all_is_done() -> None:
    graph = Graph()
    work = graph.task()
    teardown = graph.task([work], rule="all_done_setup_success")
    drive = Drive(graph)
    drive.end(work, states=FAILED)
    assert drive.state(teardown) == SCHEDULED
