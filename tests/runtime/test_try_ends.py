"""How tries end: what cannot be mapped over, exceptions, time limits, interruptions."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from fanjet import DAG, FailException, SkipException, TaskDeferred, get_current_context, task
from fanjet.model.states import State
from runtime.bench import Bench


@pytest.mark.parametrize("value", [5, "text", b"x", True, 1.5, {1}, range(3), None, {}.keys()])
def test_a_source_that_cannot_be_mapped_over_fails_itself(value: object, tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def make():
            return value

        @task
        def show(x):
            return x

        show.expand(x=make())
    error = Bench(dag, tmp_path).error("make")
    assert "Task 'make' returned" in error
    assert "'show' is mapped over its result" in error
    assert "Fix: return a list, tuple or dict" in error


def test_a_source_that_is_too_long_fails_itself(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def make(n):
            return list(range(n))

        @task
        def show(x):
            return x

        show.expand(x=make(4))
    bench = Bench(dag, tmp_path, max_map_length=3)
    assert "4 items" in (error := bench.error("make"))
    assert "max_map_length" in error


def test_exceptions_are_ends(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def act(what):
        if what == "skip":
            raise SkipException("not needed")
        if what == "fail":
            raise FailException("for good")
        if what == "exit":
            raise SystemExit(3)
        raise ValueError("broken")

    with DAG("d") as dag:

        @task(retries=2)
        def t(what):
            act(what)

        t.expand(what=["skip", "fail", "exit", "error"])
    bench = Bench(dag, tmp_path)
    assert bench.result("t", (0,)).state is State.SKIPPED
    failed = bench.result("t", (1,))
    assert (failed.state, failed.extra.no_retry) == (State.FAILED, True)
    assert "sys.exit(3)" in bench.error("t", (2,))
    capfd.readouterr()
    result = bench.result("t", (3,))
    assert (result.state, result.extra.no_retry) == (State.FAILED, False)
    assert result.extra.error.startswith("ValueError: broken (")
    assert "test_try_ends.py:" in result.extra.error
    log = capfd.readouterr().err
    assert log.startswith("Traceback")
    assert 'raise ValueError("broken")' in log
    assert "try_runner.py" not in log.replace("test_try_ends.py", "")


def test_what_interrupts_the_process_goes_through_after_on_kill(tmp_path: Path) -> None:
    killed = []

    with DAG("d") as dag:
        from fanjet import BaseOperator

        class Interrupted(BaseOperator):
            def execute(self, context):
                raise KeyboardInterrupt

            def on_kill(self):
                killed.append(self.task_id)

        Interrupted(task_id="t")
    with pytest.raises(KeyboardInterrupt):
        Bench(dag, tmp_path).result("t")
    assert killed == ["t"]
    with pytest.raises(RuntimeError, match="no task is running"):
        get_current_context()


def test_a_time_limit_raises_in_the_task_and_calls_on_kill(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task(execution_timeout=timedelta(seconds=0.05))
        def slow():
            time.sleep(30)

        slow()
    begun = time.monotonic()
    assert "Task 'slow' took longer than its execution_timeout of 0.05 s" in Bench(dag, tmp_path).error("slow")
    assert time.monotonic() - begun < 20


def test_odd_exceptions_are_failures_too(tmp_path: Path) -> None:
    import asyncio

    class BrokenError(Exception):
        def __str__(self) -> str:
            raise ValueError("even here")

    with DAG("d") as dag:

        @task
        def t(kind):
            if kind == "cancelled":
                raise asyncio.CancelledError
            if kind == "broken":
                raise BrokenError
            if kind == "deferred":
                raise TaskDeferred(trigger=None, method_name="go_on")

        t.expand(kind=["cancelled", "broken", "deferred"])
    bench = Bench(dag, tmp_path)
    assert "CancelledError" in bench.error("t", (0,))
    assert "its text cannot be shown" in bench.error("t", (1,))
    deferred = bench.result("t", (2,))
    assert deferred.extra.no_retry
    assert "Task 't' is a function and wants to wait for a trigger" in deferred.extra.error
