"""Tries end, come back, are repeated; what is late or double is refused."""

from __future__ import annotations

import pytest

from engine.drive import FAILED, OK, RETRY, RUNNING, SCHEDULED, SKIPPED, Drive
from engine.graphs import Graph
from fanjet.engine.tries import retry_delay_s
from fanjet.errors import InvariantError
from fanjet.model.changes import EndRun, QueueInstances, RecordTries, RecordXCom, RunCallbacks
from fanjet.model.events import CallbacksRan, TriesReturned, TryExtra, XComPushed
from fanjet.model.launches import Launch
from fanjet.model.spec import TaskSpec
from fanjet.model.states import RunStatus, State


def test_instances_retry_on_their_own_after_the_delay() -> None:
    graph = Graph()
    mapped = graph.task(over=3, retries=1, retry_delay_s=10.0)
    drive = Drive(graph)
    drive.end(mapped, (0,), (1,), (2,), states=[FAILED, OK, FAILED], at=100.0)
    assert drive.states(mapped) == {(0,): RETRY, (1,): OK, (2,): RETRY}
    assert drive.of(RecordTries)[0].resume_at == {0: 110.0, 2: 110.0}
    assert drive.machine.next_wake_at() == 110.0
    assert drive.tick(109.0) == []
    drive.tick(110.0)
    assert {key[1]: tries for key, tries in drive.ready.items()} == {(0,): (2, None), (2,): (2, None)}
    assert drive.machine.next_wake_at() is None
    drive.end(mapped, (0,), states=FAILED)
    assert drive.state(mapped, (0,)) == FAILED


def test_a_failure_that_no_retry_mends_is_final() -> None:
    graph = Graph()
    task = graph.task(retries=5)
    drive = Drive(graph)
    drive.end(task, states=FAILED, extras={0: TryExtra(no_retry=True)})
    assert drive.machine.status == RunStatus.FAILED


@pytest.mark.parametrize(
    ("backoff", "most", "try_number", "expected"),
    [(0.0, None, 3, 10.0), (2.0, None, 1, 10.0), (2.0, None, 4, 80.0), (2.0, 25.0, 4, 25.0), (0.0, 5.0, 1, 5.0)],
)
def test_the_delay_grows_and_is_capped(backoff: float, most: float | None, try_number: int, expected: float) -> None:
    task = TaskSpec(
        number=0,
        task_id="t",
        operator="test",
        retry_delay_s=10.0,
        retry_backoff=backoff,
        max_retry_delay_s=most,
    )
    assert retry_delay_s(task, try_number) == expected


def test_a_backoff_beyond_all_numbers_still_gives_a_time() -> None:
    task = TaskSpec(number=0, task_id="t", operator="test", retry_backoff=10.0)
    assert retry_delay_s(task, 5000) < 1e9


def test_a_rescheduled_try_goes_on_under_its_number_with_what_it_carried() -> None:
    graph = Graph()
    sensor = graph.task(over=2, retries=1)
    drive = Drive(graph)
    extras = {0: TryExtra(resume_at=50.0, carry=b"mine"), 1: TryExtra(resume_at=60.0)}
    states = [State.UP_FOR_RESCHEDULE, State.DEFERRED]
    drive.end(sensor, (0,), (1,), states=states, extras=extras)
    drive.tick(55.0)
    assert drive.ready == {(sensor, (0,)): (1, b"mine")}
    assert drive.end(sensor, (0,), states=State.UP_FOR_RESCHEDULE, at=56.0)
    assert drive.machine.next_wake_at() == 56.0, "without a time it goes on at once"
    drive.tick(60.0)
    assert drive.ready == {(sensor, (0,)): (1, None), (sensor, (1,)): (1, None)}


