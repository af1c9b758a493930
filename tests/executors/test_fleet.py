"""Many programs at once: they share the slots, come and go, and what goes wrong with one is no matter to the others."""

from __future__ import annotations

import os
import signal
import textwrap
import time
from pathlib import Path

import pytest
from executors.fleet_driver import FleetDriver, read_spec

from fanjet.executors.fleet.executor import FleetExecutor
from fanjet.executors.fleet.options import FleetOptions
from fanjet.executors.local.options import LocalOptions
from fanjet.model.changes import MeasureMaps, RunCallbacks
from fanjet.model.events import CallbacksRan, MapsMeasured, TriesReturned
from fanjet.model.programs import Program
from fanjet.model.states import State

FLOW = """
import os, signal, time
from fanjet import DAG, task
with DAG("NAME"):
    @task
    def name(i): return "NAME"
    @task
    def rest(i): time.sleep(0.05)
    @task
    def sleep(i): time.sleep(30)
    @task
    def exits(i): os._exit(3)
    name(1); rest(1); sleep(1); exits(1)
"""


@pytest.fixture
def make_program(tmp_path):
    """A program of a name; `as_loaded` is what its file says by the time it is loaded."""

    def make(name: str, text: str = FLOW, *, as_loaded: str | None = None) -> Program:
        root = tmp_path / "bundles" / name
        root.mkdir(parents=True, exist_ok=True)
        file = root / "flow.py"
        file.write_text(textwrap.dedent(text).replace("NAME", name))
        spec = read_spec(file, root)
        if as_loaded is not None:
            file.write_text(textwrap.dedent(as_loaded).replace("NAME", name))
        return Program(root=root, file="flow.py", bundle=name, spec=spec)

    return make


@pytest.fixture
def start(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    executors = []

    def start_fleet(*, fleet: FleetOptions | None = None, parse_timeout_s: float = 20.0, **options) -> FleetDriver:
        executor = FleetExecutor(
            home=tmp_path / "home",
            session=7,
            options=LocalOptions(**options),
            fleet=fleet,
            parse_timeout_s=parse_timeout_s,
            runners="plain_runners:make_runners",
        )
        executors.append(executor)
        return FleetDriver(executor)

    yield start_fleet
    for executor in executors:
        executor.close(kill=True)


def test_each_run_gets_the_code_of_its_program_and_all_share_the_slots(start, make_program):
    driver = start(workers=2)
    runs = {driver.open(make_program(name)): name for name in ("a", "b", "c")}
    for run in runs:
        driver.queue(run, "name", range(40))
        driver.queue(run, "rest", range(100, 103))
    driver.run_all()
    for run, name in runs.items():
        assert set(driver.states[run].values()) == {State.SUCCESS}
        assert {driver.values[run][i] for i in range(40)} == {f'j"{name}"'.encode()}
    assert driver.most_busy == 2


def test_worker_numbers_and_segments_are_never_shared(start, make_program):
    driver = start(workers=4)
    runs = [driver.open(make_program(name)) for name in "abcd"]
    for run in runs:
        driver.queue(run, "rest", range(6))
    driver.run_all()
    run_of_worker = {}
    for launch in driver.launches:
        assert run_of_worker.setdefault(launch.worker, launch.run) == launch.run
    segments = [worker.slot.words[2] for worker in driver.workers()]
    assert len(set(segments)) == len(segments) >= 4
    assert {segment >> 32 for segment in segments} == {7}
