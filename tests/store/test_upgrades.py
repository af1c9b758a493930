"""Databases of older releases: brought up to date with all they hold, by whoever opens them first."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from fanjet.errors import ExecutionError, FanjetError
from fanjet.model.changes import ClearInstances, SetMapLength
from fanjet.model.states import State
from fanjet.store.database import migrations
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.migrations.steps import list_steps
from fanjet.store.database.port import Connection
from fanjet.store.database.schema import read_postgres_statements
from fanjet.store.database.sqlite_place import open_sqlite
from fanjet.store.database.upgrades import OLDEST_VERSION, upgrade
from fanjet.store.database.versions import SCHEMA_VERSION, find_version
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from store.samples import NOW, Owned, ends

SCHEMAS = Path(__file__).with_name("schemas")
REVISIONS = Path(migrations.__file__).parent
OLD = sorted(int(file.stem) for file in SCHEMAS.glob("*.sql"))
SAMPLES = {"INTEGER": 3, "REAL": 2.5, "TEXT": "[]", "BLOB": b"\0\1"}


def make_old(path: Path, version: int) -> sqlite3.Connection:
    """An empty database as the release with this schema made it."""
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript((SCHEMAS / f"{version}.sql").read_text())
    connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(version),))
    return connection


def find_columns(connection: sqlite3.Connection, table: str) -> dict[str, tuple[object, ...]]:
    return {row[1]: row[2:] for row in connection.execute(f"PRAGMA table_info({table})")}


#: Tables that are no more; what was in them held for seconds.
GONE = {"pool_block"}


def find_tables(connection: sqlite3.Connection) -> dict[str, bool]:
    """The tables with whether they have no rowid."""
    rows = connection.execute("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    return {name: bool(without) for name, without in rows if not name.startswith("sqlite_")}


def describe(path: Path) -> dict[str, object]:
    """All that counts in a schema; the order of columns does not."""
    connection = sqlite3.connect(path)
    tables = find_tables(connection)
    indexes = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    described: dict[str, object] = {
        "columns": {table: find_columns(connection, table) for table in tables},
        "without rowid": tables,
        "indexes": {name: " ".join(sql.split()) for name, sql in indexes},
    }
    connection.close()
    return described


def fill(connection: sqlite3.Connection) -> dict[str, list[dict[str, object]]]:
    """A row in each table; what they hold, by table."""
    filled = {}
    for table in find_tables(connection):
        if table != "meta":
            columns = find_columns(connection, table)
            row = [SAMPLES[str(kind)] for kind, *_ in columns.values()]
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)
            filled[table] = [dict(zip(columns, row, strict=True))]
    return filled


def test_the_revisions_lead_from_the_oldest_version_to_this_one() -> None:
    scripts = ScriptDirectory(str(REVISIONS))
    assert scripts.get_heads() == [str(SCHEMA_VERSION)]
    assert scripts.get_bases() == [str(OLDEST_VERSION["sqlite"])]
    assert list(range(OLDEST_VERSION["sqlite"], SCHEMA_VERSION)) == OLD


@pytest.mark.parametrize("version", OLD)
def test_an_upgraded_database_has_the_schema_of_a_new_one_and_all_its_rows(home: Path, version: int) -> None:
    old, new = Database(home), Database(home / "new")
    connection = make_old(old.path, version)
    before = fill(connection)
    connection.close()
    Journal.open(new).close()
    Journal.open(old).close()
    assert describe(old.path) == describe(new.path)
    connection = sqlite3.connect(old.path)
    connection.row_factory = sqlite3.Row
    for table in GONE & before.keys():
        del before[table]
    for table, rows in before.items():
        found = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
        assert [{name: row[name] for name in rows[0]} for row in found] == rows
    assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0] == str(
        SCHEMA_VERSION
    )
    connection.close()


def copy_back(new: Path, old: sqlite3.Connection) -> None:
    """Fill a database of an older release with what it could hold of a new one."""
    old.execute("ATTACH ? AS new", (str(new),))
    for table in find_tables(old):
        if table not in {"meta", *GONE}:
            columns = ", ".join(find_columns(old, table))
            old.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new.{table}")


@pytest.fixture
def database(home: Path) -> Database:
    return Database(home)


@pytest.mark.parametrize("version", OLD)
def test_a_run_of_an_older_release_goes_on(home: Path, owned: Owned, version: int) -> None:
    run = owned.run
    owned.write(ends(run, 0, [-1], item_counts=[3]), SetMapLength(run=run, map=0, parent=(), count=3))
    owned.write(ends(run, 1, [0, 1, 2], [State.SUCCESS, State.FAILED, State.UP_FOR_RETRY], resume_at={2: NOW + 5}))
    before = owned.journal.read_history(run)
    owned.journal.release_lease(run, owned.session)
    owned.journal.close()
    old = Database(home / "old")
    connection = make_old(old.path, version)
    copy_back(home / "fanjet.db", connection)
    connection.close()
    with Reader.open(old) as reader:  # whoever comes first
        assert reader.get_history(run) == before
    journal = Journal.open(old)
    session = journal.begin_session(host="here", pid=os.getpid())
    journal.take_lease(run, session, lease_s=60.0)
    journal.write([ClearInstances(run=run, task=1, parent=(), indexes=[1], at=NOW)], (), at=NOW)
    assert journal.read_history(run).instances[1].tries_before == {1: 1}
    journal.close()


def test_many_processes_may_upgrade_at_once(home: Path) -> None:
    make_old(Database(home).path, OLD[0]).close()
    script = "import sys, pathlib; from fanjet.store.queries.reader import Reader\n"
    script += "print(len(Reader.open(pathlib.Path(sys.argv[1])).list_runs()))"
    children = [
        subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [child.communicate()[0] for child in children] == ["0\n"] * 3


def test_an_upgrade_that_fails_changes_nothing(home: Path) -> None:
    database = Database(home)
    Journal.open(database).close()
    before = describe(database.path)
    connection = open_sqlite(database, 1.0)

    def fail(*_: object, **__: object) -> list[str]:
        return ["CREATE TABLE half (x INTEGER)", "ALTER TABLE nothing ADD COLUMN x INTEGER"]

    with pytest.raises(FanjetError, match="refused a statement"):
        upgrade(connection, to=SCHEMA_VERSION + 1, list_steps=fail)
    assert find_version(connection) == SCHEMA_VERSION
    connection.close()
    assert describe(database.path) == before


def test_a_database_is_not_upgraded_under_a_service_of_the_older_release(home: Path) -> None:
    connection = make_old(Database(home).path, 6)
    connection.execute(
        "INSERT INTO session (host, pid, process, started_at, role, until) VALUES ('h', 7, 'p', 1.0, 'scheduler', ?)",
        (time.time() + 60.0,),
    )
    for opening in (Reader.open, Journal.open):
        with pytest.raises(ExecutionError, match=r"a service is at work in it \(scheduler: process 7 on h\)") as raised:
            opening(home)
        assert raised.value.temporary
    assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() == ("6",)
    connection.execute("UPDATE session SET until = 5.0")  # it has ended, or was killed
    connection.close()
    Reader.open(home).close()


NEXT = f'''
"""A version that is yet to come."""
from fanjet.store.database.migrations.statements import execute

revision = "{SCHEMA_VERSION + 1}"
down_revision = "{SCHEMA_VERSION}"


def upgrade() -> None:
    execute(
        "ALTER TABLE run ADD COLUMN colour TEXT NOT NULL DEFAULT '100%; or so'",
        "CREATE TABLE flag (flag INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, body BLOB)",
        "UPDATE run SET note = 'upgraded: 8'",
    )
'''


@pytest.fixture(params=["sqlite", "postgresql"])
def current(request: pytest.FixtureRequest, home: Path) -> Database:
    found = Database(home) if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    assert isinstance(found, Database)
    home.mkdir(exist_ok=True)
    return found


def test_the_next_version_can_come_to_both_databases(current: Database, tmp_path: Path) -> None:
    shutil.copytree(REVISIONS / "versions", tmp_path / "versions")
    (tmp_path / "versions" / "next.py").write_text(NEXT)
    steps: Callable[..., list[str]] = partial(list_steps, folder=tmp_path)
    connection: Connection = open_writer(current, 1.0)
    with connection.transaction():
        connection.execute(
            "INSERT INTO run (dag_id, run_id, version, run_type, created_at, started_at, state, conf, params) "
            "VALUES ('d', 'r', 1, 'manual', 1.0, 1.0, 1, '{}', '{}')"
        )
    put = "INSERT INTO session (host, pid, process, started_at, role, until) VALUES ('h', 7, 'p', 1.0, 'scheduler', ?)"
    connection.execute(put, (time.time() + 60.0,))
    with pytest.raises(ExecutionError, match="a service is at work"):
        upgrade(connection, to=SCHEMA_VERSION + 1, list_steps=steps)
    connection.execute("DELETE FROM session")
    assert upgrade(connection, to=SCHEMA_VERSION + 1, list_steps=steps) == SCHEMA_VERSION
    assert connection.select("SELECT run_id, colour, note FROM run") == [("r", "100%; or so", "upgraded: 8")]
    with connection.transaction():
        connection.execute("INSERT INTO flag (at, body) VALUES (?, ?)", (1, b"x"))
    assert connection.select("SELECT * FROM flag") == [(1, 1.0, b"x")]
    connection.close()
    with pytest.raises(ExecutionError, match=rf"newer Fanjet \(schema {SCHEMA_VERSION + 1}"):
        Reader.open(current)


def test_both_databases_have_the_same_tables_and_columns(current: Database, tmp_path: Path) -> None:
    if current.dialect == "sqlite":
        return
    connection = open_writer(current, 1.0)
    found = connection.select(
        "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns "
        "WHERE table_schema = current_schema()"
    )
    connection.close()
    Journal.open(tmp_path).close()
    lite = sqlite3.connect(tmp_path / "fanjet.db")
    kinds = {"INTEGER": "bigint", "REAL": "double precision", "TEXT": "text", "BLOB": "bytea"}
    expected = {
        (table, column, kinds[str(kind)], "NO" if required or key else "YES", "C" if kind == "TEXT" else None)
        for table in find_tables(lite)
        for column, (kind, required, _, key) in find_columns(lite, table).items()
    }
    lite.close()
    assert set(found) == expected
    assert not any("INTEGER" in text or "ROWID" in text for text in read_postgres_statements())
