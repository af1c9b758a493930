"""A clock that is set forward and back by hours under a service: nothing is lost, times out or stands still."""

from __future__ import annotations

import os
import sqlite3
import textwrap
import time
from collections import Counter
from pathlib import Path

import pytest

from service.running import Service

_DAGS = """
import os, time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from fanjet import dag, get_current_context, task

@dag(schedule="0 * * * *", catchup=True, start_date=datetime.fromisoformat(os.environ["BEGINS"]), max_active_runs=50)
def makeup():
    @task
    def one(): ...
    one()

@dag(schedule="30 * * * *", catchup=False, start_date=datetime(2020, 1, 1, tzinfo=timezone.utc))
def latest():
    @task
    def one(): ...
    one()

@dag(dagrun_timeout=timedelta(minutes=20))
def long():
    @task(execution_timeout=timedelta(minutes=20))
    def wait():
        while not Path(os.environ["TRACE"]).exists():
            time.sleep(0.05)
    wait()

@dag
def retrying():
    @task(retries=1, retry_delay=timedelta(seconds=1))
    def fail_once():
        if get_current_context()["ti"].try_number == 1:
            raise ValueError("once")
    fail_once()

makeup()
latest()
long()
retrying()
"""
#: Loaded by every Python process below a folder on the path: the time of day follows a file.
_SHIM = """
import os, time

_real, _file = time.time, os.environ["SHIFT_FILE"]

def _shifted():
    with open(_file) as file:
        return _real() + float(file.read())

time.time = _shifted
"""
_HOUR_S = 3600


class Clock:
    """The time of day of a service and of all that it starts."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._file = folder / "shift"
        (folder / "shim").mkdir()
        (folder / "shim" / "sitecustomize.py").write_text(_SHIM)
        paths = [str(folder / "shim"), *filter(None, [os.environ.get("PYTHONPATH")])]
        service.variables |= {"PYTHONPATH": os.pathsep.join(paths), "SHIFT_FILE": str(self._file)}
        self.set(0)

    def set(self, seconds: int) -> None:
        """So much ahead of the real one, for all processes at once."""
        new = self._file.with_name("new")
        new.write_text(str(seconds))
        new.replace(self._file)


def _list_runs(service: Service, dag_id: str) -> list[tuple[str | None, str]]:
    """Logical dates and states of the runs of a DAG."""
    runs = service.ask(f"/api/v1/runs?dag_id={dag_id}")[1]["runs"]
    return sorted((run["logical_date"], run["state"]) for run in runs)


def _run_now(service: Service, dag_id: str) -> None:
    """A run that is asked for now is carried out now."""
    number = service.ask(f"/api/v1/dags/{dag_id}/runs", {})[1]["run"]
    service.wait_until(lambda: service.ask(f"/api/v1/runs/{number}")[1]["state"] == "success", f"run {number} succeeds")


@pytest.mark.slow
def test_a_clock_that_is_set_by_hours(service: Service, tmp_path: Path) -> None:
    clock = Clock(service, tmp_path)
    begins = (time.time() // _HOUR_S - 2) * _HOUR_S
    if time.time() % _HOUR_S > _HOUR_S - 60 or 1800 - 60 < time.time() % _HOUR_S < 1800:
        pytest.skip("in a minute the schedules are due without our doing")
    service.variables |= {
        "TRACE": str(tmp_path / "trace"),
        "BEGINS": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(begins)),
    }
    (service.home / "dags").mkdir(parents=True)
    (service.home / "dags" / "timed.py").write_text(textwrap.dedent(_DAGS))
    service.start()
    service.wait_until(lambda: [state for _, state in _list_runs(service, "makeup")] == ["success"] * 3, "it makes up")
    service.wait_until(lambda: [state for _, state in _list_runs(service, "latest")] == ["success"], "it has its run")
    long = service.ask("/api/v1/dags/long/runs", {})[1]["run"]
    service.wait_until(lambda: service.ask(f"/api/v1/runs/{long}")[1]["state"] == "running", "it runs")

    clock.set(2 * _HOUR_S)
    service.wait_until(lambda: len(_list_runs(service, "makeup")) == 5, "two more hours are made up for")
    service.wait_until(lambda: len(_list_runs(service, "latest")) == 2, "the latest is run, not the one before")
    _run_now(service, "retrying")
    assert service.ask("/health")[1]["status"] == "healthy"

    clock.set(0)
    _run_now(service, "retrying")
    killed = service.get_role("scheduler")
    killed.kill()
    service.wait_until(lambda: (new := service.find_role("scheduler")) and new.pid != killed.pid, "there is another")
    _run_now(service, "retrying")
    service.wait_until(lambda: service.ask("/health")[1]["schedulers_alive"] == 1, "the dead one does not count")

    (tmp_path / "trace").touch()
    service.wait_until(lambda: service.ask(f"/api/v1/runs/{long}")[1]["state"] != "running", "it ends")
    assert service.ask(f"/api/v1/runs/{long}")[1]["state"] == "success", "it has not lasted for hours"
    for dag_id, count in (("makeup", 5), ("latest", 2)):
        runs = _list_runs(service, dag_id)
        assert [state for _, state in runs] == ["success"] * count
        assert max(Counter(date for date, _ in runs).values()) == 1, "each date once"
    database = sqlite3.connect(service.home / "fanjet.db")
    assert database.execute("SELECT count(*) FROM run WHERE ended_at IS NULL OR state <> 2").fetchone() == (0,)
    database.close()
    assert "Traceback" not in service.text()
