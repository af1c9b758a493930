"""What the README promises a newcomer, done as it says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from docs.fanjet_command import environment, fanjet
from docs.pages import ROOT, read_blocks
from installed import FANJET

README = ROOT / "README.md"

_INSTANCES = 60

#: Each execution leaves a line in a file of its own: which instance, in which process.
_SLOW_DAG = f"""
import os
import time
from pathlib import Path

from fanjet import dag, task

MARKS = Path("marks.txt").resolve()

@dag
def slow():
    @task
    def find():
        return list(range({_INSTANCES}))

    @task
    def work(number):
        with MARKS.open("a") as marks:
            marks.write(f"{{number}} {{os.getpid()}}\\n")
        time.sleep(0.05)
        return number * 10

    @task
    def add_up(values):
        return sum(values)

    add_up(work.expand(number=find()))

slow()
"""


def test_commands_after_the_first_dag_work(tmp_path: Path) -> None:
    """`fanjet run`, `show`, `logs` and `xcom` as they stand below the first DAG."""
    (example,) = [block for block in read_blocks(README) if block.kind == "example"]
    (tmp_path / example.name).write_text(example.text, encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    section = text[text.index(example.text) : text.index("## Kill it, resume it")]
    commands = re.findall(r"^\$ fanjet (.*?)\s*(?:#.*)?$", section, re.MULTILINE)
    assert commands[0] == f"run {example.name}"
    assert len(commands) > 3
    for command in commands:
        done = fanjet(*command.split(), folder=tmp_path, home=tmp_path / "home")
        assert done.returncode == 0, f"fanjet {command}:\n{done.stdout}\n{done.stderr}"
        assert done.stdout.strip() or done.stderr.strip(), f"fanjet {command} said nothing"


@pytest.mark.slow
def test_killed_run_resumes_and_runs_nothing_again_that_had_ended(tmp_path: Path) -> None:
    """kill -9 of `fanjet run` in the middle of a map, then `fanjet resume`: every recorded instance ran once."""
    home = tmp_path / "home"
    (tmp_path / "slow.py").write_text(_SLOW_DAG, encoding="utf-8")
    process = subprocess.Popen(
        [FANJET, "run", "slow.py"], cwd=tmp_path, env=environment(home), stdout=subprocess.DEVNULL
    )
    _wait_for_marks(tmp_path, 15)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    _wait_for_end({pid for _, pid in _read_marks(tmp_path)})

    recorded = _recorded_values(tmp_path, home)
    assert 0 < len(recorded) < _INSTANCES
    resumed = fanjet("resume", "--results", "results.json", folder=tmp_path, home=home)
    assert resumed.returncode == 0, f"{resumed.stdout}\n{resumed.stderr}"

    (run,) = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    values = {tuple(found["map_index"]): found.get("value") for found in run["instances"] if found["task_id"] == "work"}
    assert values == {(number,): number * 10 for number in range(_INSTANCES)}
    (total,) = [found["value"] for found in run["instances"] if found["task_id"] == "add_up"]
    assert total == sum(values.values())
    times = Counter(number for number, _ in _read_marks(tmp_path))
    assert times.keys() == set(range(_INSTANCES))
    assert all(times[number] == 1 for number in recorded), "an instance that had ended ran again"


def _read_marks(folder: Path) -> list[tuple[int, int]]:
    """(instance, process) of each execution so far."""
    file = folder / "marks.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [(int(number), int(pid)) for number, pid in (line.split() for line in lines)]


def _wait_for_marks(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 30
    while len(_read_marks(folder)) < count:
        assert time.monotonic() < deadline, "the run does not get going"
        time.sleep(0.01)


def _wait_for_end(pids: set[int]) -> None:
    """The workers die with their scheduler."""
    deadline = time.monotonic() + 10
    while any(map(psutil.pid_exists, pids)):
        assert time.monotonic() < deadline, "workers outlive their scheduler"
        time.sleep(0.02)


def _recorded_values(folder: Path, home: Path) -> set[int]:
    """The map indexes of `work` whose values were recorded before the kill."""
    shown = fanjet("xcom", "1", "work", "--json", folder=folder, home=home)
    assert shown.returncode == 0, shown.stderr
    return {entry["map_index"][0] for entry in json.loads(shown.stdout)}
