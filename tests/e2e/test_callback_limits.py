"""Callbacks that take too long are ended, also those that do not let themselves be told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.program import Program

FILE = """
import time

from fanjet import DAG, task

def slow(context):
    time.sleep(60)

def deaf(context):
    while True:
        try:
            time.sleep(60)
        except Exception:
            pass

def after(context):
    print("told after it")

@task
def work(): ...

with DAG("slow", on_success_callback=[slow, after]):
    work()
with DAG("deaf", on_success_callback=deaf):
    work()
"""


@pytest.fixture
def fanjet(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.close()


def test_callbacks_of_runs_have_a_time_limit(fanjet: Program) -> None:
    fanjet.settings = {"FANJET_CALLBACK_TIMEOUT_S": "1", "FANJET_KILL_GRACE_S": "0.5"}
    told = fanjet("run", fanjet.write("d.py", FILE)).stdout
    assert "a callback failed: slow: TaskTimeout: Callback slow took longer than callback_timeout_s = 1 allows" in told
    assert "a callback failed: timeout: the callbacks took longer than callback_timeout_s = 1" in told