def test_returned_tries_are_queued_again_and_their_late_ends_refused() -> None:
    graph = Graph()
    mapped = graph.task(over=4)
    drive = Drive(graph)
    launch = drive.launch(mapped, (0,), (1,), (2,), (3,))
    drive.apply(TriesReturned(run=1, task=mapped, fence=launch.fence, indexes=[3, 1]))
    assert drive.states(mapped) == {(0,): RUNNING, (1,): SCHEDULED, (2,): RUNNING, (3,): SCHEDULED}
    again = drive.launch(mapped, (1,))
    changes = drive.apply(drive.ends(launch, [OK, FAILED, OK], indexes=[0, 1, 2]))
    (record,) = [change for change in changes if isinstance(change, RecordTries)]
    assert (record.positions, record.states) == ([0, 2], bytes([OK, OK]))
    assert drive.state(mapped, (1,)) == RUNNING
    drive.apply(drive.ends(again))
    assert drive.state(mapped, (1,)) == OK
    assert drive.apply(TriesReturned(run=1, task=mapped, fence=launch.fence, indexes=[0])) == []


def test_double_unknown_and_mismatched_ends_are_refused() -> None:
    graph = Graph()
    mapped, other = graph.task(over=2), graph.task()
    drive = Drive(graph)
    launch = drive.launch(mapped, (0,), (1,))
    event = drive.ends(launch, [OK, OK], indexes=[0, 0])
    (record, *_) = drive.apply(event)
    assert isinstance(record, RecordTries)
    assert record.positions == [0]
    assert drive.apply(event) == []
    for wrong in (
        Launch(fence=99, run=1, task=mapped, parent=(), first=1, count=1, try_number=1, worker=0),
        Launch(fence=launch.fence, run=1, task=other, parent=(), first=1, count=1, try_number=1, worker=0),
        Launch(fence=launch.fence, run=1, task=mapped, parent=(), first=1, count=1, try_number=2, worker=0),
        Launch(fence=launch.fence, run=1, task=mapped, parent=(), first=7, count=1, try_number=1, worker=0),
    ):
        assert drive.apply(drive.ends(wrong)) == []
    assert drive.state(mapped, (1,)) == RUNNING


def test_values_are_recorded_only_while_their_try_runs() -> None:
    graph = Graph()
    mapped = graph.task(over=2)
    drive = Drive(graph)
    launch = drive.launch(mapped, (0,))
    push = XComPushed(run=1, task=mapped, parent=(), index=0, fence=launch.fence, key="k", value=b"j1")
    assert drive.apply(push) == [RecordXCom(pushed=push)]
    elsewhere = XComPushed(run=1, task=mapped, parent=(), index=1, fence=launch.fence, key="k", value=b"j1")
    assert drive.apply(elsewhere) == []
    drive.apply(drive.ends(launch))
    assert drive.apply(push) == []


def test_callbacks_that_are_owed_are_run_if_the_task_has_them() -> None:
    graph = Graph()
    task = graph.task(over=4, retries=1, callbacks=("retry", "failure", "skipped"))
    drive = Drive(graph, callbacks=("failure",))
    owed = TryExtra(owes_callbacks=True, error="the worker died")
    lost = TryExtra(owes_callbacks=True, error="the worker died", no_retry=True)
    paths = [(at,) for at in range(4)]
    drive.end(task, *paths, states=[FAILED, FAILED, OK, SKIPPED], extras={0: owed, 1: lost, 2: owed, 3: owed})
    assert [(each.index, each.kind, each.error) for each in drive.of(RunCallbacks)] == [
        (0, "retry", "the worker died"),
        (1, "failure", "the worker died"),
        (3, "skipped", "the worker died"),
    ]
    drive.tick(1e6)
    drive.end(task, (0,))
    last = drive.of(RunCallbacks)[-1]
    assert (last.task, last.kind) == (None, "failure")
    assert drive.apply(CallbacksRan(run=1, task=None, parent=(), index=-1, error=None)) == []


def test_the_run_ends_with_its_leaves() -> None:
    for leaf_state, expected in [(OK, RunStatus.SUCCESS), (SKIPPED, RunStatus.SUCCESS), (FAILED, RunStatus.FAILED)]:
        graph = Graph()
        first = graph.task()
        leaf = graph.task([first], rule="all_done")
        drive = Drive(graph)
        drive.end(first, states=FAILED)
        drive.end(leaf, states=leaf_state, at=9.0)
        assert drive.of(EndRun) == [EndRun(run=1, state=expected, at=9.0)]
        assert drive.machine.status == expected


