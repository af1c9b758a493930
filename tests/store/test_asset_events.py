"""Events of assets: found by their numbers, and which of them a run was started by."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from fanjet.model.requests import AssetEvent, FindAssetEvents
from fanjet.model.runs import NewRun
from fanjet.model.schedules import AliasNeed, AllAssets, AssetCondition, AssetNeed
from fanjet.store.database.database import Database
from fanjet.store.files.pruning import Pruning
from fanjet.store.journal.shared import SharedStore
from fanjet.store.queries.reader import Reader
from fanjet.store.service.asset_queue import Waiting
from fanjet.store.service.journal import ServiceJournal
from store.samples import make_spec

COUNT = 1201
NOW = datetime(2026, 3, 1, tzinfo=UTC)
A, B, X, Y = AssetNeed(name="a"), AssetNeed(name="b"), AliasNeed("x"), AliasNeed("y")


class Consumer:
    """The DAG `sweep` that waits for assets; `report` says whether something new of one has started it."""

    def __init__(self, database: Database, condition: AssetCondition) -> None:
        self.journal, self.shared = ServiceJournal.open(database), SharedStore(database)
        self.version = self.journal.save_version(make_spec(), bundle="none", root="/", file="flow.py")
        self.condition = condition
        self._count = 0
        self._start()  # what was there before counts for nothing

    def add_to_folder(self, *, is_present: bool) -> None:
        with self.journal.transaction() as connection:
            connection.execute(
                "INSERT INTO dag (dag_id, version, folder, file, is_present, is_paused, seen_at) "
                "VALUES ('sweep', ?, '/', 'flow.py', ?, 0, 0.0)",
                (self.version, int(is_present)),
            )

    def report(self, text: str) -> bool:
        """``a@x``: the asset a under the alias x."""
        name, _, alias = text.partition("@")
        self._count += 1
        event = AssetEvent(
            name=name, uri=name, extra="{}", aliases=(alias,) if alias else (), dag_id="d", run_id=f"r{self._count}",
            task_id="t", path=(), at=float(self._count),
        )  # fmt: skip
        self.shared.record_events([event])
        return self._start() == ["sweep"]

    def _start(self) -> list[str]:
        run = NewRun(run_id=f"by assets {self._count}", created_at=NOW, started_at=NOW)
        waiting = Waiting(version=self.version, condition=self.condition, run=run)
        return self.journal.start_by_assets({"sweep": waiting})[0]

    def close(self) -> None:
        self.journal.close()
        self.shared.close()


def test_many_are_found_by_their_numbers_in_their_order(database: Database) -> None:
    ServiceJournal.open(database).close()  # makes the tables
    shared = SharedStore(database)
    shared.record_events(
        [
            AssetEvent(
                name=f"a{at}", uri=f"a{at}", extra="{}", dag_id="d", run_id="r", task_id="t", path=(), at=float(at)
            )
            for at in range(COUNT)
        ]
    )
    wanted = tuple(range(COUNT, 0, -2))
    found = shared.find_events(FindAssetEvents(numbers=wanted))
    assert [event.at for event in found] == [float(number - 1) for number in sorted(wanted)]
    assert shared.find_events(FindAssetEvents(numbers=(COUNT + 1,))) == []
    assert shared.find_events(FindAssetEvents(numbers=())) == []
    shared.close()


def test_a_run_keeps_the_numbers_of_the_events_that_started_it(database: Database) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    journal = ServiceJournal.open(database)
    version = journal.save_version(make_spec(), bundle="none", root="/", file="flow.py")
    for run_id, events in (("r1", ()), ("r2", (3, 5))):
        new = NewRun(run_id=run_id, created_at=now, started_at=now, asset_events=events)
        info = journal.create_run(version=version, info=new)
        assert journal.find_run("sweep", run_id) == info
    journal.close()
    with Reader.open(database) as reader:
        assert [row.info.asset_events for row in reader.list_runs()] == [(3, 5), ()]


@pytest.mark.parametrize(
    ("condition", "events", "started"),
    [
        (AllAssets((X, A, B)), ["a@x", "a", "b"], [False, False, True]),
        (AllAssets((X, Y)), ["a@x", "a@y"], [False, True]),
        (AllAssets((X, Y)), ["a@x", "a@y", "a@y", "a@x"], [False, True, False, True]),
        (AllAssets((X, B)), ["a", "b", "a@y", "a@x"], [False, False, False, True]),
    ],
)
def test_the_aliases_of_all_events_that_wait_count(
    database: Database, condition: AssetCondition, events: list[str], started: list[bool]
) -> None:
    with closing(Consumer(database, condition)) as consumer:
        assert [consumer.report(event) for event in events] == started


@pytest.mark.parametrize("is_present", [True, False])
def test_old_events_stay_until_the_dag_that_waits_for_more_has_used_them(database: Database, is_present: bool) -> None:
    with closing(Consumer(database, AllAssets((A, B)))) as consumer, Pruning.open(database) as pruning:
        consumer.add_to_folder(is_present=is_present)
        assert [consumer.report(text) for text in ("a", "b", "a", "c", "a")] == [False, True, False, False, False]
        assert pruning.drop_rest(1e9)["asset events"] == (3 if is_present else 5)
        assert consumer.report("b")
        with Reader.open(database) as reader:
            assert reader.list_runs()[0].info.asset_events == ((3, 5, 6) if is_present else (6,))
        assert pruning.drop_rest(1e9)["asset events"] == (3 if is_present else 1), "used, and old"
