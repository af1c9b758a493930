"""Instances get a state by hand, are cancelled, or are cleared while they run: small graphs, one behaviour each."""

from __future__ import annotations

import pytest

from engine.drive import FAILED, NONE, OK, RETRY, RUNNING, SCHEDULED, SKIPPED, UF
from engine.graphs import Graph
from engine.rerun_drive import RerunDrive
from fanjet.model.changes import CancelTries
from fanjet.model.events import ClockTicked, TryExtra
from fanjet.model.lengths import MeasuredLength, ResultLength, ValuesLength
from fanjet.model.states import RunStatus, State


def test_a_failed_item_marked_a_success_lets_what_waited_for_it_run() -> None:
    graph = Graph()
    load = graph.task(over=3)
    reduce = graph.task([load])
    fine = graph.task([load], rule="all_done")
    run = RerunDrive(graph, {(load, (1,)): FAILED})
    run.finish()
    run.mark(OK, load, (1,))
    assert run.show(load) == {(0,): OK, (1,): OK, (2,): OK}
    assert run.finish() == {reduce: [()]}, "what had succeeded is not touched"
    assert run.state(fine) == OK
    assert run.status == RunStatus.SUCCESS


def test_a_success_marked_failed_fails_the_run_but_not_what_had_succeeded() -> None:
    graph = Graph()
    load = graph.task()
    reduce = graph.task([load])
    run = RerunDrive(graph)
    run.finish()
    run.mark(FAILED, reduce)
    assert run.status == RunStatus.FAILED
    run.mark(OK, reduce)
    run.mark(FAILED, load)
    assert run.state(reduce) == OK
    assert run.status == RunStatus.SUCCESS, "only leaves decide"


def test_a_skipped_item_marked_a_success_lets_the_skipped_side_run() -> None:
    graph = Graph()
    load = graph.task()
    after = graph.task([load])
    run = RerunDrive(graph, {load: SKIPPED})
    run.finish()
    run.mark(OK, load)
    assert run.finish() == {after: [()]}


def test_a_failed_one_marked_skipped_skips_what_waited() -> None:
    graph = Graph()
    load = graph.task()
    after = graph.task([load])
    alert = graph.task([load], rule="one_failed")
    run = RerunDrive(graph, {load: FAILED})
    run.finish()
    run.mark(SKIPPED, load)
    assert run.finish() == {}
    assert run.state(after) == SKIPPED
    assert run.state(alert) == OK, "the alert had run, that stays"
    assert run.status == RunStatus.SUCCESS


def test_results_stay_when_a_person_gives_the_state() -> None:
    graph = Graph()
    load = graph.task(over=3)
    train = graph.task(over=ValuesLength(load), rule="all_done")
    run = RerunDrive(graph)
    run.finish()
    run.mark(FAILED, load, (1,))
    assert run.rerun(train) == {train: [(0,), (1,), (2,)]}


def test_a_mark_on_what_runs_cancels_it_and_refuses_its_result() -> None:
    graph = Graph()
    load = graph.task(over=2)
    reduce = graph.task([load])
    run = RerunDrive(graph)
    launch = run.launch(load, (0,), (1,))
    run.mark(OK, load, (0,))
    assert [list(change.indexes) for change in run.of(CancelTries)] == [[0]]
    assert run.apply(run.ends(launch, [FAILED], indexes=[0])) == []
    run.apply(run.ends(launch, [OK], indexes=[1]))
    assert run.finish() == {reduce: [()]}
    assert run.recorder is not None
    assert run.recorder.rows[load, (0,)].try_number == 1


def test_a_mark_on_what_waits_for_its_retry_ends_the_wait() -> None:
    graph = Graph()
    load = graph.task(retries=1, retry_delay_s=60.0)
    after = graph.task([load])
    run = RerunDrive(graph, {load: FAILED})
    run.end_one(load)
    assert run.state(load) == RETRY
    run.mark(OK, load)
    assert run.machine.next_wake_at() is None
    assert run.finish() == {after: [()]}


@pytest.mark.parametrize("is_queued", [True, False])
def test_a_mark_on_what_has_not_started(is_queued: bool) -> None:
    graph = Graph()
    first = graph.task()
    load = graph.task([first])
    after = graph.task([load])
    run = RerunDrive(graph)
    if is_queued:
        run.end_one(first)
    assert run.state(load) == (SCHEDULED if is_queued else NONE)
    run.mark(OK, load)
    assert run.state(after) == SCHEDULED
    assert run.finish() == ({after: [()]} if is_queued else {first: [()], after: [()]})


def test_what_was_queued_is_judged_again_when_what_it_rests_on_is_marked() -> None:
    graph = Graph()
    load = graph.task()
    after = graph.task([load])
    run = RerunDrive(graph)
    run.end_one(load)
    run.mark(FAILED, load)
    assert run.state(after) == UF
    assert run.status == RunStatus.FAILED


