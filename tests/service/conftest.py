from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres_server import PostgresServer
from service.running import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    found = Service(tmp_path)
    yield found
    found.close()


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL that keeps what it has promised when it is killed."""
    server = PostgresServer(("shared_buffers=32MB", "max_connections=60"))
    server.start()
    yield server
    server.close()
