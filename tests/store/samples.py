"""Specs, ends and launches for the tests of the store."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from fanjet.model.changes import EndInstances, RecordTries, RecordXCom
from fanjet.model.events import TriesEnded, TryExtra, XComPushed
from fanjet.model.launches import Launch
from fanjet.model.lengths import LiteralLength
from fanjet.model.paths import Path as MapPath
from fanjet.model.runs import NewRun
from fanjet.model.spec import DagSpec, MapSpec, TaskSpec
from fanjet.model.states import ENDED, State
from fanjet.store.journal.journal import Journal
from fanjet.store.journal.summaries import find_bucket
from fanjet.store.queries.reader import Reader

NOW = 1_700_000_000.0
STARTED = datetime(2027, 1, 15, 8, 0, 0, 123456, tzinfo=UTC)


def make_spec(dag_id: str = "sweep") -> DagSpec:
    """Task 0 feeds the map of task 1; task 2 and 3 are in nested maps."""
    maps = (
        MapSpec(number=0, scope=(), length=LiteralLength(count=9), task=1, group=None),
        MapSpec(number=1, scope=(), length=LiteralLength(count=9), task=None, group="outer"),
        MapSpec(number=2, scope=(1,), length=LiteralLength(count=9), task=2, group=None),
    )
    tasks = (
        TaskSpec(number=0, task_id="discover", operator="task", feeds_map=True),
        TaskSpec(number=1, task_id="train", operator="task", map=0, upstream=(0,)),
        TaskSpec(number=2, task_id="outer.fit", operator="task", scope=(1,), map=2),
        TaskSpec(number=3, task_id="outer.report", operator="task", scope=(1,)),
    )
    return DagSpec(dag_id=dag_id, file="sweep.py", tasks=tasks, maps=maps)


def make_run(run_id: str = "first") -> NewRun:
    return NewRun(run_id=run_id, created_at=STARTED, started_at=STARTED)


def seeds(count: int, *, quick: int) -> list[Any]:
    """Seeds of random histories; the tests of all but the first few are slow ones."""
    return [seed if seed < quick else pytest.param(seed, marks=pytest.mark.slow) for seed in range(count)]


@dataclass
class Owned:
    """A run whose lease is held."""

    journal: Journal
    session: int
    run: int

    def fence(self, counter: int) -> int:
        """As a scheduler makes them of its session."""
        return (self.session << 32) + counter

    def launch(
        self, task: int, first: int, count: int, *, fence: int, try_number: int = 1, parent: MapPath = ()
    ) -> Launch:
        return Launch(
            fence=self.fence(fence),
            run=self.run,
            task=task,
            parent=parent,
            first=first,
            count=count,
            try_number=try_number,
            worker=3,
        )

    def write(self, *records: object, launches: Sequence[Launch] = (), at: float = NOW) -> None:
        self.journal.write(list(records), launches, at=at)  # type: ignore[arg-type]


def own_run(journal: Journal, session: int, run_id: str = "first") -> Owned:
    version = journal.save_version(make_spec(), bundle="b", root="/dags", file="sweep.py")
    run = journal.create_run(version=version, info=make_run(run_id)).number
    journal.take_lease(run, session, lease_s=60.0)
    return Owned(journal, session, run)


def ends(
    run: int,
    task: int,
    indexes: Sequence[int],
    states: State | Sequence[State] = State.SUCCESS,
    *,
    parent: MapPath = (),
    try_number: int = 1,
    values: Sequence[bytes | None] | None = None,
    at: float = NOW,
    duration_s: float = 0.5,
    positions: list[int] | None = None,
    resume_at: dict[int, float] | None = None,
    extras: dict[int, TryExtra] | None = None,
    item_counts: list[int] | None = None,
) -> RecordTries:
    """Ends of tries at `indexes`; `states` are those of all of them, also where `positions` accepts fewer."""
    n = len(indexes)
    all_states = [states] * n if isinstance(states, State) else list(states)
    if values is None:
        values = [
            b"j%d" % index if state is State.SUCCESS else None for index, state in zip(indexes, all_states, strict=True)
        ]
    reported = [State.FAILED if state is State.UP_FOR_RETRY else state for state in all_states]
    ended = TriesEnded(
        run=run,
        task=task,
        parent=parent,
        fence=1,
        try_number=try_number,
        indexes=list(indexes),
        states=bytearray(reported),
        started_at=[at + offset for offset in range(n)],
        ended_at=[at + offset + duration_s for offset in range(n)],
        log_segments=[7] * n,
        log_offsets=[100 * offset for offset in range(n)],
        log_lengths=[100] * n,
        values=list(values),
        item_counts=item_counts or [],
        extras=extras or {},
    )
    accepted = bytes(all_states) if positions is None else bytes(all_states[position] for position in positions)
    return RecordTries(ended=ended, positions=positions, states=accepted, resume_at=resume_at or {})


def skip(run: int, task: int, indexes: Sequence[int], state: State = State.SKIPPED, **more: object) -> EndInstances:
    fields: dict[str, object] = {"parent": (), "at": NOW, **more}
    return EndInstances(run=run, task=task, indexes=indexes, state=state, **fields)  # type: ignore[arg-type]


def push(run: int, task: int, index: int, key: str, value: bytes, *, fence: int = 1) -> RecordXCom:
    return RecordXCom(pushed=XComPushed(run=run, task=task, parent=(), index=index, fence=fence, key=key, value=value))


def check_summaries(reader: Reader, run: int) -> None:
    """The kept sums equal those counted from the rows."""
    rows = reader._connection.select(
        "SELECT task, state, started_at, ended_at, value IS NOT NULL FROM instance WHERE run = ?", run
    )
    counted: Counter[object] = Counter()
    for task, state, started_at, ended_at, valued in rows:
        counted[task, "state", state] += state != State.NONE  # what was cleared has not ended
        counted[task, "valued"] += valued and state != State.REMOVED
        if started_at is not None and state in ENDED:
            counted[task, "duration", 0.0001 * 2 ** find_bucket(ended_at - started_at)] += 1
    kept: Counter[object] = Counter()
    for task, sums in reader.counts(run).items():
        assert min(sums.counts) >= 0
        kept.update({(task, "state", state): count for state, count in enumerate(sums.counts)})
        kept[task, "valued"] += sums.valued
        kept.update({(task, "duration", upper_s): count for upper_s, count in sums.durations})
    assert +kept == +counted
