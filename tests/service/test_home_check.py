"""Schedulers of one database that do not share their home say so."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from fanjet.bootstrap.service.home_check import HomeCheck
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.service.journal import ServiceJournal

_AT_WORK = "UPDATE session SET role = 'scheduler', until = shared_clock() + 600.0"


def _begin_sessions(database: Database) -> tuple[int, int]:
    with closing(ServiceJournal.open(database)) as journal, closing(open_writer(database, 5.0)) as writer:
        sessions = journal.begin_session(host="one", pid=1), journal.begin_session(host="two", pid=2)
        writer.execute(_AT_WORK)
    return sessions


def _look_thrice(checks: list[HomeCheck]) -> None:
    for minute in range(1, 4):
        for check in checks:
            check.look(minute * 60.0)


def test_another_home_is_told_once(
    postgres_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = _begin_sessions(postgres_database)
    homes = [Database(tmp_path / name, postgres_database.url) for name in "ab"]
    _look_thrice([HomeCheck(homes[0], one, 0.0), HomeCheck(homes[1], two, 0.0)])
    assert [message.partition(",")[0] for message in caplog.messages] == [
        f"Scheduler {two} (process 2 on two) uses the same database",
        f"Scheduler {one} (process 1 on one) uses the same database",
    ]


def test_one_home_is_as_it_should_be(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    checks = [HomeCheck(database, session, 0.0) for session in _begin_sessions(database)]
    _look_thrice(checks)
    for check in checks:
        check.close()
    assert not caplog.messages
    assert not list(database.home.glob("run/*.scheduler"))
