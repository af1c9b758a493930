"""DAG files of 2.3, 2.10 and 3.x run unchanged, in processes of their own and in the process of a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from airflow_shim import vintages
from e2e.program import Program, states, values
from fanjet.testing import run_dag

FRIDAY = "2024-01-05T00:00:00+00:00"


@pytest.fixture
def fanjet(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.close()


def run(fanjet: Program, text: str, code: int = 0) -> dict[str, Any]:
    return fanjet.results("run", fanjet.write("their_dag.py", text), "--logical-date", FRIDAY, code=code)[0]


def states_of(run: dict[str, Any]) -> dict[str, str]:
    return {instance["task_id"]: instance["state"] for instance in run["instances"]}


def test_a_file_of_two_three(fanjet: Program) -> None:
    done = run(fanjet, vintages.TWO_THREE)
    assert states_of(done) == {
        "extract": "success",
        "load": "success",
        "show": "success",
        "skip": "skipped",
        "fail": "failed",
        "done": "success",
    }
    assert values(done, "load") == {(): ["2024-01-05", "2024-01-05", "Oslo"]}
    assert values(done, "show") == {(): "20240105 2024-01-07"}
    assert [i.get("try_number", 1) for i in done["instances"] if i["task_id"] == "fail"] == [1]


def test_a_file_of_two_ten(fanjet: Program) -> None:
    done = run(fanjet, vintages.TWO_TEN)
    assert values(done, "total") == {(): 5}
    assert values(done, "settings") == {(): [False, "z"]}
    assert states(done, "group.rarely") == {(): "skipped"}
    assert (states(done, "friday"), states(done, "other")) == ({(): "success"}, {(): "skipped"})
    assert [i["label"] for i in done["instances"] if i["task_id"] == "square"] == ["n=0", "n=1", "n=2"]


def test_a_file_of_three(fanjet: Program) -> None:
    fanjet.settings["FANJET_WORKERS"] = "1"  # the file system is in the memory of one worker
    done = run(fanjet, vintages.THREE)
    assert values(done, "read") == {(): ["a.txt", "memory", "{{ not a template }}"]}
    assert states(done, "never") == {(): "skipped"}
    assert "told: write is done" in fanjet.read("logs", "1", "write")


def test_the_process_of_a_test_has_no_airflow_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "their_dag.py"
    file.write_text(vintages.TWO_THREE)
    result = run_dag(file, logical_date=datetime(2024, 1, 5, tzinfo=UTC))
    assert result["load"].value == ["2024-01-05", "2024-01-05", "Oslo"]
    assert not [name for name in sys.modules if name.partition(".")[0] == "airflow"]


def test_check_names_the_line_of_an_import_that_does_not_work(fanjet: Program) -> None:
    file = fanjet.write("bad.py", "import json\nfrom airflow.operators.bash import BashOperater\n")
    told = fanjet("check", file, code=2).stdout
    assert "bad.py:2" in told
    assert "did you mean 'BashOperator'?" in told


def test_a_project_laid_out_as_for_airflow(fanjet: Program) -> None:
    """Modules are found from the folder `dags` and from `plugins` beside it."""
    for name, text in {
        "dags/team/orders.py": "from airflow.sdk import dag, task\nfrom greeting import hello\n"
        "from lib.numbers import ONE\n@dag\ndef orders():\n    task(task_id='t')(lambda: [ONE, hello()])()\norders()\n",
        "dags/lib/numbers.py": "ONE = 1\n",
        "plugins/greeting.py": "from airflow.plugins_manager import AirflowPlugin\ndef hello():\n    return 'hello'\n",
    }.items():
        (fanjet.folder / name).parent.mkdir(parents=True, exist_ok=True)
        fanjet.write(name, text)
    (done,) = fanjet.results("run", fanjet.folder / "dags" / "team" / "orders.py")
    assert values(done, "t") == {(): [1, "hello"]}


def test_workers_that_are_started_afresh_have_the_names_too(fanjet: Program) -> None:
    """As where loading the file has started a thread, which a fork would not take along."""
    text = """
    import threading, time
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    from airflow.sdk import dag, task

    @dag
    def threaded():
        @task
        def late():
            from airflow.utils.state import State
            return State.SUCCESS.value

        late()

    threaded()
    """
    (done,) = fanjet.results("run", fanjet.write("threaded.py", text))
    assert values(done, "late") == {(): "success"}
