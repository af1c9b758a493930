"""What a watcher makes of the database is what the process that carries the run out knows."""

import itertools
import os
import socket
from random import Random

import pytest

from engine.graphs import Graph
from engine.random_graphs import random_spec
from engine.rerun_drive import RerunDrive
from engine.world import RUN_NUMBER, World
from fanjet.model.changes import (
    Change,
    ClearInstances,
    EndInstances,
    EndRun,
    RecordTries,
    ReopenMap,
    ReopenRun,
    SetMapLength,
)
from fanjet.model.events import RerunRequested, TriesReturned
from fanjet.model.launches import Launch
from fanjet.model.lengths import MeasuredLength, ResultLength, ValuesLength
from fanjet.model.paths import Path as MapPath
from fanjet.model.paths import decode, join
from fanjet.model.spec import DagSpec
from fanjet.model.states import State
from fanjet.store.database.database import Database
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.run_follower import RunProgress
from store.samples import make_run, seeds

FAR = 4e9  # the clock of these runs stands far from that of the machine: leases hold for ever
RECORDS = (ClearInstances, EndInstances, EndRun, RecordTries, ReopenMap, ReopenRun, SetMapLength)
WAITING = (State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)


class RecordedWorld(World):
    """A run to which everything happens, written to a real database as the scheduler would."""

    def __init__(self, database: Database, spec: DagSpec, random: Random) -> None:
        self.sessions = 0
        # Each session begins when the leases of those before have ended, by their own clock.
        self.journal = Journal.open(database, clock=lambda: self.sessions * 2 * FAR)
        version = self.journal.save_version(spec, bundle="0" * 64, root="/", file="dag.py")
        numbers = [self.journal.create_run(version=version, info=make_run(f"r{n}")).number for n in range(RUN_NUMBER)]
        assert numbers[-1] == RUN_NUMBER
        #: Instances that were handed back unstarted: nothing is recorded of that until they are launched again.
        self.returned: set[tuple[int, MapPath]] = set()
        self.begin_session()
        super().__init__(spec, random)
        self.fences = self.own_fences
        self.reader = Reader.open(database)
        self.follower = self.reader.follow(RUN_NUMBER, spec)

    def begin_session(self) -> None:
        session = self.journal.begin_session(host=socket.gethostname(), pid=os.getpid())
        self.sessions += 1
        self.journal.take_lease(RUN_NUMBER, session, lease_s=FAR)
        self.own_fences = self.fences = itertools.count((session << 32) + 1)

    def close(self) -> None:
        self.reader.close()
        self.journal.close()

    def _take_in(self, changes: list[Change]) -> None:
        if records := [each for each in changes if isinstance(each, RECORDS)]:
            self.journal.write(records, [], at=self.clock)
        super()._take_in(changes)

    def _launch(self) -> None:
        before = set(self.out)
        self.clock += 0.001  # an end and the launch after it are never of the same instant
        super()._launch()
        launches = [self.out[fence][0] for fence in self.out if fence not in before]
        if launches:
            self.journal.write([], launches, at=self.clock)
        self.returned -= {(x.task, join(x.parent, index)) for x in launches for index in x.indexes}

    def _return_some(self) -> None:
        before = {fence: set(live) for fence, (_, live) in self.out.items()}
        super()._return_some()
        for event in self.past[-1:]:
            assert isinstance(event, TriesReturned)
            assert set(event.indexes) <= before[event.fence]
            self.returned |= {(event.task, path) for path in self._paths_of(event)}

    def _paths_of(self, event: TriesReturned) -> list[MapPath]:
        parent = self.reader._connection.execute(
            "SELECT parent FROM launch WHERE run = ? AND fence = ?", (event.run, event.fence)
        ).fetchone()[0]
        return [join(decode(parent), index) for index in event.indexes]

    def _restart(self) -> None:
        super()._restart()
        self.returned.clear()
        self.begin_session()

    def step(self) -> None:
        super().step()
        self.compare(self.follower.look())

    def compare(self, progress: RunProgress) -> None:
        """All counts, but for what no other process can know: whether what waits is queued or not."""
        for task in self.spec.tasks:
            seen = progress.tasks[task.number]
            assert list(seen.counts) == self.expected(task.number), (task, self.machine.snapshot())
            assert seen.length_known == self.machine.length_known(task.number), (task, self.machine.snapshot())
        assert (progress.run.ended_at is not None) == self.ended

    def expected(self, task: int) -> list[int]:
        counts = [0] * len(State)
        for path, state in self.machine.instances(task):
            row = self.recorder.rows.get((task, path))
            recorded = row.state if row is not None and row.state in WAITING else State.NONE
            queued = State.RUNNING if (task, path) in self.returned else recorded
            counts[queued if state is State.SCHEDULED else state] += 1
        return counts


