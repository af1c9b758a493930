"""The clock that the processes of one machine share goes on as before when the time of day is set."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from fanjet.errors import RunOwnedError
from fanjet.store.database.connections import open_reader, open_writer
from fanjet.store.database.copying import copy_database
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from store.samples import own_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its starts apart")


class TimeOfDay:
    """It can be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = time.time
        self.ahead_s = 0.0
        monkeypatch.setattr(time, "time", lambda: right() + self.ahead_s)


@pytest.fixture
def time_of_day(monkeypatch: pytest.MonkeyPatch) -> TimeOfDay:
    return TimeOfDay(monkeypatch)


def tell(connection: Connection) -> float:
    ((at,),) = connection.select("SELECT shared_clock()")
    return float(at)


def find_row(connection: Connection) -> str:
    ((value,),) = connection.select("SELECT value FROM meta WHERE key = 'clock'")
    return str(value)


@pytest.mark.parametrize("ahead_s", [7_200.0, -7_200.0])
def test_a_live_run_stays_where_it_is_whatever_the_time_of_day_is_set_to(
    home: Path, time_of_day: TimeOfDay, ahead_s: float
) -> None:
    """Also for processes that begin after it was set."""
    one = Journal.open(home)
    owned = own_run(one, one.begin_session(host="elsewhere", pid=1))
    early = Journal.open(home)
    early_session = early.begin_session(host="here", pid=1)
    time_of_day.ahead_s = ahead_s
    late = Journal.open(home)
    for journal, session in ((early, early_session), (late, late.begin_session(host="here", pid=2))):
        with pytest.raises(RunOwnedError, match=r"has (59|60) s left"):
            journal.take_lease(owned.run, session, lease_s=60.0)
    with Reader.open(home) as reader:
        assert [run.owned for run in reader.list_runs()] == [True]
    one.take_lease(owned.run, owned.session, lease_s=0.0)
    late.take_lease(owned.run, session, lease_s=60.0)
    for journal in (one, early, late):
        journal.close()


def test_it_begins_with_the_time_of_day_when_the_machine_was_started(home: Path, time_of_day: TimeOfDay) -> None:
    with closing(open_writer(home, 1.0)) as connection:
        assert tell(connection) == pytest.approx(time.time(), abs=1.0)
        connection.execute("UPDATE meta SET value = 'another-start 12345.5' WHERE key = 'clock'")
    time_of_day.ahead_s = 300.0
    with closing(open_reader(home)) as connection:  # it goes by the time of day, and writes nothing
        assert tell(connection) == pytest.approx(time.time(), abs=1.0)
        assert find_row(connection) == "another-start 12345.5"
    with closing(open_writer(home, 1.0)) as first, closing(open_writer(home, 1.0)) as second:
        time_of_day.ahead_s = 0.0
        for connection in (first, second):
            assert tell(connection) == pytest.approx(time.time() + 300.0, abs=1.0)
        with closing(open_reader(home)) as reader:
            assert tell(reader) == pytest.approx(tell(first), abs=0.1)


def test_a_copy_has_a_clock_of_its_own(home: Path, tmp_path: Path, time_of_day: TimeOfDay) -> None:
    owned = own_run(journal := Journal.open(home), journal.begin_session(host="h", pid=1))
    owned.journal.release_lease(owned.run, owned.session)
    journal.close()
    time_of_day.ahead_s = 300.0
    copy_database(Database(home), Database(tmp_path / "copy"), lambda *_: None)
    with closing(open_reader(home)) as source, closing(open_reader(tmp_path / "copy")) as copy:
        assert tell(copy) - tell(source) == pytest.approx(300.0, abs=1.0)


def test_leases_from_before_a_start_with_a_clock_that_was_behind_hold_nobody_up(
    home: Path, time_of_day: TimeOfDay
) -> None:
    """As of a machine without a clock of its own: its time of day is put right only after it has started."""
    owned = own_run(journal := Journal.open(home), journal.begin_session(host="elsewhere", pid=1))
    journal.take_lease(owned.run, owned.session, lease_s=15.0)
    with closing(open_writer(home, 1.0)) as connection:
        connection.execute("UPDATE meta SET value = 'another-start 12345.5' WHERE key = 'clock'")
    time_of_day.ahead_s = -7_200.0
    with closing(Journal.open(home)) as late:
        late.take_lease(owned.run, late.begin_session(host="here", pid=2), lease_s=15.0)
    journal.close()


def test_leases_of_a_clock_that_was_ahead_are_over_in_a_copy(
    home: Path, tmp_path: Path, time_of_day: TimeOfDay
) -> None:
    time_of_day.ahead_s = 7_200.0
    owned = own_run(journal := Journal.open(home), journal.begin_session(host="elsewhere", pid=1))
    journal.take_lease(owned.run, owned.session, lease_s=0.0)
    journal.close()
    time_of_day.ahead_s = 0.0
    copy_database(Database(home), Database(tmp_path / "copy"), lambda *_: None)
    with closing(Journal.open(tmp_path / "copy")) as copy:
        copy.take_lease(owned.run, copy.begin_session(host="here", pid=2), lease_s=15.0)
