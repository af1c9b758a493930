"""A try that changes the current folder changes it for itself alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fanjet import DAG, task
from runtime.bench import Bench


def test_tries_start_in_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, gone = tmp_path / "start", tmp_path / "gone"
    start.mkdir()
    monkeypatch.chdir(start)
    with DAG("d") as dag:

        @task
        def move(where):
            os.chdir(where)
            if where == str(gone):
                gone.rmdir()
            return where

        @task
        def fail():
            os.chdir("/")
            raise ValueError

        @task
        def look():
            return str(Path.cwd())

        move.expand(where=["/", str(gone)])
        fail()
        look()
    gone.mkdir()
    bench = Bench(dag, tmp_path)
    for leave in (lambda: bench.result("move", (0,)), lambda: bench.result("move", (1,)), lambda: bench.result("fail")):
        leave()
        assert bench.value("look") == str(start)


def test_a_folder_that_is_gone_stays_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = tmp_path / "start"
    start.mkdir()
    monkeypatch.chdir(start)
    with DAG("d") as dag:

        @task
        def move():
            start.rmdir()
            os.chdir("/")

        @task
        def look():
            return str(Path.cwd())

        move()
        look()
    bench = Bench(dag, tmp_path)
    bench.result("move")
    assert bench.value("look") == "/"
