"""A scheduler whose database is far away spends its time on its runs, not on looking for what nobody has asked."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest

from fanjet.scheduler.rests import find_rest_s
from fanjet.store.database.database import Database
from fanjet.testing.virtual_clock import VirtualClock
from postgres_server import PostgresServer
from scheduler.service_world import START, Member
from store.cutting_proxy import CuttingProxy


def test_commands_are_looked_for_seldom_where_that_takes_long_and_at_once_when_somebody_rings(
    postgres: PostgresServer, postgres_database: Database
) -> None:
    postgres_database.home.mkdir()
    with tempfile.TemporaryDirectory(prefix="fj") as folder, CuttingProxy(Path(folder), postgres.folder) as proxy:
        url = str(postgres_database.url).replace(str(postgres.folder), folder)
        member = Member(Database(postgres_database.home, url), [], VirtualClock(START))
        commands = member.scheduler.commands
        proxy.delay_s, before, began_at = 0.05, proxy.trips, time.monotonic()
        while time.monotonic() < began_at + 0.7:
            assert not list(commands.obey())
        assert proxy.trips - before == 1
        commands.ask_now()
        assert not list(commands.obey())
        assert proxy.trips - before == 2
        proxy.delay_s = 0.0
        proxy.cut_all()


@pytest.mark.parametrize(("took_s", "rest_s"), [(0.005, 0.0), (0.1, 0.72), (60.0, 5.0)])
def test_looking_takes_a_tenth_of_the_time_and_no_pause_is_long(took_s: float, rest_s: float) -> None:
    assert find_rest_s(took_s) == pytest.approx(rest_s)