def test_a_run_without_tasks_succeeds_at_once() -> None:
    assert Drive(Graph()).machine.status == RunStatus.SUCCESS


def test_long_chains_of_empty_and_skipped_tasks_do_not_recurse() -> None:
    graph = Graph()
    last = graph.task()
    for _ in range(3000):
        last = graph.task([last], kind="empty")
    drive = Drive(graph)
    drive.end(0)
    assert drive.state(last) == OK
    drive = Drive(graph)
    drive.end(0, states=SKIPPED)
    assert drive.state(last) == SKIPPED


def test_a_broken_rule_tells_the_story_of_the_instance() -> None:
    graph = Graph()
    task = graph.task(task_id="train", over=3)
    drive = Drive(graph)
    launch = drive.launch(task, (1,))
    with pytest.raises(InvariantError, match=r"'train', instance \(1,\)") as caught:
        drive.machine.launched([launch])
    assert [line.split(" at ")[0] for line in caught.value.story] == ["queued", f"launched under {launch.fence}"]


@pytest.mark.parametrize("wrong", [{"run": 2}, {"task": 0, "parent": (4,)}, {"first": 2, "count": 5}])
def test_launches_of_what_does_not_exist_are_bugs(wrong: dict[str, object]) -> None:
    graph = Graph()
    graph.task(over=3)
    drive = Drive(graph)
    fields = {"fence": 1, "run": 1, "task": 0, "parent": (), "first": 0, "count": 1, "try_number": 1, "worker": 0}
    with pytest.raises(InvariantError):
        drive.machine.launched([Launch(**{**fields, **wrong})])  # type: ignore[arg-type]


def test_events_of_other_runs_a_second_start_and_ends_in_no_end_state_are_bugs() -> None:
    graph = Graph()
    graph.task()
    drive = Drive(graph)
    with pytest.raises(InvariantError, match="started before"):
        drive.machine.start(1.0)
    with pytest.raises(InvariantError, match="event of run 2"):
        drive.machine.apply([CallbacksRan(run=2, task=None, parent=(), index=-1, error=None)])
    launch = drive.launch(0)
    with pytest.raises(InvariantError, match="no end"):
        drive.machine.apply([drive.ends(launch, [State.SCHEDULED])])


def test_many_retries_due_together_are_queued_together() -> None:
    graph = Graph()
    task = graph.task(over=100, retries=1, retry_delay_s=1.0)
    drive = Drive(graph)
    drive.end(task, *[(at,) for at in range(100)], states=FAILED)
    changes = drive.tick(10.0)
    assert [(each.indexes, each.try_number) for each in changes if isinstance(each, QueueInstances)] == [
        (range(100), 2)
    ]


def test_what_a_refused_end_brings_along_is_refused_with_it() -> None:
    graph = Graph()
    branch = graph.task(over=2, kind="branch")
    after = graph.task([branch], over=2)
    drive = Drive(graph)
    launch = drive.launch(branch, (0,), (1,))
    drive.apply(drive.ends(launch, [OK], indexes=[0]))
    late = {0: TryExtra(skips=(after,)), 1: TryExtra(skips=(after,))}
    drive.apply(drive.ends(launch, [OK, OK], indexes=[0, 1], extras=late))
    assert drive.states(after) == {(0,): SCHEDULED, (1,): SKIPPED}


def test_a_machine_knows_its_run_and_what_does_not_exist_is_none() -> None:
    graph = Graph()
    task = graph.task(over=1)
    drive = Drive(graph)
    assert drive.machine.run == 1
    assert drive.machine.find_state(task, (7,)) is None
    assert drive.state(task, (7,)) == State.NONE


def test_timers_of_cancelled_tries_wake_nobody() -> None:
    graph = Graph()
    failing, waiting = graph.task(), graph.task(retries=1)
    drive = Drive(graph, fail_fast=True)
    drive.end(waiting, states=FAILED)
    assert drive.machine.next_wake_at() is not None
    drive.end(failing, states=FAILED)
    assert drive.machine.next_wake_at() is None
