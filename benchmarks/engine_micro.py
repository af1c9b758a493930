"""What the engine alone costs per instance: `python benchmarks/engine_micro.py [--n 100000] [--column 256]`.

No store, no workers: every launched range ends at once, in columns. Prints CPU microseconds per instance.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from typing import Any

from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.model.changes import Change, EndInstances, MeasureMaps, QueueInstances, RecordTries, SetMapLength
from fanjet.model.events import Event, MapsMeasured, TriesEnded
from fanjet.model.history import InstanceColumns, RunHistory
from fanjet.model.launches import Launch
from fanjet.model.lengths import LiteralLength, MeasuredLength, ResultLength
from fanjet.model.paths import encode, join
from fanjet.model.spec import DagSpec, MapSpec, TaskSpec
from fanjet.model.states import RunStatus, State

#: How many tries a worker is sent at once, and how many workers there are.
_WORKERS = 2


class _Room:
    def __init__(self, column: int) -> None:
        self._free = [column] * _WORKERS

    def grant(self, _run: int, _task: int, wanted: int) -> list[tuple[int, int]]:
        granted = []
        for worker, free in enumerate(self._free):
            count = min(free, wanted)
            if count:
                self._free[worker] -= count
                wanted -= count
                granted.append((worker, count))
        return granted


def _task(number: int, *upstream: int, **others: Any) -> TaskSpec:
    return TaskSpec(number=number, task_id=f"t{number}", operator="bench", upstream=upstream, **others)


def _dag(tasks: list[TaskSpec], maps: list[MapSpec]) -> DagSpec:
    return DagSpec(dag_id="bench", file="bench.py", tasks=tuple(tasks), maps=tuple(maps), leaves=(len(tasks) - 1,))


def flat_map(_: int) -> DagSpec:
    """One task over a list, then a reduce."""
    over = MapSpec(number=0, scope=(), length=ResultLength(0), task=1, group=None)
    return _dag([_task(0, feeds_map=True), _task(1, 0, map=0), _task(2, 1)], [over])


def group_chain(_: int) -> DagSpec:
    """Three tasks in a row, each once per index."""
    group = MapSpec(number=0, scope=(), length=ResultLength(0), task=None, group="g")
    tasks = [_task(0, feeds_map=True), *(_task(number, number - 1, scope=(0,)) for number in (1, 2, 3)), _task(4, 3)]
    return _dag(tasks, [group])


def nested_map(_: int) -> DagSpec:
    """A map of ten inside each index of a group, measured, with a reduce in the group."""
    group = MapSpec(number=0, scope=(), length=ResultLength(0), task=None, group="g")
    inner = MapSpec(number=1, scope=(0,), length=MeasuredLength((0,)), task=2, group=None)
    tasks = [_task(0, feeds_map=True), _task(1, 0, scope=(0,)), _task(2, 1, scope=(0,), map=1), _task(3, 2, scope=(0,))]
    return _dag([*tasks, _task(4, 3)], [group, inner])


def chain(n: int) -> DagSpec:
    """Unmapped tasks in a row."""
    return _dag([_task(number, *range(max(number - 1, 0), number)) for number in range(n)], [])


def wide_reduce(n: int) -> DagSpec:
    """A literal map with a reduce for each of ten tasks."""
    over = MapSpec(number=0, scope=(), length=LiteralLength(n), task=0, group=None)
    return _dag([_task(0, map=0), *(_task(number, 0) for number in range(1, 11))], [over])


def _ended(launch: Launch, items: int) -> TriesEnded:
    count = launch.count
    return TriesEnded(
        run=launch.run,
        task=launch.task,
        parent=launch.parent,
        fence=launch.fence,
        try_number=launch.try_number,
        indexes=list(launch.indexes),
        states=bytearray([State.SUCCESS]) * count,
        started_at=[1.0] * count,
        ended_at=[2.0] * count,
        log_segments=[0] * count,
        log_offsets=[0] * count,
        log_lengths=[0] * count,
        values=[b"j1"] * count,
        item_counts=[items] * count if items >= 0 else [],
        extras={},
    )


def drive(spec: DagSpec, items: int, column: int) -> tuple[float, int, list[Change]]:
    """Run a DAG to its end: (CPU seconds in the engine, instances launched, all changes)."""
    machine, admission = RunState(1, spec), Admission({})
    fences = itertools.count(1)
    admission.add_run(1, spec)
    begin = time.process_time()
    changes = machine.start(0.0)
    spent = time.process_time() - begin
    launched, history = 0, []
    while machine.status is RunStatus.RUNNING:
        history += changes
        begin = time.process_time()
        for change in changes:
            if isinstance(change, QueueInstances):
                admission.queue(change)
        launches = admission.take(_Room(column), fences.__next__)
        machine.launched(launches)
        spent += time.process_time() - begin
        events: list[Event] = [_ended(each, items if spec.tasks[each.task].feeds_map else -1) for each in launches]
        events += [_measured(each) for each in changes if isinstance(each, MeasureMaps)]
        begin = time.process_time()
        for launch in launches:
            admission.released(1, launch.task, launch.count)
        changes = machine.apply(events)
        spent += time.process_time() - begin
        launched += sum(launch.count for launch in launches)
    return spent, launched, history + changes


def _measured(request: MeasureMaps) -> MapsMeasured:
    indexes = list(request.indexes)
    counts = [10] * len(indexes)
    return MapsMeasured(run=1, map=request.map, parent=request.parent, indexes=indexes, counts=counts, errors={})


def restore_s(spec: DagSpec, changes: list[Change]) -> float:
    """CPU seconds to rebuild the machine from all but the last tenth of what was recorded."""
    rows: dict[int, dict[bytes, int]] = {}
    lengths = []
    for change in changes[: len(changes) * 9 // 10]:
        if isinstance(change, RecordTries):
            known = rows.setdefault(change.ended.task, {})
            for index, state in zip(change.ended.indexes, change.states, strict=True):
                known[encode(join(change.ended.parent, index))] = state
        elif isinstance(change, EndInstances):
            known = rows.setdefault(change.task, {})
            known.update((encode(join(change.parent, index)), change.state) for index in change.indexes)
        elif isinstance(change, SetMapLength):
            lengths.append((change.map, change.parent, change.count))
    history = RunHistory(map_lengths=lengths, instances=[_columns(task, known) for task, known in rows.items()])
    begin = time.process_time()
    RunState.restore(1, spec, history, 3.0)
    return time.process_time() - begin


def _columns(task: int, rows: dict[bytes, int]) -> InstanceColumns:
    paths = sorted(rows)
    count = len(paths)
    return InstanceColumns(
        task=task,
        paths=paths,
        states=bytearray(rows[path] for path in paths),
        try_numbers=[1] * count,
        valued=bytearray(b"\x01") * count,
        item_counts=[1] * count,
        resume_at={},
        carries={},
        skips={},
    )


def main() -> None:
    """Print one line per shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="instances of the map")
    parser.add_argument("--column", type=int, default=256, help="tries that a worker is sent at once")
    options = parser.parse_args()
    n: int = options.n
    shapes: list[tuple[str, Callable[[int], DagSpec], int]] = [
        ("flat map", flat_map, n),
        ("three tasks in a group", group_chain, n),
        ("nested map, ten each", nested_map, n // 10),
        ("ten reduces", wide_reduce, n),
        ("chain", chain, n // 100),
    ]
    print(f"{'shape':28}{'launched':>10}{'us each':>10}{'restore s':>11}")
    for name, make, items in shapes:
        spec = make(items)
        spent, launched, changes = drive(spec, items, options.column)
        print(f"{name:28}{launched:>10}{spent / launched * 1e6:>10.2f}{restore_s(spec, changes):>11.3f}")


if __name__ == "__main__":
    main()
