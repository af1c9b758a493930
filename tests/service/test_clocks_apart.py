"""Services on machines whose clocks are wrong, and are set while they work, on one PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from postgres_server import PostgresServer
from service.running import Service
from service.test_clock import Clock
from service.test_takeover import can_be_elsewhere

_RUNS = 4
_LONG = """
import os, time
from pathlib import Path
from fanjet import dag, get_current_context, task

folder = Path(os.environ["TRACE"])

@dag
def long():
    @task
    def work(item):
        with (folder / "begun").open("a") as begun:
            begun.write(f"{get_current_context()['run_id']} {item}\\n")
        while not (folder / "go").exists():
            time.sleep(0.05)

    work.expand(item=[0, 1, 2])

long()
"""


class Machine:
    """A service with a clock of its own; its processes cannot be looked up from elsewhere, where that can be had."""

    def __init__(self, folder: Path, home: Path, url: str, dags: Path) -> None:
        folder.mkdir()
        self.service = Service(folder)
        self.service.home = home
        self.service.settings |= {"database": url, "workers": "1", "dags": str(dags)}
        self.service.variables["TRACE"] = str(home.parent)
        self.clock = Clock(self.service, folder)


@pytest.fixture
def machines(server: PostgresServer, tmp_path: Path) -> Iterator[tuple[str, Machine, Machine]]:
    """The name of their database, and two of them."""
    name = server.create()
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "long.py").write_text(_LONG)
    made = [Machine(tmp_path / each, tmp_path / "home", server.url(name), dags) for each in ("one", "two")]
    yield name, made[0], made[1]
    for machine in made:
        machine.service.close()


@pytest.mark.slow
def test_wrong_clocks_take_nothing_from_anybody(
    server: PostgresServer,
    machines: tuple[str, Machine, Machine],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, one, two = machines
    two.clock.set(600)
    one.service.start()
    one.service.wait_until(lambda: one.service.ask("/api/v1/dags/long")[0] == 200, "the DAG is known")
    two.service.start(elsewhere=can_be_elsewhere())
    two.service.wait_until(lambda: _alive(one) == _alive(two) == 2, "each knows of the other")
    for _ in range(_RUNS):
        one.service.ask("/api/v1/dags/long/runs", {})
    owners = "SELECT run, lease_session, lease_fence FROM run ORDER BY run"
    under_way = "SELECT count(DISTINCT lease_session), count(*) FROM run WHERE state = 1"
    two.service.wait_until(lambda: server.execute(under_way, name) == [(2, _RUNS)], "they share the runs")
    before = server.execute(owners, name)
    for ahead_s in ((0, -600), (0, 0), (-3600, 600), (3600, -600)):
        for machine, seconds in zip((one, two), ahead_s, strict=True):
            machine.clock.set(seconds)
        time.sleep(2.0)
        assert server.execute(owners, name) == before, f"with clocks that are {ahead_s} s ahead"
        assert _alive(one) == _alive(two) == 2
    begun = (tmp_path / "begun").read_text().splitlines()
    assert len(begun) == len(set(begun)), "no try ran twice"
    pid = one.service.get_role("scheduler").pid
    of_it = f"lease_session = (SELECT session FROM session WHERE pid = {pid})"
    of_one = f"SELECT count(*) FROM run WHERE state = 1 AND {of_it}"
    killed_at = time.monotonic()
    psutil.Process(one.service.pid).kill()
    two.service.wait_until(lambda: server.execute(of_one, name) == [(0,)], "the other goes on")
    took_s = time.monotonic() - killed_at
    with capsys.disabled():
        print(f"\nwith clocks an hour apart: taken over after {took_s:.2f} s")
    assert took_s <= 5.0 + (0 if os.getloadavg()[0] < 1 else 3.0)
    (tmp_path / "go").touch()
    ended = "SELECT count(*), min(state), max(state) FROM run WHERE ended_at IS NOT NULL"
    two.service.wait_until(lambda: server.execute(ended, name) == [(_RUNS, 2, 2)], "all runs succeed")
    assert "of the database server" in two.service.text()


def _alive(machine: Machine) -> object:
    return machine.service.ask("/health")[1]["schedulers_alive"]
