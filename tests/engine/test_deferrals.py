"""Instances that wait for triggers: who is watched, who goes on, and when nobody waits any more."""

from __future__ import annotations

from engine.drive import FAILED, OK, SCHEDULED, Drive
from engine.graphs import Graph
from engine.history import Recorder
from fanjet.engine.run_state import RunState
from fanjet.model.changes import DropTriggers, RecordFirings, WatchTriggers
from fanjet.model.events import CancelRequested, RerunRequested, TriggersFired, TryExtra
from fanjet.model.states import State

DEFERRED = State.DEFERRED


def fired(*tickets: int, carry: bytes = b"fired", at: float = 9.0) -> TriggersFired:
    return TriggersFired(run=1, at=at, tickets=list(tickets), carries=[carry] * len(tickets))


def waiting(count: int = 2, gives_up_at: float | None = None, **options: int) -> tuple[Drive, int]:
    """A map whose instances all wait."""
    graph = Graph()
    task = graph.task(over=count, **options)
    drive = Drive(graph)
    extras = {at: TryExtra(resume_at=gives_up_at, carry=b"w%d" % at) for at in range(count)}
    drive.end(task, *((at,) for at in range(count)), states=DEFERRED, extras=extras)
    return drive, task


def test_each_wait_has_a_ticket_and_goes_on_when_its_trigger_fires() -> None:
    drive, task = waiting(2)
    (watch,) = drive.of(WatchTriggers)
    assert watch.carries == [b"w0", b"w1"]
    assert drive.machine.next_wake_at() is None
    changes = drive.apply(fired(watch.tickets[1]))
    (record,) = [change for change in changes if isinstance(change, RecordFirings)]
    assert (record.indexes, record.carries) == ([1], [b"fired"])
    assert drive.ready == {(task, (1,)): (1, b"fired")}
    assert drive.apply(fired(watch.tickets[1])) == [], "it fires once"
    assert drive.of(DropTriggers) == []


def test_a_timeout_ends_the_wait_and_takes_the_trigger_back() -> None:
    drive, task = waiting(1, gives_up_at=5.0)
    (watch,) = drive.of(WatchTriggers)
    drive.tick(5.0)
    assert drive.ready == {(task, (0,)): (1, b"w0")}
    (drop,) = drive.of(DropTriggers)
    assert (drop.tickets, drop.killed) == (watch.tickets, False)
    assert drive.apply(fired(*watch.tickets)) == []


def test_the_timeout_of_a_wait_that_is_over_does_not_end_the_next_one() -> None:
    drive, task = waiting(1, gives_up_at=5.0)
    drive.apply(fired(*drive.of(WatchTriggers)[0].tickets))
    drive.end(task, (0,), states=DEFERRED, extras={0: TryExtra(resume_at=20.0, carry=b"again")})
    drive.tick(6.0)
    assert drive.state(task, (0,)) == DEFERRED
    first, second = drive.of(WatchTriggers)
    assert drive.apply(fired(*first.tickets)) == [], "late news of the first wait"
    drive.apply(fired(*second.tickets))
    assert drive.state(task, (0,)) == SCHEDULED


def test_cancelling_and_clearing_take_triggers_back_and_kill_what_they_watch() -> None:
    drive, task = waiting(2)
    drive.apply(RerunRequested(run=1, at=2.0, tasks=(task,), paths=((0,),)))
    (watch, *_) = drive.of(WatchTriggers)
    (drop,) = drive.of(DropTriggers)
    assert (drop.tickets, drop.killed) == (watch.tickets[:1], True)
    drive.apply(CancelRequested(run=1, at=3.0, reason="enough"))
    assert [drop.tickets for drop in drive.of(DropTriggers)] == [watch.tickets[:1], watch.tickets[1:]]


def test_fail_fast_takes_triggers_back() -> None:
    graph = Graph()
    task, other = graph.task(over=2), graph.task()
    drive = Drive(graph, fail_fast=True)
    drive.end(task, (0,), (1,), states=DEFERRED, extras={at: TryExtra(carry=b"w") for at in (0, 1)})
    drive.end(other, states=FAILED)
    (drop,) = drive.of(DropTriggers)
    assert len(drop.tickets) == 2


def test_a_restored_machine_watches_what_waits_and_goes_on_with_what_had_fired() -> None:
    drive, task = waiting(3)
    (watch,) = drive.of(WatchTriggers)
    drive.apply(fired(watch.tickets[0]))
    recorder = Recorder(drive.spec)
    recorder.write(drive.changes)
    machine, changes = RunState.restore(1, drive.spec, recorder.history(), 50.0)
    (again,) = [change for change in changes if isinstance(change, WatchTriggers)]
    assert again.carries == [b"w1", b"w2"]
    assert machine.state_of(task, (0,)) == SCHEDULED
    assert OK not in dict(machine.instances(task)).values()