@pytest.mark.parametrize("seed", seeds(60, quick=16))
def test_a_follower_knows_what_the_machine_knows(seed: int, database: Database) -> None:
    random = Random(seed)
    world = RecordedWorld(database, random_spec(random), random)
    try:
        world.run()
        late = Reader.open(database)
        world.compare(late.follow(RUN_NUMBER, world.spec).look())
        late.close()
    finally:
        world.close()


def nested() -> DagSpec:
    graph = Graph()
    source = graph.task(feeds_map=True)
    outer = graph.group(ResultLength(source))
    inner_source = graph.task([source], inside=outer, feeds_map=True, retries=1)
    inner = graph.group(ResultLength(inner_source), inside=outer)
    leaf = graph.task([inner_source], inside=inner, kind="branch")
    graph.task([leaf], inside=inner, over=MeasuredLength((leaf,)))
    reduced = graph.task([leaf], inside=outer, rule="all_done")
    graph.task([reduced], over=ValuesLength(reduced))
    return graph.build()


@pytest.mark.parametrize("seed", seeds(20, quick=5))
def test_maps_in_maps_of_every_length(seed: int, database: Database) -> None:
    world = RecordedWorld(database, nested(), Random(seed))
    try:
        world.run()
    finally:
        world.close()


class RecordedReruns(RerunDrive):
    """A run that is rerun, written to a real database and compared with it after every event."""

    def __init__(self, database: Database, graph: Graph, outcomes: dict[object, object]) -> None:
        self.database = database
        self.journal: Journal | None = None
        super().__init__(graph, outcomes)

    def note(self, changes: list[Change]) -> list[Change]:
        journal = self.journal or self.open()
        if records := [each for each in changes if isinstance(each, RECORDS)]:
            journal.write(records, [], at=self.clock)
        noted = super().note(changes)
        self.compare()
        return noted

    def open(self) -> Journal:
        self.journal = Journal.open(self.database)
        version = self.journal.save_version(self.spec, bundle="0" * 64, root="/", file="dag.py")
        assert self.journal.create_run(version=version, info=make_run()).number == 1
        session = self.journal.begin_session(host=socket.gethostname(), pid=os.getpid())
        self.journal.take_lease(1, session, lease_s=FAR)
        self.fences = itertools.count((session << 32) + 1)
        self.reader = Reader.open(self.database)
        self.follower = self.reader.follow(1, self.spec)
        return self.journal

    def launch(self, task: int, *paths: MapPath, **others: int) -> Launch:
        launch = super().launch(task, *paths, **others)
        assert self.journal is not None
        self.journal.write([], [launch], at=self.clock - 0.5)
        self.compare()
        return launch

    def ask(self, task: int | None = None, *paths: MapPath, **others: bool) -> list[Change]:
        self.clock += 1.0
        tasks = None if task is None else (task,)
        return self.apply(RerunRequested(run=1, at=self.clock, tasks=tasks, paths=paths or ((),), **others))

    def check_restored(self) -> None:
        """Tests of the engine do that; here it is about those who only look."""

    def compare(self) -> None:
        progress = self.follower.look()
        for task in range(len(self.spec.tasks)):
            seen, known = list(progress.tasks[task].counts), list(self.machine.counts(task))
            for counts in (seen, known):
                for state in (State.SCHEDULED, *WAITING):  # a retry that is due looks as if it were not
                    counts[State.NONE] += counts[state]
                    counts[state] = 0
                counts[State.REMOVED] = 0  # what was removed and came back has its old row until it ends
            assert seen == known, (task, self.machine.snapshot())
            assert progress.tasks[task].length_known == self.machine.length_known(task)


def test_reruns_are_followed_over_maps_that_shrink(database: Database) -> None:
    graph = Graph()
    find = graph.task(feeds_map=True)
    customer = graph.group(ResultLength(find))
    parts = graph.task([find], inside=customer, feeds_map=True)
    fit = graph.task(inside=customer, over=ResultLength(parts))
    graph.task([fit], inside=customer)
    graph.task(over=ValuesLength(parts))
    run = RecordedReruns(database, graph, {find: 4, (parts, (1,)): 3, (fit, (2, 0)): State.FAILED})
    run.finish()
    run.rerun(failed_only=True, to={(fit, (2, 0)): State.SUCCESS})
    run.rerun(parts, (1,), to={(parts, (1,)): 1})
    for length in (2, 0):
        run.rerun(find, to={find: length})
    run.reader.close()
    assert run.journal is not None
    run.journal.close()
