"""Services that share a PostgreSQL database."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres_server import PostgresServer
from service.running import Service
from store.cutting_proxy import CuttingProxy


@pytest.fixture
def two(server: PostgresServer, tmp_path: Path) -> Iterator[tuple[Service, Service]]:
    """Two services on one database, as on two machines; not started."""
    url = server.url(server.create())
    services = []
    (tmp_path / "dags").mkdir()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        service = Service(tmp_path / name)
        service.settings |= {"database": url, "workers": "1", "dags": str(tmp_path / "dags")}
        services.append(service)
    yield services[0], services[1]
    for service in services:
        service.close()


_MANY = """
import time
from fanjet import dag, task

@dag
def many():
    @task
    def find():
        return list(range(60))

    @task
    def work(item):
        time.sleep(0.1)
        return item

    @task
    def add(items):
        return sum(items)

    add(work.expand(item=find()))

many()
"""


@pytest.mark.timeout(200)
@pytest.mark.slow
def test_a_slow_database_delays_and_a_lost_one_interrupts_but_nothing_is_lost(
    server: PostgresServer, service: Service, tmp_path: Path
) -> None:
    """Each piece of each connection takes 40 ms, then longer than a lease holds; then all connections are cut."""
    name = server.create()
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "many.py").write_text(_MANY)
    with tempfile.TemporaryDirectory(prefix="fj") as folder, CuttingProxy(Path(folder), server.folder) as proxy:
        url = f"postgresql://postgres@/{name}?host={folder}"
        service.settings |= {"database": url, "workers": "1", "schedulers": "2", "dags": str(tmp_path / "dags")}
        service.start()
        service.wait_until(lambda: service.ask("/api/v1/dags/many")[0] == 200, "the DAG is known")
        service.wait_until(lambda: service.ask("/health")[1]["schedulers_alive"] == 2, "both are at work")

        proxy.delay_s = 0.04
        slow = [service.ask("/api/v1/dags/many/runs", {})[1]["run"] for _ in range(2)]
        service.wait_until(lambda: _count(server, name, slow) > 20, "a slow database is no obstacle")
        assert "taken over" not in service.text(), "the leases are kept"

        proxy.delay_s = 5.0
        time.sleep(6.0)
        proxy.delay_s = 0.0
        between = _count(server, name, slow)
        service.wait_until(lambda: _count(server, name, slow) > between + 5, "it goes on")
        proxy.cut_all()
        service.wait_until(lambda: [_find_state(server, name, run) for run in slow] == [2, 2], "the runs succeed")
        assert _count(server, name, slow) == 120
        sums = server.execute("SELECT value FROM instance WHERE task = 2", name)
        assert [json.loads(bytes(value)[1:]) for (value,) in sums] == [sum(range(60))] * 2
        service.wait_until(lambda: service.ask("/health")[1]["schedulers_alive"] == 2, "both are at work")
        assert "Traceback" not in service.text()
        service.close()


def _count(server: PostgresServer, name: str, runs: list[int]) -> int:
    """How many instances of the map have succeeded, as the database says without the proxy."""
    numbers = ", ".join(map(str, runs))
    ((count,),) = server.execute(
        f"SELECT count(*) FROM instance WHERE task = 1 AND state = 3 AND run IN ({numbers})", name
    )
    assert isinstance(count, int)
    return count


def _find_state(server: PostgresServer, name: str, run: int) -> object:
    return server.execute(f"SELECT state FROM run WHERE run = {run}", name)[0][0]


@pytest.mark.timeout(200)
@pytest.mark.slow
def test_services_share_a_database_and_outlive_its_restart(
    server: PostgresServer, two: tuple[Service, Service]
) -> None:
    one, other = two
    one.start()
    other.start()
    one.wait_until(lambda: one.ask("/health")[1]["schedulers_alive"] == 2, "both are at work")
    assert other.ask("/health")[0] == 200
    server.kill()
    one.wait_until(lambda: one.ask("/health")[1]["status"] == "no database", "it is noticed")
    assert one.ask("/api/v1/dags")[0] == 503
    server.start()
    one.wait_until(lambda: one.ask("/health")[1]["schedulers_alive"] == 2, "both are at work again")
    assert "Traceback" not in one.text()
