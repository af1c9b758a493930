"""Reruns in the store: what is cleared, removed, remembered; and databases from before there were reruns."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest

from engine.random_graphs import random_spec
from engine.rerun_world import RerunWorld
from engine.world import RUN_NUMBER
from fanjet.model.changes import Change, ClearInstances, EndInstances, Record, ReopenMap, ReopenRun, SetMapLength
from fanjet.model.history import RunHistory
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus, State
from fanjet.store.database.database import Database
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from store.samples import NOW, Owned, check_summaries, ends, make_run, seeds, skip


def clear(run: int, task: int, indexes: list[int], at: float = NOW) -> ClearInstances:
    return ClearInstances(run=run, task=task, parent=(), indexes=indexes, at=at)


def rows(history: RunHistory, *, feeds: set[int]) -> dict[object, object]:
    """What the engine makes use of, by instance."""
    found: dict[object, object] = {}
    for columns in history.instances:
        for at, path in enumerate(columns.paths):
            state = columns.states[at]
            found[columns.task, path] = (
                State(state),
                columns.try_numbers[at],
                state != State.REMOVED and columns.valued[at],
                columns.item_counts[at] if columns.task in feeds and state != State.REMOVED else -1,
                columns.resume_at.get(at),
                columns.carries.get(at),
                state == State.SUCCESS and columns.skips.get(at),
                0 if state == State.REMOVED else columns.tries_before.get(at, 0),
            )
    return found


class StoredWorld(RerunWorld):
    """Writes everything that the machine says into a database as well."""

    def __init__(self, spec: DagSpec, random: Random, journal: Journal) -> None:
        self.journal = journal
        super().__init__(spec, random)

    def _take_in(self, changes: list[Change]) -> None:
        self.journal.write([change for change in changes if isinstance(change, get_args(Record))], (), at=self.clock)
        super()._take_in(changes)

    def check_stored(self) -> None:
        mine, theirs = self.recorder.history(), self.journal.read_history(RUN_NUMBER)
        feeds = {task.number for task in self.spec.tasks if task.feeds_map}
        assert rows(theirs, feeds=feeds) == rows(mine, feeds=feeds)
        assert sorted(theirs.map_lengths) == sorted(mine.map_lengths)
        assert sorted(theirs.reopened) == sorted(mine.reopened)
        assert theirs.patient == mine.patient


@pytest.mark.parametrize("seed", seeds(12, quick=4))
def test_the_store_gives_back_what_the_engine_said(
    database: Database, session: int, journal: Journal, seed: int
) -> None:
    random = Random(seed * 7919)
    spec = random_spec(random)
    version = journal.save_version(spec, bundle="b", root="/dags", file="dag.py")
    for number in range(RUN_NUMBER):
        run = journal.create_run(version=version, info=make_run(f"run {number}")).number
    assert run == RUN_NUMBER
    journal.take_lease(run, session, lease_s=600.0)
    world = StoredWorld(spec, random, journal)
    for _ in range(3):
        for _ in range(random.randint(10, 60)):
            if not world.is_over:
                world.step()
        world.request(world.random_request())
        world.check_stored()
    world.run()
    world.check_stored()
    with Reader.open(database) as reader:
        check_summaries(reader, run)


def test_earlier_tries_stay_readable(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(ends(run, 1, [0, 1], State.FAILED), clear(run, 1, [0]), ends(run, 1, [0], try_number=2))
    assert [(row.try_number, row.state) for row in reader.tries(run, 1, (0,))] == [
        (1, State.FAILED),
        (2, State.SUCCESS),
    ]
    assert [row.try_number for row in reader.tries(run, 1, (1,))] == [1]


def test_results_stand_until_the_next_end(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(ends(run, 1, [0, 1, 2]), clear(run, 1, [1]))
    check_summaries(reader, run)
    assert reader.counts(run)[1].valued == 3
    owned.write(ends(run, 1, [1], State.UP_FOR_RETRY, try_number=2, resume_at={0: NOW + 9}))
    assert reader.counts(run)[1].valued == 3
    owned.write(ends(run, 1, [1], State.FAILED, try_number=3))
    assert reader.counts(run)[1].valued == 2
    check_summaries(reader, run)


def test_what_had_no_try_is_forgotten_when_cleared(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(skip(run, 1, range(4)), clear(run, 1, [1, 2]))
    assert [row.path for row in reader.iter_instances(run, 1)] == [(0,), (3,)]
    check_summaries(reader, run)


def test_removed_instances_are_readable_and_count_for_nothing(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(ends(run, 1, [0, 1, 2]), skip(run, 1, [2], State.REMOVED))
    assert reader.counts(run)[1].valued == 2
    assert reader.tries(run, 1, (2,))
    check_summaries(reader, run)


def test_what_comes_back_goes_on_counting_without_its_old_result(owned: Owned, reader: Reader) -> None:
    run = owned.run
    owned.write(ends(run, 1, [0, 1]), skip(run, 1, [1], State.REMOVED), clear(run, 1, [1]))
    (columns,) = owned.journal.read_history(run).instances
    assert list(columns.states) == [State.SUCCESS, State.NONE]
    assert columns.try_numbers == [1, 1]
    assert list(columns.valued) == [1, 0]
    assert columns.tries_before == {1: 1}
    check_summaries(reader, run)


def test_a_mark_keeps_the_result_and_its_reason(owned: Owned, reader: Reader) -> None:
    run = owned.run
    end = EndInstances(
        run=run, task=1, parent=(), indexes=[0], state=State.FAILED, at=NOW, reason="marked by hand", keeps_results=True
    )
    owned.write(ends(run, 1, [0]), end)
    row = reader.find_instance(run, 1, (0,))
    assert row is not None
    assert (row.state, row.error) == (State.FAILED, "marked by hand")
    assert reader.counts(run)[1].valued == 1
    check_summaries(reader, run)


def test_a_reopened_map_is_remembered_until_its_length_is_written(owned: Owned) -> None:
    run = owned.run
    length = SetMapLength(run=run, map=0, parent=(), count=3)
    owned.write(length, ReopenMap(run=run, map=0, parent=(), items=b"abc"))
    history = owned.journal.read_history(run)
    assert (history.map_lengths, history.reopened) == ([(0, (), 3)], [(0, (), b"abc")])
    owned.write(SetMapLength(run=run, map=0, parent=(), count=5))
    history = owned.journal.read_history(run)
    assert (history.map_lengths, history.reopened) == ([(0, (), 5)], [])
    owned.write(SetMapLength(run=run, map=0, parent=(), count=0))
    assert owned.journal.read_history(run).map_lengths == []


def test_a_run_goes_on(owned: Owned) -> None:
    owned.write(ReopenRun(run=owned.run, at=NOW, patient=(1, 4)))
    assert owned.journal.get_status(owned.run) == RunStatus.RUNNING
    assert owned.journal.read_history(owned.run).patient == (1, 4)
