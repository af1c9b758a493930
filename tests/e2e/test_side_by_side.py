"""Several processes on one home at once."""

from __future__ import annotations

import os
import signal

import pytest

from e2e.program import Program
from processes import wait_until

FILE = """
    import time
    from fanjet import dag, task

    @dag
    def shared():
        @task
        def work(item):
            print("work", item)
            time.sleep(0.01)
            return [item] * 20_000

        @task
        def total(lists):
            return sum(len(items) for items in lists)

        total(work.expand(item=list(range(20))))

    shared()
"""


@pytest.mark.slow
def test_five_runs_of_one_file_begin_at_once_on_a_new_home(fanjet: Program) -> None:
    file = fanjet.write("shared.py", FILE)
    processes = [fanjet.start("run", file, "--workers", "1") for _ in range(5)]
    outputs = [process.communicate(timeout=50)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 5, outputs
    runs = fanjet.read_json("runs")
    assert sorted(run["run"] for run in runs) == [1, 2, 3, 4, 5]
    assert {run["state"] for run in runs} == {"success"}
    for run in (1, 5):
        assert fanjet.read("xcom", str(run), "total") == "400000\n"
        assert fanjet.read("logs", str(run), "work", "--map-index", "7") == "work 7\n"


@pytest.mark.slow
def test_of_three_that_resume_a_run_one_gets_it_and_the_others_say_who(fanjet: Program) -> None:
    held = fanjet.folder / "held"
    held.touch()
    wait = f"while item > 2 and os.path.exists({str(held)!r}): time.sleep(0.02)"
    file = fanjet.write("shared.py", FILE.replace("time.sleep(0.01)", wait).replace("import time", "import os, time"))
    killed = fanjet.start("run", file, "--workers", "1")
    wait_until(lambda: "success" in fanjet("runs", code=None).stdout, "something has ended")
    owned = fanjet("resume", "1", code=2)
    assert f"owned by process {killed.pid}" in owned.stderr
    assert "Stop that process first" in owned.stderr
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    processes = [fanjet.start("resume", "1", "--workers", "2") for _ in range(3)]
    wait_until(lambda: sum(process.poll() == 2 for process in processes) == 2, "two have been refused")
    held.unlink()
    outputs = [process.communicate(timeout=50)[0] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 2, 2], outputs
    (winner,) = [process.pid for process in processes if process.returncode == 0]
    for process, output in zip(processes, outputs, strict=True):
        assert process.returncode == 0 or f"owned by process {winner}" in output
        assert "Traceback" not in output
    assert fanjet.read("xcom", "1", "total") == "400000\n"
