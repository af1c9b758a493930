"""Copying a database: everything arrives, numbers go on, and what must not be lost is refused."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from fanjet.errors import OperationError
from fanjet.model.changes import SetMapLength
from fanjet.model.events import TryExtra
from fanjet.model.requests import AssetEvent, Keep
from fanjet.model.states import State
from fanjet.store.database.connections import open_reader, open_writer
from fanjet.store.database.copying import copy_database
from fanjet.store.database.database import Database
from fanjet.store.journal.journal import Journal
from fanjet.store.journal.shared import SharedStore
from fanjet.store.queries.reader import Reader
from fanjet.store.secrets.vault import NewEntry, Vault
from store.samples import Owned, check_summaries, ends, own_run, push


def fill(database: Database) -> int:
    """A run with everything in it; returns its number."""
    owned = own_run(Journal.open(database), 1)
    owned.session = owned.journal.begin_session(host="gone", pid=1)
    owned.journal.take_lease(owned.run, owned.session, lease_s=0.0)
    run = owned.run
    states = [State.FAILED if index % 9 == 0 else State.SUCCESS for index in range(12_000)]
    extras = {0: TryExtra(error="a\0b", label="ä𝄞"), 3: TryExtra(carry=b"\xff\0")}
    owned.write(SetMapLength(run=run, map=0, parent=(), count=12_000), launches=[owned.launch(1, 0, 12_000, fence=1)])
    owned.write(ends(run, 1, range(12_000), states, extras=extras), push(run, 1, 4, "key", b"\0value"))
    owned.write(ends(run, 1, [0], try_number=2))
    owned.journal.release_lease(run, owned.session)
    owned.journal.close()
    with Vault(database) as vault:
        vault.put("variable", [NewEntry(name="x", value="secret", secret=True)])
    shared = SharedStore(database)
    shared.keep(Keep(owner="o", key="k", value="[1]"))
    event = AssetEvent(
        name="a", uri="a", extra="{}", aliases=("b",), dag_id="d", run_id="r", task_id="t", path=(1,), at=2.5
    )
    shared.record_events([event])
    shared.record_events([event])  # takes the place of the first, whose number is not used again
    shared.close()
    with (connection := open_writer(database, 1.0)).transaction():
        connection.execute("INSERT INTO meta (key, value) VALUES ('cursor', '5')")
    connection.close()
    return run


def copy(source: Database, target: Database) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []
    copy_database(source, target, lambda *each: told.append(each))
    return told


def test_everything_arrives_on_postgresql_and_comes_back(home: Path, postgres_database: Database) -> None:
    source, back = Database(home), Database(home / "back")
    run = fill(source)
    told = copy(source, postgres_database)
    assert [each for each in told if each[0] == "instance"] == [
        ("instance", 5_000, 12_000),
        ("instance", 10_000, 12_000),
        ("instance", 12_000, 12_000),
    ]
    copy(postgres_database, back)
    one, other = sqlite3.connect(source.path), sqlite3.connect(back.path)
    tables = [name for (name,) in one.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for table in tables:
        own = " WHERE key <> 'clock'" if table == "meta" else ""  # each has its own
        rows = [sorted(each.execute(f"SELECT * FROM {table}{own}"), key=repr) for each in (one, other)]
        assert rows[0] == rows[1] or table == "try"
    (before,), (after,) = (each.execute("SELECT error FROM try").fetchall() for each in (one, other))
    assert (before, after) == (("a\0b",), ("a\u2400b",))  # PostgreSQL cannot hold a NUL
    one.close()
    other.close()
    with Vault(Database(home, postgres_database.url)) as vault:
        assert vault.get("variable", "x").value == "secret"  # the key is in the home
    with Reader.open(postgres_database) as reader:
        check_summaries(reader, run)
    journal = Journal.open(postgres_database)
    session = journal.begin_session(host="here", pid=2)
    assert session == 2
    journal.take_lease(run, session, lease_s=60.0)
    Owned(journal, session, run).write(ends(run, 1, [12_000]))
    assert own_run(journal, session, "second").run == 2
    journal.close()
    shared = SharedStore(postgres_database)
    assert shared._select("SELECT event FROM asset_event") == [(2,)]
    shared.close()


def test_numbers_of_removed_rows_are_not_given_out_again(home: Path, postgres_database: Database) -> None:
    source = Database(home)
    for _ in range(2):
        journal = Journal.open(source)
        own_run(journal, journal.begin_session(host="gone", pid=1), f"run {_}")
        journal.close()
    with (connection := open_writer(source, 1.0)).transaction():
        connection.execute("DELETE FROM run")
    connection.close()
    for target in (postgres_database, Database(home / "other")):
        copy(source, target)
        journal = Journal.open(target)
        assert own_run(journal, journal.begin_session(host="h", pid=1)).run == 3
        journal.close()


def test_a_target_with_rows_is_refused_and_left_alone(home: Path, postgres_database: Database) -> None:
    source = Database(home)
    fill(source)
    journal = Journal.open(postgres_database)
    journal.begin_session(host="h", pid=1)
    journal.close()
    with pytest.raises(OperationError, match="not empty: its table session has rows"):
        copy(source, postgres_database)
    reader = open_reader(postgres_database)
    assert reader.select("SELECT count(*) FROM instance") == [(0,)]
    reader.close()
    with pytest.raises(OperationError, match="to itself"):
        copy(source, source)


def test_a_run_that_is_under_way_is_not_left_behind(home: Path) -> None:
    journal = Journal.open(home)
    owned = own_run(journal, journal.begin_session(host="elsewhere", pid=7))
    with pytest.raises(OperationError, match=r"Run 1 of sweep is being carried out by process 7 on elsewhere"):
        copy(Database(home), Database(home / "other"))
    assert not (home / "other").exists()
    owned.journal.close()


def test_a_service_that_is_at_work_is_not_left_behind(home: Path) -> None:
    """Also while it has nothing to do: what it records later would be lost."""
    journal = Journal.open(home)
    session = journal.begin_session(host="elsewhere", pid=7)
    journal.close()
    with closing(open_writer(Database(home), 1.0)) as connection:
        for until, is_refused in ((time.time() + 60, True), (time.time() - 1, False)):
            connection.execute("UPDATE session SET role = 'scheduler', until = ? WHERE session = ?", (until, session))
            with pytest.raises(OperationError, match="process 7 on elsewhere") if is_refused else nullcontext():
                copy(Database(home), Database(home / "other"))


def test_a_copy_that_breaks_off_leaves_nothing(home: Path, postgres_database: Database) -> None:
    source = Database(home)
    fill(source)

    def fail(table: str, done: int, total: int) -> None:
        if done > 5_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(source, postgres_database, fail)
    copy(source, postgres_database)
    with Reader.open(postgres_database) as reader:
        assert sum(reader.counts(1)[1].counts) == 12_000
