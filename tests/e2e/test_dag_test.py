"""`DAG.test()`: a file that is run by python runs its DAG once, in that process, recorded like any other run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from e2e.program import Program

SHOP = """
    import os
    import sys

    from fanjet import DAG, Param, task

    with DAG("shop", params={"depth": Param(3, type="integer", minimum=1)}) as dag:

        @task
        def work(item, params, ds):
            print(f"item {item} in process {os.getpid()} on {ds}")
            if item == params["depth"]:
                raise ValueError(f"{item} is too deep")
            return item + params["depth"]

        work.expand(item=[1, 2])

    if __name__ == "__main__":
"""


def python(fanjet: Program, file: Path) -> subprocess.CompletedProcess[str]:
    """Run a file as a user does."""
    return subprocess.run(
        [sys.executable, file.name],
        cwd=fanjet.folder,
        env=fanjet.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_dag_runs_in_the_process_of_its_file(fanjet: Program) -> None:
    file = fanjet.write(
        "shop.py", SHOP + "        outcome = dag.test()\n        print(os.getpid(), outcome.status.name)\n"
    )
    done = python(fanjet, file)
    assert done.returncode == 0, done.stderr
    *printed, last = done.stdout.splitlines()
    process, status = last.split()
    assert status == "SUCCESS"
    assert [line.partition(" on ")[0] for line in printed] == [f"item {item} in process {process}" for item in (1, 2)]
    assert done.stderr == "shop run 1: success (fanjet show 1)\n"
    rows = fanjet.read_json("xcom", "1", "work")
    assert [(row["map_index"], row["value"]) for row in rows] == [([0], 4), ([1], 5)]


def test_params_and_dates_are_those_of_the_call(fanjet: Program) -> None:
    call = """
        from datetime import UTC, datetime
        dag.test(params={"depth": 7}, run_conf={"who": "me"}, logical_date=datetime(2026, 1, 31, tzinfo=UTC))
"""
    done = python(fanjet, fanjet.write("shop.py", SHOP + call))
    assert done.returncode == 0, done.stderr
    assert "on 2026-01-31" in done.stdout
    shown = fanjet.read_json("show")
    assert (shown["params"], shown["conf"]) == ({"depth": 7}, {"who": "me"})


def test_a_wrong_param_is_an_error_before_anything_runs(fanjet: Program) -> None:
    done = python(fanjet, fanjet.write("shop.py", SHOP + "        dag.test(params={'depth': 0})\n"))
    assert done.returncode == 1
    assert "Param 'depth': Invalid value for a param: 0 is not at least 1." in done.stderr
    assert "item" not in done.stdout


def test_a_failing_task_is_told_and_recorded_and_the_file_chooses_its_exit_status(fanjet: Program) -> None:
    call = "        sys.exit(dag.test(params={'depth': 2}).status.name != 'SUCCESS')\n"
    done = python(fanjet, fanjet.write("shop.py", SHOP + call))
    assert done.returncode == 1
    assert "ValueError: 2 is too deep" in done.stderr, "the traceback is on the terminal"
    assert done.stderr.endswith("shop run 1: failed (fanjet show 1)\n")
    (failed,) = fanjet.read_json("show")["failed"]
    assert failed["map_index"] == [1]
    assert "ValueError: 2 is too deep (shop.py:" in failed["error"]


def test_a_failing_task_raises_nothing_in_the_file(fanjet: Program) -> None:
    done = python(
        fanjet, fanjet.write("shop.py", SHOP + "        dag.test(params={'depth': 2})\n        print('on')\n")
    )
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "on"
