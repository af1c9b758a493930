"""How often the scheduler waits for a PostgreSQL that may be far away, and that what waits together fails as before."""

from __future__ import annotations

import math
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from fanjet.errors import ExecutionError, InvariantError, LeaseLostError
from fanjet.model.changes import EndInstances, EndRun, Record, SetMapLength
from fanjet.model.launches import Launch
from fanjet.model.states import RunStatus, State
from fanjet.store.database import postgres_connection
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from fanjet.store.service.journal import ServiceJournal
from postgres_server import PostgresServer
from store.cutting_proxy import CuttingProxy
from store.samples import NOW, Owned, check_summaries, ends, make_run, make_spec, own_run


@pytest.fixture
def database(postgres_database: Database, home: Path) -> Database:
    home.mkdir()
    return postgres_database


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[CuttingProxy]:
    with tempfile.TemporaryDirectory(prefix="fj") as folder, CuttingProxy(Path(folder), postgres.folder) as proxy:
        yield proxy
        proxy.cut_all()


@pytest.fixture
def distant(proxy: CuttingProxy, database: Database) -> Iterator[Owned]:
    """A scheduler whose round trips are counted; it has seen its tables before."""
    url = str(database.url)
    server = url.split("host=")[1]
    journal = Journal.open(Database(database.home, url.replace(server, str(proxy.folder))), busy_timeout_s=5.0)
    owned = own_run(journal, journal.begin_session(host="here", pid=1))
    owned.write(
        ends(owned.run, 1, range(1000, 1010)), _skip(owned, 0, range(10)), launches=_launch(owned, range(2000, 2010))
    )
    yield owned
    journal.close()


def _skip(owned: Owned, parent: int, indexes: range, task: int = 2) -> EndInstances:
    return EndInstances(run=owned.run, task=task, parent=(parent,), indexes=indexes, state=State.SKIPPED, at=NOW)


def _launch(owned: Owned, fences: range) -> list[Launch]:
    return [owned.launch(1, fence, 1, fence=fence) for fence in fences]


@contextmanager
def taking(trips: int, proxy: CuttingProxy) -> Iterator[None]:
    """What is inside takes so many round trips, of a length at which they can be told apart."""
    proxy.delay_s, before = 0.03, proxy.trips
    yield
    taken, proxy.delay_s = proxy.trips - before, 0.0
    assert taken == trips


_BATCHES: dict[str, Callable[[Owned], tuple[list[Record], list[Launch]]]] = {
    "an end and a launch": lambda owned: ([ends(owned.run, 1, [0])], _launch(owned, range(1))),
    "many of both": lambda owned: ([ends(owned.run, 1, range(300))], _launch(owned, range(300))),
    "of a task that nothing is known of": lambda owned: ([ends(owned.run, 0, [-1])], _launch(owned, range(1))),
    "only launches": lambda owned: ([], _launch(owned, range(20))),
    "a retry": lambda owned: ([ends(owned.run, 1, [1000], State.UP_FOR_RETRY, resume_at={0: NOW})], []),
    "what was recorded before": lambda owned: ([ends(owned.run, 1, range(1000, 1010), try_number=2)], []),
    "skips of many places": lambda owned: (
        [_skip(owned, parent, range(5), task) for parent in range(1, 9) for task in (2, 3)],
        [],
    ),
    "the end of a run": lambda owned: (
        [
            ends(owned.run, 1, [0]),
            SetMapLength(run=owned.run, map=1, parent=(), count=3),
            _skip(owned, 1, range(3)),
            EndRun(run=owned.run, state=RunStatus.SUCCESS, at=NOW),
        ],
        [],
    ),
}


@pytest.mark.parametrize("what", _BATCHES)
def test_a_batch_takes_two_round_trips(distant: Owned, proxy: CuttingProxy, what: str, database: Database) -> None:
    records, launches = _BATCHES[what](distant)
    with taking(2, proxy):
        distant.write(*records, launches=launches)
    with Reader.open(database) as reader:
        check_summaries(reader, distant.run)


def test_leases_are_renewed_and_given_back_in_two_round_trips(distant: Owned, proxy: CuttingProxy) -> None:
    with taking(2, proxy):
        distant.journal.renew_leases(distant.session, lease_s=60.0)
    with taking(2, proxy):
        distant.journal.release_lease(distant.run, distant.session)


