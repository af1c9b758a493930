"""A scheduler whose clock differs from the database server's says so."""

from __future__ import annotations

import time

import pytest

from fanjet.scheduler.clock_check import ClockCheck
from fanjet.store.database.database import Database
from fanjet.store.service.journal import ServiceJournal


def test_a_clock_that_differs_is_told_once(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    ahead_s = 6.0
    journal = ServiceJournal.open(database)
    check = ClockCheck(journal, lambda: time.time() + ahead_s)
    for minute in range(3):
        check.look(minute * 60.0)
    on_server = database.url is not None
    assert len(caplog.messages) == on_server
    ahead_s = 0.0
    check.look(180.0)
    ahead_s = -3600.0
    check.look(200.0)  # not yet
    assert len(caplog.messages) == on_server
    check.look(240.0)
    journal.close()
    if on_server:
        assert "s ahead of that of the database server. By so much too early" in caplog.messages[0]
        assert "s behind that of the database server. By so much too late" in caplog.messages[1]
    else:
        assert not caplog.messages  # the file is on this machine
