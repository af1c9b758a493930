"""What a service measures of itself: each figure means what it says, and those of several processes add up."""

from __future__ import annotations

import os
import socket
import subprocess
import textwrap
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fanjet.model.metrics import Metrics
from fanjet.scheduler.meters import Meters
from fanjet.server.metrics import find_samples
from fanjet.store.service.metrics import ProcessMetrics
from service.running import Service

_WAITING = """
import os, time
from fanjet import dag, task

@dag
def waiting():
    @task
    def find():
        return list(range(48))

    @task(max_active_tis_per_dagrun=3)
    def work(item):
        time.sleep(0.25)

    @task(retries=1, retry_delay=600)
    def fail():
        raise ValueError("again, later")

    @task.sensor(poke_interval=600, timeout=6000, mode="reschedule")
    def wait():
        return False

    work.expand(item=find())
    fail()
    wait()

waiting()
"""


def _read(service: Service) -> dict[str, list[tuple[dict[str, str], float]]]:
    """By name of the sample: labels and values."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(service.ask("/metrics")[1]):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def _add(found: dict[str, list[tuple[dict[str, str], float]]], name: str, **labels: str) -> float:
    return sum(value for own, value in found.get(name, []) if labels.items() <= own.items())


def _write(pid: int, age_s: float = 0.0) -> ProcessMetrics:
    metrics = Metrics()
    metrics.counter("c_total", "C.").add(3)
    metrics.gauge("g", "G.").set(2)
    metrics.histogram("h_seconds", "H.").observe(1)
    return ProcessMetrics(role="scheduler", host=socket.gethostname(), pid=pid, age_s=age_s, samples=metrics.read())


def test_what_a_dead_process_had_is_not_counted_but_what_it_had_done_is() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    dead, silent, alive = _write(process.pid), _write(os.getpid(), age_s=20), _write(os.getpid())
    for written, names in ((dead, ["c_total", "h_seconds"]), (silent, ["c_total", "h_seconds"]),
                           (alive, ["c_total", "g", "h_seconds"])):  # fmt: skip
        assert [sample.name for sample, _ in find_samples([written])] == names


def test_the_latency_of_a_launch_counts_each_try_from_when_it_was_ready() -> None:
    meters = Meters()
    meters.count_launched([(10.0, 4), (12.0, 1)], 12.2)
    (latency,) = [sample for sample in meters.all.read() if sample.name == "fanjet_launch_latency_seconds"]
    assert latency.value == pytest.approx(4 * 2.2 + 0.2)
    assert {bound: count for bound, count in zip(latency.bounds, latency.counts, strict=False) if count} == {
        0.25: 1,
        2.5: 4,
    }
    assert meters.launched.value == 5


@pytest.fixture
def waiting(service: Service) -> Service:
    """A service of two tries at once, with a DAG some of whose instances wait for long; not started."""
    folder = service.home / "dags"
    folder.mkdir(parents=True)
    (folder / "waiting.py").write_text(textwrap.dedent(_WAITING))
    service.settings |= {"workers": "2"}
    return service


@pytest.mark.slow
def test_figures_of_a_service_mean_what_they_say(waiting: Service) -> None:
    waiting.start()
    waiting.wait_until(lambda: waiting.ask("/api/v1/dags/waiting")[0] == 200, "the DAG is known")
    waiting.ask("/api/v1/dags/waiting/runs", {})
    waiting.wait_until(lambda: _add(_read(waiting), "fanjet_instances", state="running") == 2, "tries run")
    found = _read(waiting)
    assert _add(found, "fanjet_queue_depth") == _add(found, "fanjet_instances", state="scheduled") > 0
    assert _add(found, "fanjet_executor_slots") == 2
    waiting.wait_until(lambda: _add(_read(waiting), "fanjet_instances", state="success") == 49, "all of them have run")
    waiting.wait_until(lambda: not _add(_read(waiting), "fanjet_tries_running"), "that is measured")
    found = _read(waiting)
    assert {own["state"]: value for own, value in found["fanjet_instances"] if value} == {
        "success": 49, "up_for_retry": 1, "up_for_reschedule": 1,
    }  # fmt: skip
    assert _add(found, "fanjet_instances_total", state="success") == 49
    assert _add(found, "fanjet_launch_latency_seconds_count") == _add(found, "fanjet_tries_launched_total") == 51
    # 48 tries of a quarter of a second at two slots: each waits for three seconds in the middle.
    assert _add(found, "fanjet_launch_latency_seconds_sum") > 60
    assert _add(found, "fanjet_commit_seconds_count") > 5
    assert _add(found, "fanjet_parse_seconds_count") == _add(found, "fanjet_parsed_files_total") == 1
    assert 0 < _add(found, "fanjet_parse_seconds_sum") < 30
    assert _add(found, "fanjet_schedulers_alive") == 1


@pytest.mark.slow
def test_figures_add_up_after_a_scheduler_was_killed(waiting: Service) -> None:
    waiting.start()
    waiting.wait_until(lambda: waiting.ask("/api/v1/dags/waiting")[0] == 200, "the DAG is known")
    waiting.ask("/api/v1/dags/waiting/runs", {})
    waiting.wait_until(lambda: _add(_read(waiting), "fanjet_tries_launched_total") > 0, "the run is carried out")
    killed = waiting.get_role("scheduler")
    killed.kill()
    gone = f"{socket.gethostname()}/{killed.pid}"
    waiting.wait_until(lambda: (new := waiting.find_role("scheduler")) and new.pid != killed.pid, "there is another")
    assert not _add(_read(waiting), "fanjet_scheduler_runs", process=gone)
    assert _add(_read(waiting), "fanjet_tries_launched_total", process=gone) > 0
    waiting.wait_until(lambda: _add(_read(waiting), "fanjet_scheduler_runs") == 1, "the next one has the run")
    waiting.wait_until(lambda: _add(_read(waiting), "fanjet_instances", state="success") == 49, "it goes on")


@pytest.mark.slow
def test_the_numbers_of_a_scheduler_are_written_when_it_stops(waiting: Service, tmp_path: Path) -> None:
    """Not only every few seconds: the last of them would be missing."""
    (waiting.home / "dags" / "waiting.py").write_text(
        "from fanjet import dag, task\n@dag\ndef short():\n    @task\n    def one(): ...\n    one()\nshort()\n"
    )
    waiting.start()
    waiting.wait_until(lambda: waiting.ask("/api/v1/dags/short")[0] == 200, "the DAG is known")
    number = waiting.ask("/api/v1/dags/short/runs", {})[1]["run"]
    waiting.wait_until(lambda: waiting.ask(f"/api/v1/runs/{number}")[1]["state"] == "success", "the run has ended")
    stopped = waiting.get_role("scheduler").pid
    waiting.get_role("scheduler").terminate()
    waiting.wait_until(lambda: (new := waiting.find_role("scheduler")) and new.pid != stopped, "there is another")
    process = f"{socket.gethostname()}/{stopped}"
    assert _add(_read(waiting), "fanjet_instances_total", process=process, state="success") == 1
