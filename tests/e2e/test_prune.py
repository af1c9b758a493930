"""Old runs go with all that is kept for them, and nothing else does; whoever is killed at it loses nothing either."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from e2e.program import Program

FLOW = """
from fanjet import dag, task
import os

@dag
def flow():
    @task
    def find():
        return list(range(20))

    @task
    def work(item):
        print(f"item {item}")
        return os.urandom(100_000)

    work.expand(item=find())

flow()
"""
_PER_RUN = ("instance", "try", "launch", "map_length", "summary", "xcom")


def count(fanjet: Program, table: str, run: int | None = None) -> int:
    with closing(sqlite3.connect(fanjet.home / "fanjet.db")) as connection:
        where = "" if run is None else f" WHERE run = {run}"
        return connection.execute(f"SELECT count(*) FROM {table}{where}").fetchone()[0]


def make_old(fanjet: Program, *runs: int) -> None:
    """As if they had ended a year ago."""
    year_s = 365 * 86400
    with closing(sqlite3.connect(fanjet.home / "fanjet.db")) as connection, connection:
        for run in runs:
            connection.execute("UPDATE run SET ended_at = ended_at - ?, started_at = started_at - ? WHERE run = ?",
                               (year_s, year_s, run))  # fmt: skip
        connection.execute("UPDATE dag_version SET created_at = created_at - ?", (year_s,))


def age(*files: Path) -> None:
    import os

    for file in files:
        os.utime(file, (time.time() - 365 * 86400,) * 2)


@pytest.fixture
def three_runs(fanjet: Program) -> Program:
    file = fanjet.write("flow.py", FLOW)
    for at in range(3):
        file.write_text(f"{FLOW}\n# {at}\n")
        fanjet("run", file)
        if not at:
            age(*(fanjet.home / "logs").glob("*.log"), *(fanjet.home / "bundles").glob("*.json"))
            age(*(fanjet.home / "bundles" / "blobs").glob("*/*"))
    return fanjet


def test_old_runs_go_with_their_values_logs_and_files(three_runs: Program) -> None:
    fanjet = three_runs
    make_old(fanjet, 1)
    logs = set((fanjet.home / "logs").glob("*.log"))
    bundles = set((fanjet.home / "bundles").glob("*.json"))
    told = json.loads(fanjet("prune", "--older-than", "90d", "--dry-run", "--json").stdout)
    assert (told["runs"], told["instances"], told["by_dag"]) == (1, 21, {"flow": 1})
    assert count(fanjet, "run") == 3
    said = fanjet("prune", "--older-than", "90d").stdout
    assert "1 run, 21 instances, 20 stored values" in said
    assert [count(fanjet, table, 1) for table in _PER_RUN] == [0] * len(_PER_RUN)
    assert not (fanjet.home / "values" / "1").exists()
    assert logs - set((fanjet.home / "logs").glob("*.log")), "the segments of the first run are gone"
    assert len(bundles - set((fanjet.home / "bundles").glob("*.json"))) == 1
    for run in ("2", "3"):
        assert "item 7" in fanjet.read("logs", run, "work[7]")
        assert len(fanjet.read_json("xcom", run, "work")) == 20
    fanjet("rerun", "2", "--task", "work[3]")
    assert "Removed: 0 runs" in fanjet("prune", "--older-than", "90d").stdout


@pytest.mark.slow
def test_the_latest_run_of_a_dag_stays(three_runs: Program) -> None:
    make_old(three_runs, 1, 2, 3)
    three_runs("prune", "--older-than", "90d")
    assert [count(three_runs, "instance", run) for run in (1, 2, 3)] == [0, 0, 21]
    assert three_runs("logs", "3", "work[7]").stdout == "item 7\n"


def test_a_length_of_time_that_is_none_is_told(fanjet: Program) -> None:
    assert "90d, 12h or 30m" in fanjet("prune", "--older-than", "soon", code=2).stderr


@pytest.mark.slow
def test_whoever_is_killed_while_pruning_is_followed_by_another(three_runs: Program) -> None:
    make_old(three_runs, 1, 2)
    chances = random.Random(7)
    for _ in range(8):
        process = three_runs.start("prune", "--older-than", "90d")
        time.sleep(chances.uniform(0.2, 0.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
    three_runs("prune", "--older-than", "90d")
    assert [count(three_runs, table) for table in ("run", "summary")] == [1, 2]
    assert [path.name for path in (three_runs.home / "values").iterdir()] == ["3"]
    assert len(json.loads(three_runs("xcom", "3", "work", "--json").stdout)) == 20


TIDY = """
import os
from pathlib import Path
from fanjet import dag, task

@dag
def tidy():
    @task
    def long():
        print("before")
        for log in Path(os.environ["FANJET_HOME"], "logs").glob("*.log"):
            log.unlink()
        print("after")

    @task
    def next():
        print("next")

    long() >> next()

tidy()
"""


def test_a_log_that_somebody_removes_while_its_try_runs_is_there_when_it_has_ended(fanjet: Program) -> None:
    fanjet("run", fanjet.write("tidy.py", TIDY), "--workers", "1")
    assert fanjet("logs", "1", "long").stdout == "before\nafter\n"
    assert fanjet("logs", "1", "next").stdout == "next\n"


def test_several_may_remove_old_files_at_once(fanjet: Program, tmp_path: Path) -> None:
    fanjet("run", fanjet.write("flow.py", FLOW))
    left = [fanjet.home / "logs" / f"{number:016x}.log" for number in range(1 << 40, (1 << 40) + 500)]
    for path in left:
        path.touch()
    age(*left)
    others = [fanjet.start("prune", "--older-than", "90d") for _ in range(3)]
    assert [other.wait() for other in others] == [0, 0, 0]
    assert not any(path.exists() for path in left)
    assert "item 7" in fanjet.read("logs", "1", "work[7]")
