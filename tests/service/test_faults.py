"""Faults that a service as a whole survives: a full disk, and DAG files that change all the time while they run."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.running import Service

_SLOW = """
import os, time
from fanjet import dag, task

@dag
def slow():
    @task
    def find(params=None) -> list[int]:
        return list(range(int(os.environ["COUNT"])))

    @task
    def work(item: int) -> int:
        with open(os.environ["TRACE"], "a") as trace:
            trace.write(f"{item}\\n")
        time.sleep(0.05)
        return item

    work.expand(item=find())

slow()
"""
#: What each version says of itself in its file, in its helper and in its structure has to fit.
_CHANGING = """
import time
from fanjet import dag, task
import helper

@dag(description="{number}")
def changing():
    @task
    def find() -> list[int]:
        return [{number}] * 20

    @task
    def work(item: int) -> list[int]:
        time.sleep(0.1)
        return [item, {number}, helper.NUMBER]

    work.expand(item=find())

changing()
"""


@pytest.fixture
def small_disk(service: Service) -> Iterator[None]:
    """The home is on a file system of its own with little room."""
    service.home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", service.home], check=True)
    yield
    service.close()
    subprocess.run(["umount", "-l", service.home], check=True)


@pytest.fixture
def ready(service: Service, tmp_path: Path) -> Service:
    """A DAG of forty short tries in the folder; not started."""
    folder = service.home / "dags"
    folder.mkdir(parents=True)
    (folder / "slow.py").write_text(textwrap.dedent(_SLOW))
    service.settings |= {"workers": "2"}
    service.variables |= {"TRACE": str(tmp_path / "trace"), "COUNT": "40"}
    return service


def _trigger(service: Service, dag_id: str) -> int:
    service.wait_until(lambda: service.ask(f"/api/v1/dags/{dag_id}")[0] == 200, "the DAG is known")
    return int(service.ask(f"/api/v1/dags/{dag_id}/runs", {})[1]["run"])


def _wait_for_success(service: Service, number: int) -> dict[str, Any]:
    service.wait_until(lambda: service.ask(f"/api/v1/runs/{number}")[1]["state"] == "success", "the run has succeeded")
    return dict(service.ask(f"/api/v1/runs/{number}")[1])


def _trace(service: Service) -> list[str]:
    file = Path(service.variables["TRACE"])
    return file.read_text().splitlines() if file.exists() else []


_NEEDS_ROOT = pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux", reason="mounting a small file system needs root"
)


@_NEEDS_ROOT
def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(small_disk: None, ready: Service) -> None:
    ready.start()
    number = _trigger(ready, "slow")
    ready.wait_until(lambda: len(_trace(ready)) > 2, "some have run")
    filler = ready.home / "filler"
    try:
        _fill(filler)
        ready.wait_until(lambda: "full" in ready.text(), "the disk is full")
        status, answer = ready.ask("/api/v1/dags/slow/runs", {})
        assert status == 503
        assert "free some space" in answer["detail"]
        assert ready.ask("/health")[1]["database"] == "reachable"
    finally:
        filler.unlink()
    assert _wait_for_success(ready, number)["counts"]["work"] == {"success": 40}


@pytest.mark.slow
@_NEEDS_ROOT
def test_a_disk_that_is_full_for_longer_than_anybody_waits(small_disk: None, ready: Service) -> None:
    """Schedulers end and are started again until there is room; what was recorded is there, and no more runs twice
    than what was running.
    """
    ready.settings["db_busy_timeout_s"] = "1"
    ready.variables["COUNT"] = "400"
    ready.start()
    number = _trigger(ready, "slow")
    ready.wait_until(lambda: len(_trace(ready)) > 220, "it has worked for a while")
    filler = ready.home / "filler"
    try:
        _fill(filler)
        ready.wait_until(lambda: ready.text().count("It is started again") >= 3, "it does not go on")
        recorded = _list_ended(ready)
        assert len(recorded) > 200
    finally:
        filler.unlink()
    assert _wait_for_success(ready, number)["counts"]["work"] == {"success": 400}
    after = _list_ended(ready)
    assert {path: after[path] for path in recorded} == recorded, "nothing recorded is lost or runs again"
    assert "Traceback" not in ready.text()


def _list_ended(service: Service) -> dict[bytes, tuple[int, float]]:
    """By path: the try and the instant of the recorded ends."""
    database = sqlite3.connect(f"file:{service.home / 'fanjet.db'}?mode=ro", uri=True)
    rows = database.execute("SELECT path, try_number, ended_at FROM instance WHERE task = 1 AND state = 3").fetchall()
    database.close()
    return {bytes(path): (try_number, ended_at) for path, try_number, ended_at in rows}


@pytest.mark.slow
def test_a_dag_file_that_is_replaced_a_hundred_times_while_it_runs(service: Service) -> None:
    """Each run executes one version from its beginning to its end, with the helper that belongs to it."""
    folder = service.home / "dags"
    folder.mkdir(parents=True)

    def write(number: int) -> None:
        (folder / "helper.py").write_text(f"NUMBER = {number}\n")
        (folder / "new").write_text(textwrap.dedent(_CHANGING).format(number=number))
        (folder / "new").replace(folder / "changing.py")

    write(0)
    service.settings |= {"workers": "2"}
    service.start()
    runs = [_trigger(service, "changing")]
    for number in range(1, 101):
        write(number)
        time.sleep(0.05)
        if number % 25 == 0:
            runs.append(_trigger(service, "changing"))
    service.wait_until(lambda: service.ask("/api/v1/dags/changing")[1]["description"] == "100", "the last one counts")
    runs.append(_trigger(service, "changing"))
    seen = []
    for run in runs:
        assert _wait_for_success(service, run)["counts"]["work"] == {"success": 20}
        values = [row["value"] for row in json.loads(service.run("xcom", str(run), "work", "--json").stdout)]
        assert len({number for value in values for number in value}) == 1, values
        seen.append(values[0][0])
    assert seen[0] == 0, "the first run has kept its version"
    assert seen[-1] == 100
    assert seen == sorted(seen)


def _fill(file: Path) -> None:
    """Take up all room of the small file system that the home is on."""
    with contextlib.suppress(OSError), file.open("wb") as filler:
        while True:
            filler.write(b"x" * 4096)
            filler.flush()
