"""kill -9 in the middle of heavy writing: whatever was acknowledged is there, and everything still adds up."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from fanjet.errors import ExecutionError
from fanjet.model.paths import decode
from fanjet.store.database.database import Database
from fanjet.store.journal.journal import Journal
from fanjet.store.queries.reader import Reader
from postgres_server import PostgresServer
from store.samples import Owned, check_summaries, ends, make_run, make_spec, own_run

BATCH = 64
WRITER = """
    import os, socket, sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from store.samples import Owned, ends
    from fanjet.model.states import State
    from fanjet.store.database.database import Database
    from fanjet.store.journal.journal import Journal

    database = Database(Path(sys.argv[2]), sys.argv[5] or None)
    journal, run, first = Journal.open(database), int(sys.argv[3]), int(sys.argv[4])
    session = journal.begin_session(host=socket.gethostname(), pid=os.getpid())
    journal.take_lease(run, session, lease_s=3600.0)
    owned = Owned(journal, session, run)
    while True:
        states = [State.FAILED if index % 7 == 0 else State.SUCCESS for index in range(first, first + 64)]
        records = [ends(run, 1, range(first, first + 64), states), ends(run, 0, [-1], try_number=first + 1)]
        journal.write(records, [owned.launch(1, first, 64, fence=first)], at=time.time())
        first += 64
        os.write(1, b"%d\\n" % first)
"""


def kill_one_writer(database: Database, run: int, first: int, after_s: float) -> int:
    """Start a writer at an index, kill it, and return the first index that it had not acknowledged."""
    tests = str(Path(__file__).parents[1])
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(WRITER),
            tests,
            str(database.home),
            str(run),
            str(first),
            database.url or "",
        ],
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    acknowledged = writer.stdout.readline()
    assert acknowledged, "the writer could not take over the run at once"
    time.sleep(after_s)
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += writer.stdout.read()
    writer.wait()
    writer.stdout.close()
    return int(acknowledged.split(b"\n")[-2])


def check(database: Database, run: int, acknowledged: int) -> int:
    """Everything acknowledged is there, batches are whole, sums and the file are right. Returns the next index."""
    journal = Journal.open(database)
    one, train = journal.read_history(run).instances
    journal.close()
    assert len(train.paths) >= acknowledged
    assert len(train.paths) % BATCH == 0
    assert [decode(path) for path in train.paths] == [(index,) for index in range(len(train.paths))]
    assert one.try_numbers == [len(train.paths) - BATCH + 1]
    with Reader.open(database) as reader:
        check_summaries(reader, run)
        assert len(reader.tries(run, 0, ())) == len(train.paths) // BATCH
    if database.dialect == "sqlite":
        connection = sqlite3.connect(database.path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    return len(train.paths)


def check_as_found(database: Database, run: int, acknowledged: int) -> None:
    """A reader sees everything before anybody has opened the database for writing again."""
    with Reader.open(database) as reader:
        assert sum(reader.counts(run)[1].counts) >= acknowledged
        found = reader.latest_unfinished_run()
        assert found is not None
        assert found.info.number == run


def kill_writers(database: Database, times: int) -> None:
    journal = Journal.open(database)
    version = journal.save_version(make_spec(), bundle="b", root="/dags", file="sweep.py")
    run = journal.create_run(version=version, info=make_run()).number
    journal.close()
    dice = random.Random(times)
    first = 0
    for _ in range(times):
        acknowledged = kill_one_writer(database, run, first, dice.random() * 0.3)
        check_as_found(database, run, acknowledged)
        first = check(database, run, acknowledged)
    assert first > times * BATCH

    journal = Journal.open(database)  # and the run can be gone on with at once, whatever lease the dead held
    session = journal.begin_session(host=socket.gethostname(), pid=os.getpid())
    journal.take_lease(run, session, lease_s=60.0)
    Owned(journal, session, run).write(ends(run, 1, range(first, first + BATCH)))
    journal.close()


def test_a_killed_writer_loses_nothing_acknowledged(database: Database) -> None:
    kill_writers(database, 4)


@pytest.mark.slow
def test_many_killed_writers_lose_nothing_acknowledged(database: Database) -> None:
    kill_writers(database, 20 if database.dialect == "sqlite" else 8)


def test_a_server_that_is_killed_under_load_loses_nothing_acknowledged(home: Path) -> None:
    """The writer goes on by itself, and what it was told is written is there once."""
    home.mkdir()
    server = PostgresServer()
    writer = Writer()
    try:
        server.start()
        database = Database(home, server.url(server.create()))
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(writer.write, database)
            for kills in range(1, 4):
                writer.wait(5 * BATCH * kills, writing)
                server.kill()
                server.start()
            writer.wait(20 * BATCH, writing)
            writer.over.set()
            writing.result()
        with Reader.open(database) as reader:
            assert sum(reader.counts(1)[1].counts) == writer.acknowledged
            check_summaries(reader, 1)
    finally:
        writer.over.set()
        server.close()


class Writer:
    """Writes batches until it is told to stop, whatever happens to the server."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.acknowledged = 0

    def write(self, database: Database) -> None:
        owned = own_run(Journal.open(database, busy_timeout_s=20.0), 1)
        while not self.over.is_set():
            first = self.acknowledged
            try:
                launch = owned.launch(1, first, BATCH, fence=first)
                owned.write(ends(owned.run, 1, range(first, first + BATCH)), launches=[launch])
            except ExecutionError as error:
                if not error.temporary:
                    raise
                time.sleep(0.02)
            else:
                self.acknowledged += BATCH
        owned.journal.close()

    def wait(self, count: int, writing: Future[None]) -> None:
        """Until so many are acknowledged, or it has failed."""
        while self.acknowledged < count and not writing.done():
            time.sleep(0.01)
