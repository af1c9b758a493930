"""A pooler that lends whole sessions serves; one that lends single transactions is found out, and left as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import psycopg
import pytest

from fanjet.errors import ExecutionError
from fanjet.store.database.connections import open_reader, open_writer
from fanjet.store.database.database import Database
from postgres_server import PostgresServer
from store.lending_pooler import LendingPooler, Loan

Pool: TypeAlias = Callable[[Loan], LendingPooler]


@pytest.fixture
def pool(postgres: PostgresServer) -> Iterator[Pool]:
    poolers: list[LendingPooler] = []

    def make(lends: Loan) -> LendingPooler:
        poolers.append(LendingPooler(postgres.folder, lends))
        return poolers[-1]

    yield make
    for each in poolers:
        each.close()


@pytest.fixture
def name(postgres_database: Database) -> str:
    assert postgres_database.url is not None
    return postgres_database.url.partition("?")[0].rpartition("/")[2]


def test_sessions_of_a_pooler_are_as_good_as_any(pool: Pool, name: str, tmp_path: Path) -> None:
    database = Database(tmp_path, pool("session").url(name))
    with closing(open_writer(database, 5.0)) as writer, closing(open_reader(database)) as reader:
        with writer.transaction():
            writer.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert reader.select("SELECT value FROM meta WHERE key = 'a'") == [("b",)]


def test_a_pooler_that_lends_by_transaction_is_refused_at_the_first_connection(
    pool: Pool, name: str, tmp_path: Path
) -> None:
    pooler = pool("transaction")
    database = Database(tmp_path, pooler.url(name))
    for _ in range(2):
        with pytest.raises(ExecutionError, match="pool_mode = session") as raised:
            open_reader(database)
        assert not raised.value.temporary
    with psycopg.connect(pooler.url(name)) as other:  # what others get is as it was
        assert other.execute("SHOW default_transaction_read_only").fetchone() == ("off",)
        assert other.execute("SHOW lock_timeout").fetchone() == ("0",)
        assert other.execute("SELECT current_setting('fanjet.session', true)").fetchone() in {(None,), ("",)}


def test_a_server_that_cannot_do_what_sslmode_asks_for_is_not_waited_for(pool: Pool, name: str, tmp_path: Path) -> None:
    url = pool("session").url(name)
    with pytest.raises(ExecutionError, match="cannot be reached as sslmode asks for") as raised:
        open_reader(Database(tmp_path, f"{url}?sslmode=require"))
    assert not raised.value.temporary
