"""Whatever is killed, nothing that was recorded is lost or runs again, and nothing is left running."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from pathlib import Path

import psutil
import pytest

from e2e.program import Program, states, values
from processes import descendants, is_gone, wait_until

#: Each execution leaves a line in `executions`, so that running twice is seen.
COUNTED_MAP = """
    import os, time
    from pathlib import Path
    from fanjet import dag, task

    @dag
    def counted():
        @task
        def discover():
            return list(range(60))

        @task
        def work(item):
            while os.path.exists(Path(os.environ["FOLDER"]) / "held"):
                time.sleep(0.02)
            time.sleep(0.05)
            with open(Path(os.environ["FOLDER"]) / "executions", "a") as file:
                file.write(f"{item}\\n")
            print(f"item {item} is done")
            return item * 10

        @task
        def gather(values):
            return sum(values)

        gather(work.expand(item=discover()))

    counted()
"""


def executions(folder: Path) -> list[int]:
    file = folder / "executions"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def kill_in_the_middle(fanjet: Program, *arguments: str | Path) -> list[psutil.Process]:
    process = fanjet.start("run", *arguments)
    wait_until(lambda: len(executions(fanjet.folder)) >= 15, "15 tries have run")
    family = descendants(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return family


def test_after_kill_9_of_the_scheduler_resume_runs_only_what_had_not_ended(fanjet: Program) -> None:
    file = fanjet.write("counted.py", COUNTED_MAP)
    family = kill_in_the_middle(fanjet, file)
    wait_until(lambda: all(map(is_gone, family)), "all workers are gone")
    before = executions(fanjet.folder)

    file.write_text("raise RuntimeError('not what the run started with, and goes on with')\n")
    (run,) = fanjet.results("resume")

    assert run["state"] == "success"
    assert values(run, "work") == {(item,): item * 10 for item in range(60)}
    assert values(run, "gather") == {(): sum(range(0, 600, 10))}
    again = [item for item in set(before) if executions(fanjet.folder).count(item) > 1]
    assert len(again) <= 2, "only what was running on the two cores, or not yet committed, may have run again"
    assert "item 3 is done" in fanjet.read("logs", "1", "work", "--map-index", "3")


def test_workers_grandchildren_and_daemons_die_with_the_scheduler(fanjet: Program) -> None:
    file = fanjet.write(
        "family.py",
        """
        import os, subprocess, time
        from fanjet import dag, task

        @dag
        def family():
            @task
            def breed():
                subprocess.Popen(["sleep", "600"])
                subprocess.Popen(["sleep", "601"], start_new_session=True)
                subprocess.run(["sh", "-c", "(setsid sleep 602 &) ; true"])
                open(os.path.join(os.environ["FOLDER"], "bred"), "w").close()
                time.sleep(600)

            breed()

        family()
        """,
    )
    process = fanjet.start("run", file)
    wait_until((fanjet.folder / "bred").exists, "the task has started its children")
    wait_until(lambda: sum(p.name() == "sleep" for p in descendants(process.pid)) == 3, "all three sleep")
    family = descendants(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: all(map(is_gone, family)), "everything is gone")


def test_a_worker_killed_in_the_middle_of_a_map_fails_only_the_try_it_was_running(fanjet: Program) -> None:
    file = fanjet.write(
        "killed.py",
        """
        import os, signal
        from fanjet import dag, task

        @dag
        def killed():
            @task
            def work(item):
                if item == 500:
                    os.kill(os.getpid(), signal.SIGKILL)
                return item

            work.expand(item=list(range(1000)))

        killed()
        """,
    )
    (run,) = fanjet.results("run", file, code=1)
    found = states(run, "work")
    assert {path for path, state in found.items() if state != "success"} == {(500,)}
    assert len(found) == 1000
    assert "SIGKILL" in fanjet.read("show", "1")


@pytest.mark.parametrize("signals", [1, 2])
def test_ctrl_c_leaves_a_run_that_resume_finishes(fanjet: Program, signals: int) -> None:
    file = fanjet.write("counted.py", COUNTED_MAP)
    process = fanjet.start("run", file)
    wait_until(lambda: len(executions(fanjet.folder)) >= 10, "10 tries have run")
    for _ in range(signals):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.02)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "resume" in output
    stopped_at = len(executions(fanjet.folder))
    assert stopped_at < 60
    (run,) = fanjet.results("resume")
    assert run["state"] == "success"
    assert values(run, "gather") == {(): sum(range(0, 600, 10))}
    if signals == 1:
        assert sorted(executions(fanjet.folder)) == list(range(60)), "running tries finished, and nothing ran twice"


def test_a_run_that_a_living_process_owns_is_not_resumed(fanjet: Program) -> None:
    file = fanjet.write("counted.py", COUNTED_MAP)
    process = fanjet.start("run", file)
    wait_until(lambda: len(executions(fanjet.folder)) >= 3, "the run goes on")
    (fanjet.folder / "held").touch()
    refused = fanjet("resume", "1", code=2)
    assert f"{process.pid}" in refused.stderr
    (fanjet.folder / "held").unlink()
    assert process.wait(timeout=60) == 0


def recorded(home: Path) -> set[tuple[object, ...]]:
    """All rows of ended instances of the first run."""
    connection = sqlite3.connect(home / "fanjet.db")
    try:
        return set(
            connection.execute("SELECT task, path, state, started_at, ended_at, value FROM instance WHERE run = 1")
        )
    finally:
        connection.close()


@pytest.mark.slow
def test_twenty_kills_at_any_moment_lose_nothing(fanjet: Program) -> None:
    """Each kill comes a little later than the one before; what is recorded never changes afterwards."""
    text = COUNTED_MAP.replace("range(60)", "range(20_000)").replace("sleep(0.05)", "sleep(0.0002)")
    process = fanjet.start("run", fanjet.write("counted.py", text))
    wait_until(lambda: len(executions(fanjet.folder)) > 0, "the map has begun")
    kept: set[tuple[object, ...]] = set()
    for turn in range(20):
        time.sleep(turn * 0.037)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = recorded(fanjet.home)
        assert kept <= now
        kept = now
        process = fanjet.start("resume")
    output, _ = process.communicate(timeout=100)
    assert process.returncode == 0, output
    assert kept <= recorded(fanjet.home)
    assert "20000" in fanjet.read("show", "1").replace(",", "")
    assert fanjet.read("xcom", "1", "gather").strip().endswith(str(sum(range(0, 200_000, 10))))
