"""Kills and pauses of single processes of a service with two schedulers: nothing is lost or changed."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from fanjet.store.database.connections import open_reader
from fanjet.store.database.database import Database
from postgres_server import PostgresServer
from service.running import Service

_WORK, _SUCCESS, _COUNT = 1, 3, 80
_DAG = """
import time
from fanjet import dag, task

@dag
def many():
    @task
    def find():
        return list(range(80))

    @task(retries=3, retry_delay=0.1)
    def work(item):
        time.sleep(0.1)
        return item

    @task
    def add(items):
        return sum(items)

    add(work.expand(item=find()))

many()
"""


class Running:
    """A service that carries out a run, and what its database says of it."""

    def __init__(self, service: Service, database: Database) -> None:
        self.service = service
        self._database = database

    def select(self, statement: str) -> list[Any]:
        """Rows of the database."""
        reader = open_reader(self._database, 10.0)
        try:
            return list(reader.select(statement))
        finally:
            reader.close()

    def list_ended(self) -> dict[bytes, tuple[Any, ...]]:
        """What is recorded of the instances that have succeeded, by path."""
        columns = "path, try_number, started_at, ended_at, value"
        rows = self.select(f"SELECT {columns} FROM instance WHERE task = {_WORK} AND state = {_SUCCESS}")
        return {bytes(path): (*rest, bytes(value)) for path, *rest, value in rows}

    def wait_for(self, count: int) -> None:
        """Wait until so many have succeeded."""
        self.service.wait_until(lambda: len(self.list_ended()) >= count, f"{count} have ended")

    def find_owner(self) -> int | None:
        """The process of the scheduler that carries the run out, while there is one."""
        rows = self.select("SELECT s.pid FROM run AS r JOIN session AS s ON s.session = r.lease_session")
        return int(rows[0][0]) if rows else None

    def get_owner(self) -> psutil.Process:
        """As `find_owner`, waiting for one."""
        self.service.wait_until(lambda: self.find_owner() is not None, "there is a scheduler")
        return psutil.Process(self.find_owner())

    def check_end(self, before: dict[bytes, tuple[Any, ...]]) -> None:
        """The run succeeds, and what was recorded `before` is as it was."""
        ended = "SELECT state FROM run WHERE ended_at IS NOT NULL"
        self.service.wait_until(lambda: self.select(ended), "the run ends")
        assert self.select(ended) == [(2,)]
        after = self.list_ended()
        assert len(after) == _COUNT
        assert {path: after[path] for path in before} == before
        ((total,),) = self.select("SELECT value FROM instance WHERE task = 2")
        assert json.loads(bytes(total)[1:]) == sum(range(_COUNT))
        assert "Traceback" not in self.service.text()


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, service: Service, tmp_path: Path) -> Iterator[Running]:
    """Two schedulers, one of which carries out a run of 80 short tries."""
    url = None
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        url = server.url(server.create())
        service.settings["database"] = url
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "many.py").write_text(_DAG)
    service.settings |= {"schedulers": "2", "workers": "1", "dags": str(tmp_path / "dags")}
    service.start()
    service.wait_until(lambda: service.ask("/api/v1/dags/many")[0] == 200, "the DAG is known")
    service.wait_until(lambda: service.ask("/health")[1]["schedulers_alive"] == 2, "both are at work")
    service.ask("/api/v1/dags/many/runs", {})
    found = Running(service, Database(service.home, url))
    found.wait_for(5)
    yield found
    service.close()


@pytest.mark.slow
def test_the_late_writes_of_a_paused_scheduler_are_refused(running: Running) -> None:
    owner = running.get_owner()
    owner.suspend()
    running.service.wait_until(lambda: running.find_owner() not in (None, owner.pid), "the other one goes on")
    running.wait_for(20)
    before = running.list_ended()
    owner.resume()
    running.service.wait_until(lambda: "was taken over by another scheduler" in running.service.text(), "it is told so")
    assert running.find_owner() != owner.pid
    assert owner.is_running(), "it is at work as before"
    running.check_end(before)


@pytest.mark.slow
def test_a_killed_scheduler_leaves_all_to_others(running: Running) -> None:
    before = running.list_ended()
    running.get_owner().kill()
    running.check_end(before)


@pytest.mark.slow
def test_a_killed_worker_costs_its_own_try(running: Running) -> None:
    before = running.list_ended()
    leaves = [each for each in running.get_owner().children(recursive=True) if not each.children()]
    assert leaves
    for leaf in leaves:
        leaf.kill()
    running.check_end(before)
    ((retried,),) = running.select(f"SELECT count(*) FROM instance WHERE task = {_WORK} AND try_number > 1")
    assert retried <= len(leaves)


@pytest.mark.slow
@pytest.mark.parametrize("running", ["postgresql"], indirect=True)
def test_a_database_server_that_is_killed_under_load(running: Running, server: PostgresServer) -> None:
    before = running.list_ended()
    for _ in range(2):
        server.kill()
        time.sleep(0.5)
        server.start()
        running.wait_for(len(before) + 10)
        before = running.list_ended()
    running.check_end(before)


@pytest.mark.slow
def test_a_killed_folder_process_and_server_do_not_concern_runs(running: Running) -> None:
    before = running.list_ended()
    for kind in ("folder", "server"):
        os.kill(running.service.get_role(kind).pid, signal.SIGKILL)
    assert running.service.ask("/health")[1]["schedulers_alive"] == 2
    running.check_end(before)
