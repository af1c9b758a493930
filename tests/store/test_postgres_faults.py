"""What goes wrong with PostgreSQL: lost connections, restarts, locks, users and databases that are not there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from fanjet.errors import ExecutionError, FanjetError, InvariantError, OperationError
from fanjet.model.events import TryExtra
from fanjet.model.states import State
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.journal.commands import Commands
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from fanjet.store.secrets.vault import NewEntry, Vault
from postgres_server import PostgresServer
from store.cutting_proxy import CuttingProxy, Moment
from store.samples import NOW, Owned, check_summaries, ends, own_run


@pytest.fixture
def database(postgres_database: Database, home: Path) -> Database:
    home.mkdir()
    return postgres_database


def cut_all(postgres: PostgresServer) -> None:
    """End all connections, as a restart or a firewall does."""
    found = postgres.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'fanjet'"
    )
    assert found


def test_connections_that_were_lost_while_idle_are_opened_again(
    owned: Owned, reader: Reader, postgres: PostgresServer, database: Database
) -> None:
    with Vault(database) as vault, Commands.open(database) as commands:
        vault.put("variable", [NewEntry(name="a", value="1")])
        cut_all(postgres)
        owned.write(ends(owned.run, 1, range(20)))
        assert len(reader.instances(owned.run, 1)) == 20
        assert vault.get("variable", "a").value == "1"
        assert commands.find_answer(1) is None
        cut_all(postgres)
        assert sum(reader.follow(owned.run, reader.get_spec(owned.run)).look().tasks[1].counts) == 20
    check_summaries(reader, owned.run)


def test_a_connection_lost_in_a_transaction_loses_the_whole_batch_and_the_next_one_goes_on(
    owned: Owned, reader: Reader, postgres: PostgresServer
) -> None:
    def write_halves() -> None:
        with owned.journal._transaction():
            half = owned.journal._writer.execute("UPDATE run SET note = 'half' WHERE run = ?", (owned.run,))
            assert half.rowcount == 1
            cut_all(postgres)
            owned.journal._writer.execute("UPDATE run SET note = 'whole' WHERE run = ?", (owned.run,))

    with pytest.raises(ExecutionError, match="is stopping or starting") as raised:
        write_halves()
    assert raised.value.temporary
    assert reader._connection.select("SELECT note FROM run") == [(None,)]
    owned.write(ends(owned.run, 1, [0]))
    check_summaries(reader, owned.run)


def test_psycopg_does_not_tell_of_a_lost_connection_in_its_own_words(
    owned: Owned, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    def write_many() -> None:
        with owned.journal._writer.transaction():
            owned.journal._writer.select("SELECT 1")
            cut_all(postgres)
            owned.journal._writer.executemany("UPDATE run SET note = ? WHERE run = ?", [("x", owned.run)] * 20)

    with pytest.raises(ExecutionError):
        write_many()
    assert caplog.text == ""


def test_what_follows_in_a_broken_transaction_is_not_written_by_itself(owned: Owned, postgres: PostgresServer) -> None:
    def go_on_regardless() -> None:
        with owned.journal._writer.transaction():
            owned.journal._writer.select("SELECT 1")
            cut_all(postgres)
            for statement in ("SELECT 1", "UPDATE run SET note = 'alone' RETURNING run"):
                with pytest.raises(ExecutionError):
                    owned.journal._writer.select(statement)

    with pytest.raises(ExecutionError, match="was lost"):
        go_on_regardless()
    assert owned.journal._reader.select("SELECT note FROM run") == [(None,)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_whose_answer_is_lost_is_neither_repeated_nor_forgotten(
    moment: Moment, database: Database, postgres: PostgresServer
) -> None:
    with tempfile.TemporaryDirectory() as folder, CuttingProxy(Path(folder), postgres.folder) as proxy:
        assert database.url is not None
        through = Database(database.home, database.url.replace(str(postgres.folder), folder))
        owned = own_run(Journal.open(through, busy_timeout_s=5.0), 1)
        proxy.cut_at_commit = moment
        if moment == "after":
            owned.write(ends(owned.run, 1, range(10)))
        else:
            with pytest.raises(ExecutionError) as raised:
                owned.write(ends(owned.run, 1, range(10)))
            assert raised.value.temporary
            owned.write(ends(owned.run, 1, range(10)))
        owned.write(ends(owned.run, 1, range(10, 20)))
        assert proxy.cuts == 1
        owned.journal.close()
    with Reader.open(database) as reader:
        assert len(reader.instances(1, 1)) == 20
        check_summaries(reader, 1)


@pytest.mark.parametrize("loss", ["a commit", "everything"])
def test_a_server_that_comes_back_with_less_ends_the_process(
    loss: str, owned: Owned, postgres: PostgresServer, database: Database
) -> None:
    """As a standby does that was behind, or a backup."""
    name = str(database.url).partition("?")[0].rpartition("/")[2]
    before = postgres.execute("SELECT key, value FROM meta WHERE key LIKE 'commit %'", name)
    owned.write(ends(owned.run, 1, range(10)))
    if loss == "a commit":
        for key, value in before:
            postgres.execute(f"UPDATE meta SET value = '{value}' WHERE key = '{key}'", name)
    else:
        postgres.execute("DROP TABLE meta", name)
    postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    for _ in range(2):
        with pytest.raises(ExecutionError, match="has lost what it had confirmed") as raised:
            owned.write(ends(owned.run, 1, range(10, 20)))
        assert not raised.value.temporary


def test_an_uncertain_commit_that_nobody_can_tell_about_ends_the_process(
    database: Database, postgres: PostgresServer
) -> None:
    """To write the same again might double it, so this is not temporary."""
    with tempfile.TemporaryDirectory() as folder, CuttingProxy(Path(folder), postgres.folder) as proxy:
        assert database.url is not None
        through = Database(database.home, database.url.replace(str(postgres.folder), folder))
        owned = own_run(Journal.open(through, busy_timeout_s=0.3), 1)
        proxy.cut_at_commit = "after"
        proxy.let_nobody_in()
        with pytest.raises(ExecutionError, match=r"lost during a commit.*`fanjet resume`") as raised:
            owned.write(ends(owned.run, 1, range(10)))
        assert not raised.value.temporary
        owned.journal.close()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


def test_a_server_that_is_killed_and_comes_back_has_everything(own_server: PostgresServer, home: Path) -> None:
    home.mkdir()
    database = Database(home, own_server.url(own_server.create()))
    owned = own_run(Journal.open(database, busy_timeout_s=1.0), 1)
    owned.write(ends(owned.run, 1, range(50)))
    own_server.kill()
    for _ in range(2):
        with pytest.raises(ExecutionError, match="cannot be reached") as raised:
            owned.write(ends(owned.run, 1, range(50, 60)))
        assert raised.value.temporary
    with pytest.raises(ExecutionError, match="cannot be reached"):
        Reader.open(database)
    own_server.start()
    owned.write(ends(owned.run, 1, range(50, 60)))
    with Reader.open(database) as reader:
        assert len(reader.instances(owned.run, 1)) == 60
        check_summaries(reader, owned.run)
    owned.journal.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"user": "guest:sesame"}, r"refused the user; look at user and password"),
        ({"user": "stranger:sesame"}, r"refused the user"),
        ({"name": "nowhere"}, r"has no such database; make it"),
    ],
)
def test_a_wrong_url_is_explained_and_no_password_shown(
    postgres: PostgresServer, home: Path, change: dict[str, str], words: str
) -> None:
    if not postgres.execute("SELECT 1 FROM pg_roles WHERE rolname = 'guest'"):
        postgres.execute("CREATE ROLE guest LOGIN PASSWORD 'open'")
    for opening in (Journal.open, Reader.open):
        with pytest.raises(ExecutionError, match=words) as raised:
            opening(Database(home, postgres.url(**change)))
        assert not raised.value.temporary
        assert "sesame" not in str(raised.value)


def test_transactions_see_what_others_have_committed_whatever_the_default_of_the_database(
    owned: Owned, postgres: PostgresServer, database: Database
) -> None:
    name = str(database.url).partition("?")[0].rpartition("/")[2]
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'", name)
    with closing(open_writer(database, 1.0)) as writer, writer.transaction(lock="test"):
        assert writer.select("SELECT note FROM run WHERE run = ?", owned.run) == [(None,)]
        with closing(open_writer(database, 1.0)) as other:
            other.execute("UPDATE run SET note = 'seen' WHERE run = ?", (owned.run,))
        assert writer.select("SELECT note FROM run WHERE run = ?", owned.run) == [("seen",)]


def test_a_user_without_rights_is_told(owned: Owned, postgres: PostgresServer, database: Database) -> None:
    name = postgres.execute("SELECT current_database()", name=str(database.url).split("/")[3].split("?")[0])[0][0]
    if not postgres.execute("SELECT 1 FROM pg_roles WHERE rolname = 'onlooker'"):
        postgres.execute("CREATE ROLE onlooker LOGIN")
    with pytest.raises(ExecutionError, match="does not allow this to the user; GRANT it"):
        Journal.open(Database(database.home, postgres.url(str(name), user="onlooker")))


def test_the_tables_of_another_program_are_left_alone(postgres: PostgresServer, home: Path) -> None:
    name = postgres.create()
    postgres.execute("CREATE TABLE recipes (name TEXT)", name)
    postgres.execute("CREATE SCHEMA fanjet", name)
    for opening in (Journal.open, Reader.open):
        with pytest.raises(ExecutionError, match="holds the tables of another program"):
            opening(Database(home, postgres.url(name)))
    own = Database(home, postgres.url(name) + "&options=-csearch_path%3Dfanjet")
    with pytest.raises(OperationError, match="no runs in postgresql://"):
        Reader.open(own)
    owned = own_run(Journal.open(own), 1)
    owned.write(ends(owned.run, 1, range(20)))
    owned.journal.close()
    with Reader.open(own) as reader:
        assert len(reader.instances(owned.run, 1)) == 20
    assert postgres.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == [(1,)]
    gone = Database(home, postgres.url(name) + "&options=-csearch_path%3Dnowhere")
    with pytest.raises(OperationError, match="CREATE SCHEMA"):
        Journal.open(gone)
    postgres.drop(name)


def test_a_url_of_something_else_is_refused() -> None:
    with pytest.raises(OperationError, match=r"'mysql://me:\*\*\*@there/x', which is no URL of PostgreSQL"):
        Database.at(Path("/home"), "mysql://me:secret@there/x")


def test_nothing_shows_a_password() -> None:
    url = "postgresql://me:p%40ss@there:5433/runs?sslmode=require&password=p%40ss&sslpassword=p%40ss"
    database = Database.at(Path("/home"), url)
    for text in (database.shown, repr(database), f"{database}"):
        assert "p%40ss" not in text
        assert "me:***@there:5433/runs?sslmode=require" in text


def test_a_row_that_another_holds_is_a_temporary_failure(
    owned: Owned, database: Database, journal_factory: Callable[[], Journal]
) -> None:
    assert database.url is not None
    with psycopg.connect(database.url) as other:
        other.execute("SELECT 1 FROM run FOR UPDATE")
        with pytest.raises(ExecutionError, match="locked by another process") as raised:
            owned.write(ends(owned.run, 1, [0]))
        assert raised.value.temporary
    owned.write(ends(owned.run, 1, [0]))


def test_a_takeover_waits_for_a_write_that_is_under_way_and_late_writes_are_refused(
    owned: Owned, journal_factory: Callable[[], Journal], reader: Reader
) -> None:
    """The owner has checked its lease and is about to write: nobody takes the run in between."""
    heir = journal_factory()
    session = heir.begin_session(host="elsewhere", pid=42)
    owned.journal.take_lease(owned.run, owned.session, lease_s=0.0)
    taken: list[object] = []

    def take() -> None:
        try:
            heir.take_lease(owned.run, session, lease_s=60.0)
        except FanjetError as error:
            taken.append(error)
        else:
            taken.append("taken")

    with owned.journal._transaction():
        owned.journal._leases.check([owned.run])
        taker = threading.Thread(target=take)
        taker.start()
        taker.join(0.2)
        assert taken == []
        owned.journal._writer.execute("UPDATE run SET note = 'in time' WHERE run = ?", (owned.run,))
    taker.join()
    assert taken == ["taken"]
    with pytest.raises(ExecutionError, match="process 42 on elsewhere"):
        owned.write(ends(owned.run, 1, [0]))
    assert reader._connection.select("SELECT note FROM run") == [("in time",)]
    assert reader.instances(owned.run, 1) == []


def test_a_commit_after_a_statement_that_failed_is_not_taken_for_one(owned: Owned, reader: Reader) -> None:
    writer = owned.journal._writer

    def swallow() -> None:
        with writer.transaction():
            writer.execute("UPDATE run SET note = 'lost'")
            with pytest.raises(InvariantError, match="refused a statement"):
                writer.select("SELECT nonsense")

    with pytest.raises(InvariantError, match="answered a commit with ROLLBACK"):
        swallow()
    assert reader._connection.select("SELECT note FROM run") == [(None,)]
    owned.write(ends(owned.run, 1, [0]))


def test_a_transaction_inside_another_is_refused_and_the_outer_one_goes_on(owned: Owned, reader: Reader) -> None:
    writer = owned.journal._writer
    with writer.transaction():
        writer.execute("UPDATE run SET note = 'outer'")
        with pytest.raises(InvariantError, match="inside another"), writer.transaction():
            writer.execute("UPDATE run SET note = 'inner'")
    assert reader._connection.select("SELECT note FROM run") == [("outer",)]


def test_a_transaction_that_cannot_begin_leaves_the_connection_usable(
    owned: Owned, database: Database, reader: Reader
) -> None:
    assert database.url is not None
    with psycopg.connect(database.url) as other:
        other.execute("SELECT 1 FROM meta FOR UPDATE")
        with pytest.raises(ExecutionError, match="locked by another process"):
            owned.write(ends(owned.run, 1, [0]))
    owned.write(ends(owned.run, 1, [0]))
    assert len(reader.instances(owned.run, 1)) == 1


@pytest.mark.slow
def test_a_scheduler_that_stands_still_in_a_transaction_does_not_keep_its_runs(
    owned: Owned, database: Database, reader: Reader
) -> None:
    """As one that was sent SIGSTOP: the server ends its transaction, and its late writes are refused."""
    heir = Journal.open(database, busy_timeout_s=30.0)
    session = heir.begin_session(host="elsewhere", pid=42)
    owned.journal.take_lease(owned.run, owned.session, lease_s=0.0)

    def stand_still() -> None:
        with owned.journal._writer.transaction():
            owned.journal._leases.check([owned.run])
            heir.take_lease(owned.run, session, lease_s=60.0)
            owned.journal._writer.execute("UPDATE run SET note = 'late' WHERE run = ?", (owned.run,))

    with pytest.raises(ExecutionError, match="ended a transaction that this process left open") as raised:
        stand_still()
    assert raised.value.temporary
    with pytest.raises(ExecutionError, match="process 42 on elsewhere"):
        owned.write(ends(owned.run, 1, [0]))
    heir.write([ends(owned.run, 1, [0])], [], at=NOW)
    heir.close()
    assert reader._connection.select("SELECT note FROM run") == [(None,)]
    assert len(reader.instances(owned.run, 1)) == 1


def test_texts_with_a_nul_are_kept_with_a_sign_in_its_place(owned: Owned, reader: Reader) -> None:
    extras = {0: TryExtra(error="a\0b", label="\0")}
    owned.write(ends(owned.run, 1, [0], State.FAILED, extras=extras))
    (row,) = reader.instances(owned.run, 1)
    assert (row.error, row.label) == ("a\u2400b", "\u2400")


def test_a_forked_child_that_ends_does_no_harm(owned: Owned, reader: Reader) -> None:
    child = os.fork()
    if child == 0:
        owned.journal.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    owned.write(ends(owned.run, 1, range(100)))
    assert len(reader.instances(owned.run, 1)) == 100


def test_many_processes_may_make_the_tables_at_once(postgres: PostgresServer, home: Path) -> None:
    name = postgres.create()
    script = "import sys, pathlib; from fanjet.store.database.database import Database\n"
    script += "from fanjet.store.journal.journal import Journal\n"
    script += "journal = Journal.open(Database(pathlib.Path(sys.argv[1]), sys.argv[2]))\n"
    script += "print(journal.begin_session(host='h', pid=1))"
    command = [sys.executable, "-c", script, str(home), postgres.url(name)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert sorted(int(child.communicate()[0]) for child in children) == [1, 2, 3, 4]
    postgres.drop(name)


def test_without_the_library_the_extra_is_named(home: Path) -> None:
    script = "import sys; sys.modules['psycopg'] = None\n"
    script += "import pathlib; from fanjet.store.database.database import Database\n"
    script += "from fanjet.store.queries.reader import Reader\n"
    script += "Reader.open(Database(pathlib.Path('/x'), 'postgresql://h/x'))"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "pip install 'fanjet[postgres]'" in child.stderr.splitlines()[-1]


def test_sqlite_needs_nothing_of_psycopg(home: Path) -> None:
    script = "import sys, pathlib; from fanjet.store.journal.journal import Journal\n"
    script += "Journal.open(pathlib.Path(sys.argv[1]))\n"
    script += "heavy = ('psycopg', 'postgres', 'sqlalchemy', 'alembic')\n"
    script += "print([name for name in sys.modules if any(each in name for each in heavy)])"
    child = subprocess.run([sys.executable, "-c", script, str(home)], capture_output=True, text=True, check=True)
    assert child.stdout == "[]\n"
