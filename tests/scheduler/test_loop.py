"""The loop over a real store and real tries in this process, on a clock that leaps."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fanjet import DAG, FailException, task
from fanjet.engine.admission import Admission
from fanjet.engine.run_state import RunState
from fanjet.errors import ExecutionError
from fanjet.executors.inline import InlineExecutor
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.states import RunStatus, State
from fanjet.parsing.loader import LoadedFile
from fanjet.parsing.spec_builder import BuiltDag, build_spec
from fanjet.scheduler.answers import Answers
from fanjet.scheduler.display import Silent
from fanjet.scheduler.leases import LEASE_S
from fanjet.scheduler.loop import Scheduler
from fanjet.store.journal.journal import Journal
from fanjet.store.journal.shared import SharedStore
from fanjet.store.queries.reader import Reader
from fanjet.store.secrets.vault import Vault


class Notes(Silent):
    """A display that keeps the messages."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def message(self, text: str) -> None:
        self.messages.append(text)


class World:
    """One scheduler on a home of its own."""

    def __init__(self, home: Path, built: BuiltDag, clock: Callable[[], float] = time.time, patience_s: float = 5.0):
        self.home, self.built, self.notes = home, built, Notes()
        self.journal = Journal.open(home, busy_timeout_s=0.1)
        self.session = self.journal.begin_session(host="here", pid=1)
        settings = {"values_root": str(home / "values"), "max_map_length": 1000, "inline_value_bytes": 1000}
        executor = InlineExecutor(lambda: LoadedFile([built], []), settings)
        executor.connect(Answers(self.journal, Vault(home), SharedStore(home)))
        executor.wait_loaded(10.0)
        self.scheduler = Scheduler(
            journal=self.journal,
            executor=executor,
            admission=Admission({}),
            session=self.session,
            display=self.notes,
            write_patience_s=patience_s,
            clock=clock,
        )

    def own(self) -> RunInfo:
        version = self.journal.save_version(self.built.spec, bundle="none", root=str(self.home), file="flow.py")
        now = datetime.now(UTC)
        info = self.journal.create_run(version=version, info=NewRun(run_id="r", created_at=now, started_at=now))
        self.journal.take_lease(info.number, self.session, lease_s=LEASE_S)
        machine = RunState(info.number, self.built.spec)
        self.scheduler.own(info, self.built.spec, machine, machine.start(now.timestamp()))
        return info


def leaping_clock() -> Callable[[], float]:
    """Ten minutes pass whenever somebody looks."""
    instants = iter(range(int(time.time()), 1 << 60, 600))
    return lambda: float(next(instants))


def flaky_dag() -> BuiltDag:
    with DAG("flaky") as dag:

        @task(retries=3, retry_delay=timedelta(hours=1), retry_exponential_backoff=True)
        def flaky(x, ti=None):
            if ti.try_number <= x:
                raise ValueError(f"try {ti.try_number}")
            return ti.try_number

        flaky.expand(x=[0, 2, 9])
    return build_spec(dag, file="flow.py")


def test_retries_hours_apart_need_no_waiting(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    world = World(tmp_path / "home", flaky_dag(), leaping_clock())
    info = world.own()
    assert world.scheduler.run() == {info.number: RunStatus.FAILED}
    with Reader.open(world.home) as reader:
        rows = {row.path: row for row in reader.instances(info.number, 0)}
        assert {path: (row.state, row.try_number) for path, row in rows.items()} == {
            (0,): (State.SUCCESS, 1),
            (1,): (State.SUCCESS, 3),
            (2,): (State.FAILED, 4),
        }
        assert [row.try_number for row in reader.tries(info.number, 0, (2,))] == [1, 2, 3, 4]


def test_a_scheduler_that_lost_its_lease_writes_nothing_more(tmp_path: Path) -> None:
    world = World(tmp_path / "home", flaky_dag())
    info = world.own()
    other = Journal.open(world.home, clock=lambda: time.time() + 2 * LEASE_S)
    later = other.begin_session(host="elsewhere", pid=1)
    other.take_lease(info.number, later, lease_s=LEASE_S)
    with pytest.raises(ExecutionError, match="no longer owned by this scheduler"):
        world.scheduler.run()
    with Reader.open(world.home) as reader:
        assert list(reader.instances(info.number, 0)) == []


def test_a_write_waits_for_a_locked_database_and_says_so_once(tmp_path: Path) -> None:
    with DAG("quick") as dag:

        @task
        def stop():
            raise FailException("as asked")

        stop()
    world = World(tmp_path / "home", build_spec(dag, file="flow.py"))
    info = world.own()
    blocker = sqlite3.connect(world.home / "fanjet.db", isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.6, blocker.execute, ["ROLLBACK"])
    timer.start()
    try:
        assert world.scheduler.run() == {info.number: RunStatus.FAILED}
    finally:
        timer.join()
        blocker.close()
    assert len([text for text in world.notes.messages if "locked" in text]) == 1
