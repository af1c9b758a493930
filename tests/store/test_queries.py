"""What people ask: runs by name, instances by state and place, and that asking changes nothing."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fanjet.errors import OperationError
from fanjet.model.changes import EndRun
from fanjet.model.states import RunStatus, State
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from store.samples import NOW, Owned, ends, make_run, make_spec, own_run, skip


@pytest.fixture
def three_runs(owned: Owned, journal: Journal, session: int) -> Owned:
    """Runs 1 (first), 2 and 3 (manual__2027-01-1...) of one DAG, 4 (first) of another."""
    for run_id in ("manual__2027-01-15", "manual__2027-01-16"):
        own_run(journal, session, run_id)
    version = journal.save_version(make_spec("other"), bundle="b", root="/r", file="f.py")
    journal.create_run(version=version, info=make_run())
    return owned


def test_runs_are_found_by_number_id_and_beginning(three_runs: Owned, reader: Reader) -> None:
    for text, number in [
        ("2", 2),
        ("manual__2027-01-16", 3),
        ("sweep/first", 1),
        ("other/first", 4),
    ]:
        assert reader.find_run(text).info.number == number
    three_runs.journal.create_run(version=1, info=make_run("nightly"))
    assert reader.find_run("nigh").info.run_id == "nightly"


def test_unclear_names_are_refused_with_suggestions(three_runs: Owned, reader: Reader) -> None:
    with pytest.raises(
        OperationError, match=r"More than one run is called 'manual': 3 \(sweep/manual.*Give its number"
    ):
        reader.find_run("manual")
    with pytest.raises(
        OperationError, match=r"More than one run is called 'first': 4 \(other/first\), 1 \(sweep/first"
    ):
        reader.find_run("first")
    with pytest.raises(OperationError, match=r"no run 'manual__2027-01-1S'. Did you mean manual__2027-01-1"):
        reader.find_run("manual__2027-01-1S")
    with pytest.raises(OperationError, match="no run 'manual%'"):
        reader.find_run("manual%")


def test_runs_are_listed_newest_first(three_runs: Owned, reader: Reader) -> None:
    assert [row.info.number for row in reader.list_runs()] == [4, 3, 2, 1]
    assert [row.info.number for row in reader.list_runs("sweep", limit=2)] == [3, 2]
    assert reader.list_runs("nothing") == []


def test_the_latest_unfinished_run_is_one_without_a_living_owner(
    three_runs: Owned, reader: Reader, journal: Journal, session: int
) -> None:
    assert [row.owned for row in reader.list_runs()] == [False, True, True, True]
    latest = reader.latest_unfinished_run()
    assert latest is not None
    assert latest.info.number == 4
    journal.take_lease(4, session, lease_s=1e9)
    assert reader.latest_unfinished_run() is None
    owner = reader.list_runs()[0]
    assert (owner.owner_host, owner.owner_pid) == (socket.gethostname(), os.getpid())
    journal.release_lease(2, session)
    journal.release_lease(3, session)
    journal.write([EndRun(run=1, state=RunStatus.SUCCESS, at=NOW)], [], at=NOW)
    journal.release_lease(1, session)
    found = reader.latest_unfinished_run()
    assert found is not None
    assert found.info.number == 3


def test_the_run_of_a_killed_scheduler_is_free(journal: Journal, reader_factory: Callable[[], Reader]) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    owned = own_run(journal, journal.begin_session(host=socket.gethostname(), pid=dead.pid))
    found = reader_factory().latest_unfinished_run()
    assert found is not None
    assert (found.info.number, found.owned, found.owner_pid) == (owned.run, False, dead.pid)


def test_instances_by_state_place_and_page(owned: Owned, reader: Reader) -> None:
    run = owned.run
    states = [State.FAILED if index % 10 == 0 else State.SUCCESS for index in range(100)]
    owned.write(ends(run, 1, range(100), states), ends(run, 2, range(5), parent=(1,)), ends(run, 2, [0], parent=(2,)))
    failed = reader.instances(run, 1, states=[State.FAILED])
    assert [row.path for row in failed] == [(index,) for index in range(0, 100, 10)]
    page = reader.instances(run, 1, states={State.FAILED, State.SKIPPED}, limit=2, offset=3)
    assert [row.path for row in page] == [(30,), (40,)]
    assert reader.instances(run, 1, states=[]) == []
    assert len(reader.instances(run, 2, (1,))) == 5
    assert [row.path for row in reader.instances(run, 2, (1, 3))] == [(1, 3)]
    assert reader.find_instance(run, 2, (1,)) is None
    assert reader.find_instance(run, 1, (100,)) is None


def test_all_instances_however_many(owned: Owned, reader: Reader) -> None:
    owned.write(ends(owned.run, 1, range(4500)), skip(owned.run, 2, range(10)))
    assert [row.path[0] for row in reader.iter_instances(owned.run, 1)] == list(range(4500))
    assert [row.path for row in reader.iter_instances(owned.run, 2, (3,))] == [(3,)]


def test_durations_and_span_of_a_task(owned: Owned, reader: Reader) -> None:
    owned.write(ends(owned.run, 1, range(10), duration_s=0.001), ends(owned.run, 1, [10], at=NOW + 50, duration_s=3.0))
    counts = reader.counts(owned.run)[1]
    assert (counts.first_started_at, counts.last_ended_at) == (NOW, NOW + 53.0)
    (short, ten), (long, one) = counts.durations
    assert (ten, one) == (10, 1)
    assert short / 2 <= 0.001 < short
    assert long / 2 <= 3.0 < long


def test_a_home_without_runs_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"no runs in .* yet: `fanjet run FILE`"):
        Reader.open(tmp_path)
    assert list(tmp_path.iterdir()) == []
    Journal.open(tmp_path).close()
    with Reader.open(tmp_path) as reader:
        assert reader.list_runs() == []
        assert reader.latest_unfinished_run() is None
        with pytest.raises(OperationError, match="no runs yet"):
            reader.find_run("x")


def test_a_reader_can_neither_write_nor_hold_up_the_writer(owned: Owned, reader: Reader) -> None:
    owned.write(ends(owned.run, 1, range(5000)))
    rows = reader.iter_instances(owned.run, 1)
    next(rows)
    owned.write(ends(owned.run, 1, range(5000, 5010)))
    assert len(list(rows)) == 5009
    with pytest.raises(Exception, match=r"readonly|read-only"):
        reader._connection.execute("DELETE FROM instance")


def test_running_tries_are_those_of_the_owner_without_an_end(
    owned: Owned, reader: Reader, journal_factory: Callable[[], Journal]
) -> None:
    run = owned.run
    owned.write(launches=[owned.launch(1, 0, 4, fence=1), owned.launch(1, 4, 4, fence=2)], at=NOW)
    owned.write(ends(run, 1, [0, 1, 4]), at=NOW)
    owned.write(launches=[owned.launch(1, 6, 2, fence=3)], at=NOW + 2)  # recalled and given to another worker
    running = reader.running(run, 1)
    assert sorted(row.path for row in running) == [(2,), (3,), (5,), (6,), (7,)]
    assert {row.path: row.launched_at for row in running}[6,] == NOW + 2
    owned.write(skip(run, 1, [3], at=NOW + 3), ends(run, 1, [2], State.UP_FOR_RETRY, resume_at={0: NOW + 9}))
    assert sorted(row.path for row in reader.running(run, 1)) == [(5,), (6,), (7,)]
    owned.write(launches=[owned.launch(1, 2, 1, fence=4, try_number=2)], at=NOW + 9)
    found = reader.find_running(run, 1, (2,))
    assert found is not None
    assert (found.try_number, found.worker) == (2, 3)
    owned.journal.release_lease(run, owned.session)
    assert reader.running(run, 1) == []
    heir = journal_factory()
    heir.take_lease(run, heir.begin_session(host="h", pid=1), lease_s=9.0)
    assert reader.running(run, 1) == []
    assert [row.state for row in reader.tries(run, 1, (2,))] == [State.UP_FOR_RETRY]