def test_runs_start_in_as_many_round_trips_as_one(distant: Owned, proxy: CuttingProxy) -> None:
    journal = ServiceJournal(distant.journal._writer, distant.journal._reader)
    version = journal.save_version(make_spec("many"), bundle="b", root="/dags", file="many.py")
    for trips, wanted in ((9, 20), (9, 1)):
        for number in range(wanted):
            journal.queue_run("many", version, make_run(f"{wanted}-{number}"))
        with taking(trips, proxy):
            started = journal.start_queued(
                distant.session, wanted=50, find_most_active=lambda *_: None, lease_s=60.0, at=NOW
            )
        assert [info.run_id for info, _ in started.runs] == [f"{wanted}-{number}" for number in range(wanted)]
    runs = [info.number for info, _ in started.runs]
    journal.write([EndRun(run=run, state=RunStatus.SUCCESS, at=NOW) for run in runs], [], at=NOW)


def test_the_leases_of_hundreds_of_runs_are_looked_at_in_one_round_trip(distant: Owned, proxy: CuttingProxy) -> None:
    journal = ServiceJournal(distant.journal._writer, distant.journal._reader)
    version = journal.save_version(make_spec("many"), bundle="b", root="/dags", file="many.py")
    for number in range(230):
        journal.queue_run("many", version, make_run(f"{number}"))
    started = journal.start_queued(distant.session, wanted=500, find_most_active=lambda *_: None, lease_s=60.0, at=NOW)
    records = [EndRun(run=info.number, state=RunStatus.SUCCESS, at=NOW) for info, _ in started.runs]
    assert len(records) == 230
    with taking(2, proxy):
        journal.write(records, [], at=NOW)


def test_a_commit_is_sent_when_its_mark_is_known_to_be_there(distant: Owned, proxy: CuttingProxy) -> None:
    """Else a server that has not read yet what was sent could still carry out what was taken for lost."""
    writer = distant.journal._writer
    with taking(2, proxy), writer.transaction():
        writer.execute("UPDATE run SET note = 'x'")


def test_reads_that_belong_together_take_one_round_trip_each_and_one_at_the_end(
    distant: Owned, proxy: CuttingProxy
) -> None:
    reader = distant.journal._reader
    with taking(4, proxy), reader.moment():
        for _ in range(3):
            assert reader.select("SELECT 1") == [(1,)]


def test_a_batch_with_a_run_that_was_taken_away_is_not_written_and_says_which(
    distant: Owned, database: Database, journal_factory: Callable[[], Journal]
) -> None:
    other = own_run(distant.journal, distant.session, "second")
    heir = journal_factory()
    session = heir.begin_session(host="elsewhere", pid=42)
    with heir._transaction():
        heir._writer.execute("UPDATE run SET lease_until = 0 WHERE run = ?", (other.run,))
    heir.take_lease(other.run, session, lease_s=60.0)
    records = [ends(distant.run, 1, range(5)), ends(other.run, 1, range(5))]
    with pytest.raises(LeaseLostError) as raised:
        distant.journal.write(records, [], at=NOW)
    assert raised.value.runs == {other.run}
    distant.write(records[0])
    with Reader.open(database) as reader:
        assert len(reader.instances(distant.run, 1)) == 15
        assert reader.instances(other.run, 1) == []
        check_summaries(reader, distant.run)


def test_a_statement_refused_in_the_middle_of_a_batch_leaves_nothing_and_is_named(
    distant: Owned, database: Database
) -> None:
    """Also when the server has been told to prepare statements that then were passed over."""
    launches = _launch(distant, range(2000, 2003))  # as were written before
    for index in range(8):
        with pytest.raises(InvariantError, match=r"refused a statement: duplicate key .*launch"):
            distant.write(ends(distant.run, 1, range(5)), _skip(distant, index + 1, range(3)), launches=launches)
        distant.write(ends(distant.run, 1, [20 + index]), launches=_launch(distant, range(20 + index, 21 + index)))
    with Reader.open(database) as reader:
        assert [row.path[-1] for row in reader.instances(distant.run, 1)] == [*range(20, 28), *range(1000, 1010)]
        check_summaries(reader, distant.run)


def test_what_follows_a_refused_statement_is_refused_too(distant: Owned) -> None:
    writer = distant.journal._writer

    def go_on() -> None:
        with writer.transaction():
            with pytest.raises(InvariantError, match="nonsense"):
                writer.select("SELECT nonsense")
            with pytest.raises(InvariantError, match="current transaction is aborted"):
                writer.select("SELECT 1")

    with pytest.raises(InvariantError, match="answered a commit with ROLLBACK"):
        go_on()
    distant.write(ends(distant.run, 1, [0]))


