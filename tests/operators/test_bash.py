"""Bash commands as tasks."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, BashOperator, task
from fanjet.model.states import State
from fanjet.operators import bash_process
from runtime.bench import Bench


def bench_of(tmp_path: Path, **arguments: Any) -> Bench:
    with DAG("d") as dag:
        BashOperator(task_id="b", **arguments)
    return Bench(dag, tmp_path)


@pytest.mark.parametrize(
    ("command", "value"),
    [
        ("echo one; echo two", "two"),
        ("printf 'no end'", "no end"),
        ("echo x; echo", ""),
        ("true", ""),
        ("echo err >&2", "err"),
        ("echo '{{ ds }}' $((1+1))", "2024-01-31 2"),
        ("printf 'a\\xffb'", "a\\xffb"),
        ("printf 'ü\\r\\n'", "ü"),
        ("echo $FANJET_CTX_TASK_ID $AIRFLOW_CTX_DAG_RUN_ID $FANJET_CTX_MAP_INDEX", "b run-1 -1"),
        ("seq 1 200000", "200000"),
    ],
)
def test_the_last_line_is_the_value(command: str, value: str, tmp_path: Path) -> None:
    assert bench_of(tmp_path, bash_command=command).value("b") == value


def test_all_output_goes_to_the_log_as_it_comes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bench_of(tmp_path, bash_command="echo out; echo err >&2; printf end").value("b")
    assert capfd.readouterr().out == "out\nerr\nend"


def test_exit_codes(tmp_path: Path) -> None:
    assert bench_of(tmp_path, bash_command="exit 99").result("b").state is State.SKIPPED
    assert bench_of(tmp_path, bash_command="exit 7", skip_on_exit_code=[7, 8]).result("b").state is State.SKIPPED
    error = bench_of(tmp_path, bash_command="echo why; exit 99", skip_on_exit_code=None).error("b")
    assert error == "The bash command ended with exit code 99; its last line: 'why'."
    assert "was killed by signal 9" in bench_of(tmp_path, bash_command="kill -9 $$").error("b")
    assert "the bash command is an empty text" in bench_of(tmp_path, bash_command=" ").error("b")


def test_environment_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTER", "outer")
    show = "echo ${OUTER:-none} ${INNER:-none}"
    assert bench_of(tmp_path, bash_command=show).value("b") == "outer none"
    own = {"env": {"INNER": "{{ ds }}"}}
    assert bench_of(tmp_path, bash_command=show, **own).value("b") == "none 2024-01-31"
    assert bench_of(tmp_path, bash_command=show, append_env=True, **own).value("b") == "outer 2024-01-31"
    assert bench_of(tmp_path, bash_command="pwd", cwd=str(tmp_path)).value("b") == str(tmp_path.resolve())
    folder = bench_of(tmp_path, bash_command="touch x; pwd").value("b")
    assert not Path(folder).exists()
    assert "'/nope' in which a bash command is to start does not exist" in bench_of(
        tmp_path, bash_command="pwd", cwd="/nope"
    ).error("b")


def test_command_files_and_output_processor(tmp_path: Path) -> None:
    (tmp_path / "script.sh").write_text("echo '{{ ti.task_id }}' 5\n")
    with DAG("d", template_searchpath=str(tmp_path)) as dag:
        BashOperator(task_id="b", bash_command="script.sh", output_processor=str.split)
    assert Bench(dag, tmp_path).value("b") == ["b", "5"]


def test_mapped_commands(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def commands():
            return ["echo '{{ ds }}'"]

        BashOperator.partial(task_id="m", env={"X": "x"}).expand(bash_command=["echo $X {{ ti.map_index }}", "echo 2"])
        BashOperator.partial(task_id="data").expand(bash_command=commands())
    bench = Bench(dag, tmp_path)
    assert bench.fan_out("m", 2) == ["x 0", "2"]
    bench.value("commands")
    assert bench.fan_out("data", 1) == ["{{ ds }}"]


def test_a_decorated_function_makes_the_command(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task.bash(env={"WHO": "{{ ti.task_id }}"}, append_env=True)
        def greet(word, ti=None):
            return f"echo {word} $WHO {ti.map_index} {{{{ ds }}}}"

        @task.bash
        def wrong():
            return 5

        greet.expand(word=["hello", "bye"])
        wrong()
    bench = Bench(dag, tmp_path)
    assert bench.fan_out("greet", 2) == ["hello greet 0 2024-01-31", "bye greet 1 2024-01-31"]
    assert "Task 'wrong': the bash command is a value of type int" in bench.error("wrong")


def test_a_time_limit_kills_all_that_the_command_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bash_process, "_GRACE_S", 0.3)
    marker = f"fanjet-{os.getpid()}-{time.monotonic_ns()}"
    bench = bench_of(
        tmp_path,
        bash_command=f"trap '' TERM; (exec -a {marker} sleep 60) & echo started; wait; sleep 60",
        execution_timeout=timedelta(seconds=0.3),
    )
    assert "took longer than its execution_timeout of 0.3 s" in bench.error("b")
    assert subprocess.run(["pgrep", "-f", marker], capture_output=True, check=False).stdout == b""


def test_output_without_end_of_line_is_kept_whole(tmp_path: Path) -> None:
    assert bench_of(tmp_path, bash_command="head -c 300000 /dev/zero | tr '\\0' x").value("b") == "x" * 300_000
