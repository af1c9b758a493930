"""`runs`: many runs at once in a service, each a chain of ten tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.databases import started_server
from benchmarks.measure import peak_memory_bytes
from benchmarks.report import Line
from fanjet.model.runs import NewRun
from fanjet.store.database.database import Database
from fanjet.store.service.journal import ServiceJournal

_TASKS = 10
_PATIENCE_S = 600.0
_DAG = """
from fanjet import dag, task

@dag(max_active_runs={count})
def chained():
    @task
    def step(before):
        return before
    value = 0
    for number in range({tasks}):
        value = step.override(task_id=f"step{{number}}")(value)

chained()
"""


def many_runs(folder: Path, count: int) -> list[Line]:
    """How long so many runs take that are all asked for at the same moment."""
    lines = _measure_service(folder / "sqlite", count, None, schedulers=1, title="")
    with started_server() as server:
        for schedulers in (1, 2):
            title = f" on PostgreSQL, schedulers: {schedulers}"
            url = server.url(server.create())
            lines += _measure_service(folder / f"post{schedulers}", count, url, schedulers=schedulers, title=title)
    return lines


def _measure_service(folder: Path, count: int, url: str | None, *, schedulers: int, title: str) -> list[Line]:
    home, dags = folder / "home", folder / "dags"
    dags.mkdir(parents=True)
    (dags / "chained.py").write_text(_DAG.format(count=count, tasks=_TASKS))
    environment = {**os.environ, "FANJET_HOME": str(home), "FANJET_PORT": "0"}
    environment |= {} if url is None else {"FANJET_DATABASE": url}
    command = [sys.executable, "-m", "fanjet", "up", "--dags", str(dags), "--workers", "2"]
    command += ["--schedulers", str(schedulers)] if url else []
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        journal = _wait_for_dag(Database.at(home, url), service)
        _ask(journal, count)
        processes = _find_schedulers(service.pid)
        begun_cpu_s = _read_cpu_s(processes)
        most = _wait_for_ends(journal, count)
        cpu_s = _read_cpu_s(processes) - begun_cpu_s
        memory_mb = max(peak_memory_bytes(process.pid) for process in processes) / 1e6
        took_s = _measure(journal)
        journal.close()
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)
    details = {"most_at_once": most, "schedulers_cpu_s": cpu_s, "scheduler_peak_mb": memory_mb}
    return [
        Line(
            f"{count:,} runs of {_TASKS} tasks at once{title}",
            count * _TASKS / took_s,
            None,
            "tasks/s",
            None,
            details=details,
        ),
        Line("the same, runs", count / took_s, None, "runs/s", None),
    ]


def _wait_for_dag(database: Database, service: subprocess.Popen[bytes]) -> ServiceJournal:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at and service.poll() is None:
        if database.url is not None or (database.home / "fanjet.db").exists():
            journal = ServiceJournal.open(database)
            if journal.find_newest_version("chained") is not None:
                return journal
            journal.close()
        time.sleep(0.1)
    raise RuntimeError("the service does not come up")


def _ask(journal: ServiceJournal, count: int) -> None:
    """All of them wait until the DAG is unpaused, so that they start at the same moment."""
    version = journal.find_newest_version("chained")
    assert version is not None
    _execute(journal, "UPDATE dag SET is_paused = 1")
    for number in range(count):
        now = datetime.now(UTC)
        journal.queue_run("chained", version, NewRun(run_id=f"r{number}", created_at=now, started_at=now))
    _execute(journal, "UPDATE dag SET is_paused = 0")


def _wait_for_ends(journal: ServiceJournal, count: int) -> int:
    """Until all have ended; the most that were under way at one moment."""
    most, give_up_at = 0, time.monotonic() + _PATIENCE_S
    while time.monotonic() < give_up_at:
        states = dict(_execute(journal, "SELECT state, count(*) FROM run GROUP BY state"))
        most = max(most, states.get(1, 0))
        if states.get(2, 0) + states.get(3, 0) == count:
            if states.get(3, 0):
                raise RuntimeError(f"{states[3]} runs failed")
            return most
        time.sleep(0.2)
    raise RuntimeError("the runs do not end")


def _measure(journal: ServiceJournal) -> float:
    """From the first start to the last end."""
    ((took_s,),) = _execute(journal, "SELECT max(ended_at) - min(started_at) FROM run")
    return float(took_s)


def _execute(journal: ServiceJournal, statement: str) -> list[tuple[Any, ...]]:
    with journal.transaction() as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if statement.startswith("SELECT") else []


def _find_schedulers(pid: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(pid).children() if "scheduler" in child.cmdline()[3:5]]


def _read_cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)