def test_a_server_that_dies_between_the_trips_of_a_batch_is_a_temporary_failure(
    distant: Owned, proxy: CuttingProxy, database: Database
) -> None:
    def write_halves() -> None:
        with distant.journal._transaction():
            distant.journal._leases.check([distant.run])
            proxy.cut_all()
            distant.journal._writer.execute("UPDATE run SET note = 'half'")

    with pytest.raises(ExecutionError, match="cannot be reached") as raised:
        write_halves()
    assert raised.value.temporary
    distant.write(ends(distant.run, 1, [0]))
    with Reader.open(database) as reader:
        assert reader._connection.select("SELECT note FROM run") == [(None,)]
        check_summaries(reader, distant.run)


def test_an_answer_that_was_not_asked_for_in_its_transaction_is_no_answer(distant: Owned) -> None:
    writer = distant.journal._writer
    with writer.transaction():
        seen, unseen = writer.execute("SELECT 1"), writer.execute("SELECT 2")
        assert seen.fetchone() == (1,)
        late = writer.execute("SELECT 3")
        with pytest.raises(ExecutionError, match="lost"):
            raise ExecutionError("lost")
    assert unseen.fetchone() == (2,)
    assert late.fetchone() == (3,), "it travelled with the commit"
    with pytest.raises(InvariantError, match="outside of a transaction"):
        list(writer.select_each("SELECT ?", [(1,)]))


def test_a_libpq_without_pipelines_takes_a_trip_for_each_statement(
    distant: Owned, proxy: CuttingProxy, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psycopg.Pipeline, "is_supported", lambda: False)
    before = proxy.trips
    for index in range(7):
        launches = _launch(distant, range(index, index + 1))
        distant.write(
            ends(distant.run, 1, range(5 * index, 5 * index + 5)), _skip(distant, 1, range(3)), launches=launches
        )
    assert proxy.trips - before > 7 * 7
    with pytest.raises(InvariantError, match="duplicate key"):
        distant.write(ends(distant.run, 1, [50]), launches=_launch(distant, range(2000, 2001)))
    distant.write(ends(distant.run, 1, [50]))
    with Reader.open(database) as reader:
        assert len(reader.instances(distant.run, 1)) == 46
        check_summaries(reader, distant.run)


def test_more_statements_than_are_kept_prepared(distant: Owned) -> None:
    writer = distant.journal._writer
    for _ in range(7):
        with writer.transaction():
            answers = [writer.execute(f"SELECT {number} + ?", (1,)) for number in range(130)]
            assert [answer.fetchone()[0] for answer in answers] == list(range(1, 131))
    distant.write(ends(distant.run, 1, [0]))


_TEXTS = ("", "a", "\0b\0", "é€😀", None, "x" * 10_000)
_NUMBERS = (0, -1, (1 << 63) - 1, -(1 << 63), None, True)
_FLOATS = (0.5, -math.inf, 1e308, 3, None, 1_700_000_000.123456)
_BYTES = (b"", b"\0\xff", None, b"y" * 100_000, bytearray(b"z"), b"1")


@pytest.mark.parametrize("at_once", [2, 3, 1000])
def test_rows_arrive_as_they_are_whatever_is_in_them(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(postgres_connection, "_ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(postgres_connection, "_LARGEST_BYTES", 120_000)
    writer = open_writer(database, 5.0)
    with writer.transaction():
        writer.execute("CREATE TABLE sample (n BIGINT, f DOUBLE PRECISION, t TEXT, b BYTEA, at BIGINT)")
        rows = list(zip(_NUMBERS, _FLOATS, _TEXTS, _BYTES, range(6), strict=True))
        writer.insert("sample", ("n", "f", "t", "b", "at"), iter([*rows, *rows]))
    found = writer.select("SELECT n, f, t, b FROM sample WHERE ? = 1 ORDER BY at", 1)
    shown = [(n, f, t and t.replace("\0", "\u2400"), b, at) for n, f, t, b, at in rows]
    assert found == [row[:4] for row in shown for _ in range(2)]
    writer.close()
    postgres_connection._types.clear()


@pytest.mark.parametrize("count", [1, 3])
def test_a_value_that_no_column_takes_leaves_nothing(distant: Owned, database: Database, count: int) -> None:
    with pytest.raises((OverflowError, struct.error)):
        distant.write(
            ends(distant.run, 1, range(count), item_counts=[1 << 70] * count), launches=_launch(distant, range(5))
        )
    distant.write(ends(distant.run, 1, range(count)), launches=_launch(distant, range(5)))
    with Reader.open(database) as reader:
        check_summaries(reader, distant.run)
