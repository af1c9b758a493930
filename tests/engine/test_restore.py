"""A machine made from the store goes on where the one that died had been."""

from __future__ import annotations

from typing import Any

from engine.drive import FAILED, NONE, OK, RETRY, SCHEDULED, SKIPPED, Drive
from engine.graphs import Graph
from engine.history import Recorder
from fanjet.engine.run_state import RunState
from fanjet.model.changes import Change, MeasureMaps, QueueInstances
from fanjet.model.events import TryExtra
from fanjet.model.history import InstanceColumns, RunHistory
from fanjet.model.lengths import MeasuredLength, ResultLength
from fanjet.model.paths import encode
from fanjet.model.states import State


def restored(drive: Drive, at: float = 50.0) -> tuple[RunState, list[Change]]:
    recorder = Recorder(drive.spec)
    recorder.write(drive.changes)
    return RunState.restore(1, drive.spec, recorder.history(), at)


def columns(task: int, states: dict[tuple[int, ...], State], **others: Any) -> InstanceColumns:
    fields: dict[str, Any] = {
        "task": task,
        "paths": [encode(path) for path in states],
        "states": bytearray(states.values()),
        "try_numbers": [1] * len(states),
        "valued": bytearray(len(states)),
        "item_counts": [],
        "resume_at": {},
        "carries": {},
        "skips": {},
    }
    return InstanceColumns(**{**fields, **others})


def test_what_had_not_ended_is_queued_again_as_ranges() -> None:
    graph = Graph()
    source = graph.task(feeds_map=True)
    mapped = graph.task(over=ResultLength(source))
    after = graph.task([mapped], rule="all_done")
    drive = Drive(graph)
    drive.end(source, items=1000)
    drive.end(mapped, *[(at,) for at in range(300, 600)])
    drive.launch(mapped, (0,), (1,))
    machine, changes = restored(drive)
    assert all(isinstance(change, QueueInstances) for change in changes)
    (queued,) = changes
    assert isinstance(queued, QueueInstances)
    assert list(queued.indexes) == [*range(300), *range(600, 1000)]
    assert machine.counts(mapped)[OK] == 300
    assert machine.state_of(after, ()) == NONE


def test_waiting_tries_keep_their_time_their_number_and_what_they_carry() -> None:
    graph = Graph()
    task = graph.task(over=3, retries=3, retry_delay_s=100.0)
    drive = Drive(graph)
    extras = {1: TryExtra(resume_at=20.0, carry=b"mine")}
    drive.end(task, (0,), (1,), (2,), states=[FAILED, State.UP_FOR_RESCHEDULE, OK], extras=extras)
    machine, changes = restored(drive, at=50.0)
    assert machine.state_of(task, (0,)) == RETRY
    assert machine.next_wake_at() == 101.0
    assert [
        (list(each.indexes), each.try_number, each.carry) for each in changes if isinstance(each, QueueInstances)
    ] == [([1], 1, b"mine")]


def test_what_was_being_measured_is_measured_again() -> None:
    graph = Graph()
    source = graph.task(feeds_map=True)
    group = graph.group(ResultLength(source))
    inner = graph.task(inside=group, over=MeasuredLength((source,)))
    drive = Drive(graph)
    drive.end(source, items=3)
    drive.measure({(1,): 2})
    machine, changes = restored(drive)
    assert [list(each.indexes) for each in changes if isinstance(each, MeasureMaps)] == [[0, 2]]
    assert machine.state_of(inner, (1, 1)) == SCHEDULED


def test_what_mapped_branches_left_out_of_maps_to_come_is_remembered() -> None:
    graph = Graph()
    source = graph.task(feeds_map=True)
    branch = graph.task(over=2, kind="branch")
    later = graph.task([branch], over=ResultLength(source))
    group = graph.group(ResultLength(source))
    inside = graph.task(inside=group)
    drive = Drive(graph)
    drive.end(branch, (0,), (1,), extras={1: TryExtra(skips=(later, inside))})
    machine, _ = restored(drive)
    for each in (drive.machine, machine):
        drive.machine = each
        drive.ready[source, ()] = (1, None)
        drive.end(source, items=3)
        assert [each.state_of(task, (1,)) for task in (later, inside)] == [SKIPPED, SKIPPED]
        assert [each.state_of(task, (2,)) for task in (later, inside)] == [SCHEDULED, SCHEDULED]


def test_rows_of_tries_that_were_out_are_taken_back_with_their_number() -> None:
    """A store may also keep a row for what runs in a later try."""
    graph = Graph()
    task = graph.task(over=3, retries=2)
    states = {(0,): State.RUNNING, (1,): OK, (2,): State.SCHEDULED}
    history = RunHistory(map_lengths=[], instances=[columns(task, states, try_numbers=[2, 1, 3])])
    machine, changes = RunState.restore(1, graph.build(), history, 1.0)
    queued = [(list(each.indexes), each.try_number) for each in changes if isinstance(each, QueueInstances)]
    assert sorted(queued) == [([0], 2), ([2], 3)]
    assert dict(machine.instances(task)) == {(0,): SCHEDULED, (1,): OK, (2,): SCHEDULED}


def test_an_empty_history_is_a_run_at_its_start() -> None:
    graph = Graph()
    first = graph.task()
    graph.task([first])
    drive = Drive(graph)
    machine, changes = RunState.restore(1, drive.spec, RunHistory(map_lengths=[], instances=[]), 0.0)
    assert machine.snapshot() == drive.machine.snapshot()
    assert changes == drive.changes
