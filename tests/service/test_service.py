"""The service as a whole: runs are carried out whatever dies, and a stop waits for what runs."""

from __future__ import annotations

import json
import signal
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from service.running import Service

_SLOW = """
import os, time
from pathlib import Path
from fanjet import dag, task

@dag
def slow():
    @task
    def find(params=None) -> list[int]:
        return list(range(40))

    @task
    def work(item: int) -> int:
        with open(os.environ["TRACE"], "a") as trace:
            trace.write(f"{item}\\n")
        time.sleep(0.05)
        return item

    work.expand(item=find())

@dag
def long():
    @task
    def wait():
        Path(os.environ["TRACE"]).write_text("began")
        time.sleep(float(os.environ["TAKES"]))
        return "waited"

    @task
    def then():
        return "then"

    wait() >> then()

slow()
long()
"""


@pytest.fixture
def ready(service: Service, tmp_path: Path) -> Service:
    """Two DAGs in the folder; not started."""
    folder = service.home / "dags"
    folder.mkdir(parents=True)
    (folder / "slow.py").write_text(textwrap.dedent(_SLOW))
    service.settings |= {"workers": "2"}
    service.variables |= {"TRACE": str(tmp_path / "trace"), "TAKES": "0.8"}
    return service


def _trigger(service: Service, dag_id: str) -> int:
    service.wait_until(lambda: service.ask(f"/api/v1/dags/{dag_id}")[0] == 200, "the DAG is known")
    return int(service.ask(f"/api/v1/dags/{dag_id}/runs", {})[1]["run"])


def _get_run(service: Service, number: int) -> dict[str, Any]:
    return dict(service.ask(f"/api/v1/runs/{number}")[1])


def _wait_for_success(service: Service, number: int) -> dict[str, Any]:
    service.wait_until(lambda: _get_run(service, number)["state"] == "success", "the run has succeeded")
    return _get_run(service, number)


def _trace(service: Service) -> list[str]:
    file = Path(service.variables["TRACE"])
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.slow
def test_a_killed_scheduler_is_replaced_and_its_run_goes_on(ready: Service) -> None:
    ready.start()
    number = _trigger(ready, "slow")
    ready.wait_until(lambda: len(_trace(ready)) > 10, "some have run")
    ready.get_role("scheduler").kill()
    killed_at = time.monotonic()
    began = len(_trace(ready))
    ready.wait_until(lambda: len(_trace(ready)) > began + 2, "others run")
    assert time.monotonic() - killed_at < 30
    assert _wait_for_success(ready, number)["counts"]["work"] == {"success": 40}
    again = len(_trace(ready)) - 40
    assert 0 <= again <= 4, "only what was running may have run twice"


@pytest.mark.slow
def test_a_stop_waits_for_running_tries_and_the_next_start_goes_on(ready: Service) -> None:
    ready.start()
    number = _trigger(ready, "long")
    ready.wait_until(lambda: _trace(ready), "the task runs")
    ready.signal(signal.SIGTERM)
    assert ready.wait_for_end() == 0
    assert json.loads(ready.run("xcom", str(number), "wait", "--json").stdout)[0]["value"] == "waited"
    Path(ready.variables["TRACE"]).unlink()
    ready.start()
    assert _wait_for_success(ready, number)["counts"] == {"wait": {"success": 1}, "then": {"success": 1}}
    assert not _trace(ready), "what had ended did not run again"


@pytest.mark.slow
def test_a_watcher_waits_for_the_start_and_stays_while_the_service_restarts(ready: Service) -> None:
    ready.start("--schedulers", "0")
    number = _trigger(ready, "slow")
    watcher = ready.begin("watch", str(number))
    try:
        assert watcher.stderr is not None
        assert "waiting for a scheduler, and none is at work" in watcher.stderr.readline()
        _restart(ready)
        ready.wait_until(lambda: len(_trace(ready)) > 5, "some have run")
        _restart(ready)
        assert _wait_for_success(ready, number)
        shown, errors = watcher.communicate(timeout=30)
    finally:
        watcher.kill()
    assert watcher.returncode == 0, errors
    assert "Waiting for the service to go on with it" in shown
    assert "goes on in process" in shown


def _restart(service: Service) -> None:
    service.signal(signal.SIGTERM)
    assert service.wait_for_end() == 0
    service.start()


@pytest.mark.slow
def test_a_try_that_outlasts_the_grace_runs_again_after_the_next_start(ready: Service) -> None:
    ready.settings["stop_grace_s"] = "0.3"
    ready.variables["TAKES"] = "45"
    ready.start()
    number = _trigger(ready, "long")
    ready.wait_until(lambda: _trace(ready), "the task runs")
    ready.signal(signal.SIGTERM)
    stopped_at = time.monotonic()
    assert ready.wait_for_end() == 0
    assert time.monotonic() - stopped_at < 30
    Path(ready.variables["TRACE"]).unlink()
    ready.variables["TAKES"] = "0"
    ready.start()
    assert _wait_for_success(ready, number)["counts"]["wait"] == {"success": 1}
    assert _trace(ready) == ["began"]
