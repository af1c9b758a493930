"""Events of assets: found by their numbers, and which of them a run was started by."""

from __future__ import annotations

from datetime import UTC, datetime

from fanjet.model.requests import AssetEvent, FindAssetEvents
from fanjet.model.runs import NewRun
from fanjet.store.database.database import Database
from fanjet.store.journal.shared import SharedStore
from fanjet.store.queries.reader import Reader
from fanjet.store.service.journal import ServiceJournal
from store.samples import make_spec

COUNT = 1201


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
