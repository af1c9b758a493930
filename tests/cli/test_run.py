"""`fanjet run` and `fanjet resume` as a person calls them: in a process of their own, off a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.conftest import Call

FANJET = [sys.executable, "-c", "from fanjet.cli.main import main; main()"]

SWEEP = """\
from fanjet import dag, task

@dag
def sweep():
    @task
    def numbers():
        return [1, 2, 3]

    @task
    def double(x):
        print("doubling", x)
        return 2 * x

    @task
    def add(xs):
        return sum(xs)

    add(double.expand(x=numbers()))

sweep()
"""

FAILING = """\
from fanjet import dag, task

@dag
def broken():
    @task
    def invert(x):
        print("inverting", x)
        return 1 / x

    invert.expand(x=[1, 0, 2])

broken()
"""

ODD = """\
from fanjet import DAG, EmptyOperator, task

with DAG("odd"):

    @task
    def numbers():
        return [1]

    @task
    def use(x):
        return x

    use.expand(x=numbers().concat(EmptyOperator(task_id="e").output))
"""

SLOW = """\
import time
from pathlib import Path
from fanjet import dag, task

@dag
def slow():
    @task
    def wait(x):
        Path("started").touch()
        time.sleep(0.2)
        return x

    wait.expand(x=list(range(40)))

slow()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("sweep.py", SWEEP), ("broken.py", FAILING), ("slow.py", SLOW)):
        (tmp_path / name).write_text(text)
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "FANJET_HOME": str(folder / "home"), "TERM": "dumb"}


def fanjet(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FANJET, *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_run_ends_with_0_and_writes_the_results(folder: Path) -> None:
    done = fanjet(folder, "run", "sweep.py", "--results", "results.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("✓ sweep run 1: success after ")
    assert last.endswith("→ fanjet show 1")
    (run,) = json.loads((folder / "results.json").read_text())
    values = {(one["task_id"], tuple(one["map_index"])): one["value"] for one in run["instances"]}
    assert values == {
        ("numbers", ()): [1, 2, 3],
        ("double", (0,)): 2,
        ("double", (1,)): 4,
        ("double", (2,)): 6,
        ("add", ()): 12,
    }
    assert run["state"] == "success"
    assert fanjet(folder, "logs", "1", "double[1]").stdout == "doubling 2\n"


def test_run_imports_neither_rich_nor_sqlalchemy_off_a_terminal(folder: Path) -> None:
    code = (
        "import sys\n"
        "from fanjet.cli.main import main\n"
        "try:\n    main(['run', 'sweep.py'])\n"
        "except SystemExit as ended:\n    assert ended.code == 0, ended.code\n"
        "print('imported:', sorted({'rich', 'sqlalchemy', 'alembic', 'pandas'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=True)
    assert done.stdout.endswith("imported: []\n")


def test_a_failed_run_ends_with_1_and_says_what_failed_and_where_to_read_more(folder: Path) -> None:
    done = fanjet(folder, "run", "broken.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "✗ invert[1] failed" in done.stdout
    assert "ZeroDivisionError" in done.stdout
    assert "→ fanjet logs 1 invert --map-index 1" in done.stdout
    assert "Traceback" not in done.stderr
    shown = fanjet(folder, "show", "1").stdout
    assert "│ inverting 0" in shown or "ZeroDivisionError" in shown


def test_a_run_without_failures_that_did_not_succeed_says_why(folder: Path) -> None:
    (folder / "odd.py").write_text(ODD)
    done = fanjet(folder, "run", "odd.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "were done" not in done.stdout.splitlines()[0]
    lines = [line.strip() for line in done.stdout.splitlines()]
    place = lines.index("▲ use upstream failed")
    assert "'e' gave no result" in lines[place + 1]
    assert lines[place + 2] == "→ fanjet show 1 use"


def test_a_file_that_cannot_be_loaded_ends_with_2_and_names_the_line(folder: Path) -> None:
    (folder / "wrong.py").write_text("from fanjet import dag\n\ndef f(:\n")
    done = fanjet(folder, "run", "wrong.py")
    assert done.returncode == 2
    assert "wrong.py:3" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["swep.py"], "There is no file swep.py. Did you mean sweep.py?"),
        (["broken_link.py"], "broken_link.py is a link to nowhere.py, which is not there."),
        (["."], "is a folder"),
        (["sweep.py", "--params", "{"], "is not valid JSON"),
        (["sweep.py", "--conf", "[1]"], "is no JSON object"),
        (["sweep.py", "--logical-date", "tomorrow"], "is no ISO 8601 date"),
        (["sweep.py", "--workers", "0"], "--workers 0 cannot be used"),
        (["sweep.py", "--inline", "--workers", "2"], "leave --workers out"),
        (["sweep.py", "--results", "missing/results.json"], "There is no folder"),
        (["sweep.py", "--dag", "sweap"], "has no DAG 'sweap'"),
    ],
)
def test_wrong_arguments_end_with_2_before_anything_runs(
    call: Call, folder: Path, arguments: list[str], message: str
) -> None:
    (folder / "broken_link.py").symlink_to("nowhere.py")
    result = call("run", *arguments)
    assert result.status == 2
    assert message in result.err
    assert call("runs").status == 2 or call("runs").out == "There are no runs yet.\n"


def test_ctrl_c_ends_with_130_and_resume_goes_on(folder: Path) -> None:
    command = [*FANJET, "run", "slow.py", "--workers", "2"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        give_up_at = time.monotonic() + 30
        while not (folder / "started").exists() and time.monotonic() < give_up_at:
            time.sleep(0.05)
        # A terminal sends it to everything in the foreground, and what runs is to finish nonetheless.
        os.killpg(process.pid, signal.SIGINT)
        text, _ = process.communicate(timeout=30)
    assert process.returncode == 130, text
    assert text.splitlines()[-1].endswith("→ fanjet resume 1")
    assert " failed" not in text
    assert "retrying" not in text
    assert "interrupted" in fanjet(folder, "runs").stdout
    done = fanjet(folder, "resume", "--workers", "8", "--results", "results.json")
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = json.loads((folder / "results.json").read_text())
    assert [(one["value"], one["try_number"]) for one in run["instances"]] == [(index, 1) for index in range(40)]
    again = fanjet(folder, "resume", "1")
    assert again.returncode == 2
    assert "has ended (success)" in again.stderr


def test_a_run_goes_on_to_its_end_when_nobody_reads_its_output(folder: Path) -> None:
    command = [*FANJET, "run", "sweep.py"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    assert json.loads(fanjet(folder, "runs", "--json").stdout)[0]["state"] == "success"
