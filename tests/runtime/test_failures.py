"""What the log of a failed try says: the author's part of the traceback, or the exception alone."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from fanjet import DAG, task
from fanjet.runtime.failures import log_traceback
from runtime.bench import Bench


def log_of(dag: DAG, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> str:
    Bench(dag, tmp_path).error("t")
    return capfd.readouterr().err


def frames_of(log: str) -> list[str]:
    return [line.split(", in ")[1] for line in log.splitlines() if line.startswith("  File ")]


def test_a_timeout_shows_where_the_task_was_and_not_who_interrupted_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with DAG("d") as dag:

        @task(execution_timeout=timedelta(seconds=0.05))
        def t():
            time.sleep(10)

        t()
    log = log_of(dag, tmp_path, capfd)
    assert frames_of(log) == ["t"]
    assert log.splitlines()[-1].endswith("TaskTimeout: Task 't' took longer than its execution_timeout of 0.05 s.")


def test_without_a_frame_of_the_author_the_exception_stands_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with DAG("d") as dag:

        @task.sensor(poke_interval=0.01, timeout=0.02)
        def t():
            return False

        t()
    (line,) = log_of(dag, tmp_path, capfd).splitlines()
    assert line.startswith("SensorTimeout: Sensor 't' waited")


def test_what_the_author_called_is_shown_below_their_frames(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with DAG("d") as dag:

        @task
        def t():
            json.loads("{")

        t()
    frames = frames_of(log_of(dag, tmp_path, capfd))
    assert frames[:2] == ["t", "loads"]
    assert len(frames) > 2


def test_causes_are_shown_with_their_frames(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with DAG("d") as dag:

        @task
        def t():
            try:
                json.loads("{")
            except ValueError as error:
                raise ExceptionGroup("many", [KeyError("a")]) from error

        t()
    log = log_of(dag, tmp_path, capfd)
    assert "The above exception was the direct cause" in log
    assert "KeyError: 'a'" in log
    assert "try_runner.py" not in log
    assert "prepared_function.py" not in log


def test_an_error_that_was_never_raised_has_no_heading(capfd: pytest.CaptureFixture[str]) -> None:
    log_traceback(ValueError("bad"))
    assert capfd.readouterr().err == "ValueError: bad\n"
