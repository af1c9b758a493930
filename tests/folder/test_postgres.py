"""The same on PostgreSQL, where several machines look at folders of their own or at one and the same."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fanjet.folder import looking as looking_module
from fanjet.store.database.database import Database
from folder.conftest import Place


@pytest.fixture
def shared(place: Place, postgres_database: Database) -> Place:
    """The folder, with a database on a server."""
    place.home.mkdir(exist_ok=True)
    place.database = Database(place.home, postgres_database.url)
    place.settings["database"] = postgres_database.url
    return place


def test_versions_errors_and_what_is_gone(shared: Place) -> None:
    """What holds on SQLite holds here."""
    shared.write("lib.py", "NAME = 'a'\n")
    shared.write_dag("one.py", "one", head="from lib import NAME", options="description=NAME, schedule='@daily'")
    path = shared.write_dag("two.py", "two")
    with shared.open() as looking:
        looking.look_once()
        assert shared.ids() == ["one", "two"]
        before = shared.dags()
        shared.write("lib.py", "NAME = 'b'\n")
        path.unlink()
        looking.look_once()
        after = shared.dags()
        assert list(after) == ["one"]
        assert after["one"].version > before["one"].version
        shared.write_dag("one.py", "one", head="raise ValueError")
        looking.look_once()
        assert [error.kind for error in looking.errors] == ["exception"]
    assert shared.ids() == ["one"]


def test_two_services_with_one_folder_do_not_fight(shared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the newer content has come to one machine only: what one has written, the other leaves alone."""
    shared.write_dag("one.py", "one", options="description='old'")
    with shared.open() as first, shared.open() as second:
        first.look_once()
        second.look_once()
        shared.write_dag("one.py", "one", options="description='new'")
        shared.write_dag("two.py", "two")
        first.look_once()
        new = shared.dags()
        assert new["one"].spec.description == "new"
        shared.write_dag("one.py", "one", options="description='old'")  # as the other machine still has it
        (shared.folder / "two.py").unlink()
        monkeypatch.setattr(looking_module, "SEEN_EVERY_S", 0.0)
        for _ in range(3):
            second.look_once()
        assert {dag.dag_id: dag.version for dag in shared.dags().values()} == {
            dag.dag_id: dag.version for dag in new.values()
        }


def test_what_only_another_machine_has_is_gone_when_nobody_sees_it(shared: Place) -> None:
    """A service that starts with an older folder takes nothing away from the newer one."""
    shared.write_dag("one.py", "one")
    shared.write_dag("two.py", "two")
    with shared.open() as first:
        first.look_once()
    (shared.folder / "two.py").unlink()
    with shared.open() as second:
        second.look_once()
        assert shared.ids() == ["one", "two"]
        shared.select("UPDATE dag SET seen_at = seen_at - 700 WHERE dag_id = 'two' RETURNING dag_id")
        second.look_once()
        assert shared.ids() == ["one"]
        assert list(shared.files()) == ["one.py"]


@pytest.mark.parametrize("ahead_s", [3 * 3600, -3 * 3600])
def test_a_machine_whose_clock_is_wrong_takes_nothing_away(
    shared: Place, monkeypatch: pytest.MonkeyPatch, ahead_s: float
) -> None:
    """What is gone from its folder is another's as long as that one says so, by the clock of the database server."""
    right = time.time
    shared.write_dag("one.py", "one")
    shared.write_dag("two.py", "two")
    elsewhere = Place(shared.home, shared.folder.with_name("second"))
    elsewhere.database = shared.database
    elsewhere.settings["database"] = shared.settings["database"]
    elsewhere.write_dag("uno.py", "three")
    with shared.open() as first, elsewhere.open() as other:
        first.look_once()
        other.look_once()
    (shared.folder / "two.py").unlink()
    monkeypatch.setattr(time, "time", lambda: right() + ahead_s)
    with shared.open() as second:
        second.look_once()
        assert set(shared.ids()) == {"one", "two", "three"}
        shared.select("UPDATE dag SET seen_at = seen_at - 700 WHERE dag_id = 'two' RETURNING dag_id")
        second.look_once()
        assert set(shared.ids()) == {"one", "three"}


def test_same_id_in_folders_of_two_machines(shared: Place) -> None:
    """The second one shows the error, with both places, until the first one is seen no more."""
    second_place = Place(shared.home, shared.folder.with_name("second"))
    second_place.database = shared.database
    second_place.settings["database"] = shared.settings["database"]
    shared.write_dag("one.py", "one")
    second_place.write_dag("uno.py", "one")
    with shared.open() as first, second_place.open() as second:
        first.look_once()
        second.look_once()
        (error,) = second.errors
        assert Path(error.file).name == "uno.py"
        assert str(shared.folder / "one.py") in error.message
        shared.select("UPDATE dag SET seen_at = seen_at - 7200 RETURNING dag_id")
        second.look_once()
        assert not second.errors
    assert shared.dags()["one"].folder == str(second_place.folder)