def test_what_stands_for_a_map_can_be_marked() -> None:
    """Its dependants run; a map over it has nothing to run over."""
    graph = Graph()
    find = graph.task(feeds_map=True)
    load = graph.task(over=ResultLength(find))
    reduce = graph.task([load])
    train = graph.task(over=ValuesLength(load))
    run = RerunDrive(graph, {find: FAILED})
    run.finish()
    assert run.show(load) == {(): UF}
    run.mark(OK, load)
    assert run.finish() == {reduce: [()]}
    assert run.show(train) == {(): SKIPPED}


def test_marking_nothing_does_nothing() -> None:
    graph = Graph()
    load = graph.task(over=2)
    run = RerunDrive(graph)
    run.finish()
    assert run.mark(OK, load, (7,)) == []


# --- cancelled tasks ---


def test_a_cancelled_task_fails_what_runs_and_skips_what_waits() -> None:
    graph = Graph()
    load = graph.task(over=3)
    after = graph.task([load], rule="all_done")
    other = graph.task()
    run = RerunDrive(graph)
    run.end_one(load, (0,))
    launch = run.launch(load, (1,))
    run.cancel(load)
    assert run.show(load) == {(0,): OK, (1,): FAILED, (2,): SKIPPED}
    assert run.apply(run.ends(launch, [OK])) == []
    assert run.finish() == {after: [()], other: [()]}
    assert run.rerun(load, (1,)) == {load: [(1,)], after: [()]}


def test_instances_of_a_task_are_cancelled_one_by_one() -> None:
    graph = Graph()
    load = graph.task(over=3, retries=1, retry_delay_s=60.0)
    run = RerunDrive(graph, {(load, (0,)): FAILED})
    run.end_one(load, (0,))
    run.cancel(load, (0,), (2,))
    assert run.show(load) == {(0,): SKIPPED, (1,): SCHEDULED, (2,): SKIPPED}
    assert run.finish() == {load: [(1,)]}


def test_a_task_is_cancelled_before_its_map_expands() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    load = graph.task(over=ResultLength(find))
    run = RerunDrive(graph)
    run.cancel(load)
    assert run.show(load) == {(): SKIPPED}
    assert run.finish() == {find: [()]}


# --- 15.5: cleared in the middle of the run ---


def test_clearing_what_is_queued_queues_it_once() -> None:
    graph = Graph()
    load = graph.task(over=3)
    run = RerunDrive(graph)
    run.ask(load, (1,))
    assert run.show(load) == dict.fromkeys([(0,), (1,), (2,)], SCHEDULED)
    assert run.finish() == {load: [(0,), (1,), (2,)]}
    assert run.recorder is not None
    assert {row.try_number for row in run.recorder.rows.values()} == {1}


def test_a_retry_timer_from_before_never_fires() -> None:
    graph = Graph()
    load = graph.task(retries=1, retry_delay_s=60.0)
    run = RerunDrive(graph, {load: FAILED})
    run.end_one(load)
    run.ask(load)
    assert run.ready == {(load, ()): (2, None)}
    run.end_one(load)
    at = run.machine.next_wake_at()
    assert at == run.clock + 60.0, "only that of the new try"
    run.tick(at - 1.0)
    assert run.state(load) == RETRY
    run.finish({load: OK})
    assert run.recorder is not None
    assert run.recorder.rows[load, ()].try_number == 3


def test_a_rescheduled_sensor_begins_anew() -> None:
    graph = Graph()
    sensor = graph.task(kind="sensor")
    run = RerunDrive(graph)
    extra = TryExtra(resume_at=500.0, carry=b"poke")
    run.end(sensor, states=State.UP_FOR_RESCHEDULE, extras={0: extra})
    run.ask(sensor)
    assert run.ready == {(sensor, ()): (2, None)}
    assert run.machine.next_wake_at() is None


def test_launches_of_what_is_not_cleared_go_on() -> None:
    graph = Graph()
    left, right = graph.task(over=2), graph.task(over=2)
    run = RerunDrive(graph)
    launch = run.launch(right, (0,), (1,))
    run.launch(left, (0,), (1,))
    run.ask(left)
    assert run.show(right) == {(0,): RUNNING, (1,): RUNNING}
    run.apply(run.ends(launch, [OK, FAILED]))
    assert run.show(right) == {(0,): OK, (1,): FAILED}


def test_a_map_that_is_being_measured_is_measured_when_its_source_has_run_again() -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    group = graph.group(ResultLength(find))
    inner = graph.task(inside=group, over=MeasuredLength((find,)))
    run = RerunDrive(graph)
    run.end_one(find)
    run.measure({(0,): 2})
    run.ask(find)
    assert run.measure({(1,): 2}) == [], "an answer about what is not so any more"
    run.finish({find: 1})
    assert run.show(inner) == {(0, 0): OK, (0, 1): OK}


def test_late_and_repeated_messages_of_an_earlier_life_are_refused() -> None:
    graph = Graph()
    load = graph.task(over=2)
    run = RerunDrive(graph)
    launch = run.launch(load, (0,), (1,))
    event = run.ends(launch, [FAILED, OK])
    run.apply(event)
    run.ask(load, (0,))
    assert run.apply(event) == []
    assert run.apply(ClockTicked(run=1, at=1.0)) == []
    assert run.finish() == {load: [(0,)]}
