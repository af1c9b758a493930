"""Fixtures for tests that run on every kind of database: take `database`, and hand it to what opens the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fanjet.store.database.database import Database

if TYPE_CHECKING:
    from postgres_server import PostgresServer


#: For tests of what SQLite alone does, or of what has nothing to do with the kind of database.
ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server of this process, with a template that has the tables."""
    from fanjet.store.database.connections import open_writer
    from postgres_server import PostgresServer

    server = PostgresServer()
    try:
        server.start()
        server.execute("CREATE DATABASE tables")
        open_writer(Database(Path("/none"), server.url("tables")), 5.0).close()
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres_database(tmp_path: Path, postgres: PostgresServer) -> Iterator[Database]:
    """A database on the server with empty tables."""
    name = postgres.create("tables")
    yield Database(tmp_path / "home", postgres.url(name))
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Every kind of database there is; the home is there only for PostgreSQL, which does not make it."""
    if request.param == "sqlite":
        return Database(tmp_path / "home")
    found = request.getfixturevalue("postgres_database")
    assert isinstance(found, Database)
    found.home.mkdir()
    return found
