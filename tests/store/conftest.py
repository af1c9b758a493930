"""Databases for the conformance tests: each test that takes `journal_factory` runs on every database there is."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fanjet.store.database.database import Database
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from store.samples import Owned, own_run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def journal_factory(database: Database) -> Iterator[Callable[..., Journal]]:
    """Opens one and the same database, as one more scheduler each time; leases go by a clock that is given."""
    journals: list[Journal] = []

    def open_journal(clock: Callable[[], float] | None = None) -> Journal:
        journals.append(Journal.open(database, busy_timeout_s=0.5, clock=clock))
        return journals[-1]

    yield open_journal
    for journal in journals:
        journal.close()


@pytest.fixture
def reader_factory(database: Database) -> Iterator[Callable[[], Reader]]:
    readers: list[Reader] = []

    def open_reader() -> Reader:
        readers.append(Reader.open(database))
        return readers[-1]

    yield open_reader
    for reader in readers:
        reader.close()


@pytest.fixture
def journal(journal_factory: Callable[[], Journal]) -> Journal:
    return journal_factory()


@pytest.fixture
def session(journal: Journal) -> int:
    return journal.begin_session(host=socket.gethostname(), pid=os.getpid())


@pytest.fixture
def owned(journal: Journal, session: int) -> Owned:
    return own_run(journal, session)


@pytest.fixture
def reader(owned: Owned, reader_factory: Callable[[], Reader]) -> Reader:
    return reader_factory()
