"""A million instances cost bytes, not objects."""

from __future__ import annotations

import tracemalloc

from engine.drive import OK, Drive
from engine.graphs import Graph
from fanjet.model.lengths import ResultLength
from fanjet.model.states import RunStatus

N = 1_000_000


def test_a_million_instances_stay_small() -> None:
    graph = Graph()
    source = graph.task(feeds_map=True)
    group = graph.group(ResultLength(source))
    first = graph.task(inside=group)
    second = graph.task([first], inside=group)
    last = graph.task([second])
    drive = Drive(graph)
    launch = drive.launch(source)
    event = drive.ends(launch, items=N)
    tracemalloc.start()
    drive.changes.clear()
    drive.machine.apply([event])
    expanded, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert expanded < 12 * N, "a few bytes for each instance of two tasks"
    assert drive.machine.counts(first)[1] == N
    assert drive.machine.state_of(last, ()) != OK
    assert drive.machine.status == RunStatus.RUNNING
