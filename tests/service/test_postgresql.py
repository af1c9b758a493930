"""Services that share a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres_server import PostgresServer
from service.running import Service


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def two(server: PostgresServer, tmp_path: Path) -> Iterator[tuple[Service, Service]]:
    """Two services on one database, as on two machines; not started."""
    url = server.url(server.create())
    services = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        service = Service(tmp_path / name)
        service.settings |= {"database": url, "workers": "1", "dags": str(tmp_path / "dags")}
        services.append(service)
    yield services[0], services[1]
    for service in services:
        service.close()


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
