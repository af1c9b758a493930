"""Two schedulers, each in a process of its own, keep pools and limits across runs, whoever of them is killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from fanjet.model.states import RunStatus
from postgres_server import PostgresServer
from processes import is_gone
from service.running import Service

#: A try holds one of as many locks as may run at once, for as long as it lives; who finds none says so.
FLOW = """
import fcntl, os, time
from fanjet import dag, task

FOLDER = {folder!r}
COUNT = {count}

def hold(name, count, seconds, note=""):
    files = [open(f"{{FOLDER}}/{{name}}-{{number}}", "w") for number in range(count)]
    for file in files:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            continue
    else:
        tell("exceeded", name)
    tell("began", name + note)
    time.sleep(seconds)
    for file in files:
        file.close()

def tell(what, name):
    with open(f"{{FOLDER}}/told", "a") as told:
        told.write(f"{{time.monotonic()}} {{what}} {{name}}\\n")

@dag
def flood():
    @task(pool="api")
    def low(x):
        print(x)
        hold("api", 3, 0.04)
    @task(max_active_tis_per_dag=2)
    def single(x):
        print(x)
        hold("single", 2, 0.03)
    low.expand(x=list(range(COUNT)))
    single.expand(x=list(range(COUNT // 2)))

@dag
def urgent():
    @task(pool="api", priority_weight=100)
    def high(x):
        hold("api", 3, 0.04, "-high")
    high.expand(x=list(range(12)))

@dag
def long():
    @task
    def tick():
        end_at = time.monotonic() + 4
        while time.monotonic() < end_at:
            tell("tick", os.getpid())
            time.sleep(0.02)
    tick()

flood()
urgent()
long()
"""
RUNS, COUNT = 4, 80


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def pair(server: PostgresServer, service: Service, tmp_path: Path) -> Service:
    """A service with two schedulers."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "told").touch()
    (tmp_path / "dags" / "flow.py").write_text(FLOW.format(folder=str(tmp_path), count=COUNT))
    service.settings |= {
        "database": server.url(server.create()),
        "schedulers": "2",
        "workers": "4",
        "dags": str(tmp_path / "dags"),
        "pools": "api=3",
    }
    service.start()
    service.wait_until(lambda: service.ask("/health")[1]["schedulers_alive"] == 2, "both are at work")
    service.wait_until(lambda: len(service.ask("/api/v1/dags")[1]["dags"]) == 3, "the DAGs are there")
    return service


def ask(service: Service, dag_id: str) -> None:
    assert service.ask(f"/api/v1/dags/{dag_id}/runs", {})[0] < 300


def told(folder: Path) -> list[tuple[str, str]]:
    """What the tries told, in the order in which it happened."""
    lines = [line.split() for line in (folder / "told").read_text().splitlines()]
    return [(what, name) for _, what, name in sorted(lines, key=lambda line: float(line[0]))]


def select(service: Service, statement: str) -> list[tuple[int, ...]]:
    with psycopg.connect(service.settings["database"]) as connection:
        return connection.execute(statement).fetchall()


def flood(service: Service) -> None:
    """Half of the runs for each scheduler."""
    ask(service, "flood")
    service.wait_until(lambda: select(service, "SELECT 1 FROM run WHERE lease_session IS NOT NULL"), "one has it")
    pid = _find_owner(service)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        os.kill(pid, number)
        for _ in range(RUNS // 2):
            ask(service, "flood")
        service.wait_until(lambda: not select(service, "SELECT 1 FROM run WHERE state = 0"), "all have begun")
    assert len(select(service, "SELECT DISTINCT lease_session FROM run")) == 2


def _find_owner(service: Service) -> int:
    """The process of a scheduler that has runs, and is there: what a dead one had is taken over a moment later."""
    found: list[int] = []

    def is_found() -> bool:
        owners = select(
            service,
            "SELECT DISTINCT s.pid FROM session AS s JOIN run AS r ON r.lease_session = s.session WHERE r.state = 1",
        )
        found[:] = sorted(pid for (pid,) in owners if _lives(pid))
        return bool(found)

    service.wait_until(is_found, "a living scheduler has runs")
    return found[0]


def _lives(pid: int) -> bool:
    try:
        return not is_gone(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def all_ended(service: Service, runs: int) -> bool:
    ended = select(service, "SELECT state FROM run WHERE ended_at IS NOT NULL")
    return len(ended) == runs


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_limits_and_priorities_hold_between_two_processes(pair: Service, tmp_path: Path) -> None:
    flood(pair)
    ask(pair, "urgent")
    pair.wait_until(lambda: all_ended(pair, RUNS + 2), "all is done")
    events = told(tmp_path)
    assert not [name for what, name in events if what == "exceeded"]
    assert len([name for _, name in events if name == "api"]) == COUNT * (RUNS + 1)
    names = [name for what, name in events if what == "began" and name.startswith("api")]
    high = [at for at, name in enumerate(names) if name == "api-high"]
    between = names[high[0] : high[-1]].count("api")
    assert between <= 6, f"{between} tries of less priority began while those of more waited"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_limits_hold_when_a_scheduler_is_killed_or_stopped_past_its_lease(pair: Service, tmp_path: Path) -> None:
    flood(pair)
    for _ in range(2):
        pid = _find_owner(pair)
        os.kill(pid, signal.SIGKILL)
        before = len(told(tmp_path))
        pair.wait_until(lambda before=before: len(told(tmp_path)) > before + 20, "it goes on")
    pid = _find_owner(pair)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(6.0)  # past its lease
    os.kill(pid, signal.SIGCONT)
    pair.wait_until(lambda: all_ended(pair, RUNS + 1), "all is done")
    assert not [name for what, name in told(tmp_path) if what == "exceeded"]
    assert {state for (state,) in select(pair, "SELECT state FROM run")} == {int(RunStatus.SUCCESS)}


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_try_of_a_stopped_scheduler_is_not_beside_the_one_in_its_place(pair: Service, tmp_path: Path) -> None:
    ask(pair, "long")
    pair.wait_until(lambda: told(tmp_path), "it has begun")
    pid = _find_owner(pair)
    os.kill(pid, signal.SIGSTOP)
    pair.wait_until(lambda: len(set(told(tmp_path))) == 2, "another goes on")
    os.kill(pid, signal.SIGCONT)
    pair.wait_until(lambda: all_ended(pair, 1), "it is done")
    pids = [name for _, name in told(tmp_path)]
    assert pids == sorted(pids, key=pids.index), "first the one, then the other"
