"""Retries, sensors and time limits of runs in virtual time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fanjet import DAG, BaseSensorOperator, DateTimeSensor, PythonSensor, SensorTimeout, TimeDeltaSensor, dag, task
from fanjet.errors import OperationError
from fanjet.testing import pokes, run_dag, tries

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _quick() -> Any:
    """None of these tests waits for anything."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 10


def test_retries_are_as_far_apart_as_the_dag_says() -> None:
    @dag
    def flaky() -> None:
        @task(retries=3, retry_delay=HOUR, retry_exponential_backoff=True)
        def fetch() -> int:
            raise ConnectionError("gone")

        fetch()

    result = run_dag(flaky, now=NOON, replace={"fetch": tries(OSError, OSError, OSError, 5)}).assert_success()
    starts = [record.started_at for record in result["fetch"].tries]
    assert starts == [NOON, NOON + HOUR, NOON + 3 * HOUR, NOON + 7 * HOUR]
    assert (result.clock.start, result.clock.elapsed) == (NOON, 7 * HOUR)
    assert run_dag(flaky, now=NOON)["fetch"].try_number == 4


@pytest.mark.parametrize("mode", ["poke", "reschedule"])
def test_sensors_wait_in_virtual_time(mode: Any) -> None:
    with DAG("d") as made:
        wait = PythonSensor(task_id="wait", python_callable=lambda: False, mode=mode, poke_interval=600, timeout=3600)

        @task
        def work() -> str:
            return "done"

        wait >> work()

    result = run_dag(made, now=NOON)
    assert isinstance(result["wait"].error, SensorTimeout)
    assert result["wait"].ended_at == NOON + timedelta(minutes=70)
    assert result["work"].state == "upstream_failed"
    result = run_dag(made, now=NOON, replace={"wait": pokes(False, False, True)}).assert_success()
    assert result["wait"].ended_at == NOON + timedelta(minutes=20)
    assert result["work"].started_at == NOON + timedelta(minutes=20)
    assert result["wait"].tries[0].reschedules == (2 if mode == "reschedule" else 0)
    assert run_dag(made, now=NOON, values={"wait": None}).clock.elapsed == timedelta()


def test_sensors_for_instants_see_the_virtual_clock() -> None:
    with DAG("d") as made:
        TimeDeltaSensor(task_id="delta", delta=timedelta(days=2), mode="reschedule", poke_interval=3600)
        DateTimeSensor(task_id="instant", target_time="2026-02-01T00:00:00+00:00")
    result = run_dag(made, logical_date=NOON).assert_success()
    assert result["delta"].ended_at == NOON + timedelta(days=2)
    assert result["instant"].ended_at == NOON + timedelta(hours=12)


def test_what_a_sensor_keeps_on_itself_stays_while_it_pokes() -> None:
    class Countdown(BaseSensorOperator):
        left = 3

        def poke(self, context: Any) -> bool:
            self.left -= 1
            return self.left == 0

    with DAG("d") as made:
        Countdown(task_id="wait", poke_interval=60)
    assert run_dag(made, now=NOON)["wait"].ended_at == NOON + timedelta(minutes=2)


def test_a_sensor_that_sleeps_lets_all_else_go_first() -> None:
    made_files: list[str] = []
    with DAG("d") as made:
        PythonSensor(task_id="wait", python_callable=lambda: "b" in made_files, poke_interval=60, timeout=600)

        @task
        def a() -> None:
            made_files.append("a")

        @task
        def b(_: Any) -> None:
            made_files.append("b")

        b(a())
    result = run_dag(made, now=NOON).assert_success()
    assert result["wait"].ended_at == NOON


def test_a_sensor_function_gets_what_the_poke_would() -> None:
    with DAG("d") as made:

        @task.sensor(poke_interval=60, timeout=600, mode="reschedule")
        def arrived(path: str) -> bool:
            raise AssertionError(path)

        arrived("x.csv")
    seen: list[str] = []
    result = run_dag(made, replace={"arrived": lambda path: seen.append(path) or len(seen) > 2})
    assert seen == ["x.csv"] * 3
    assert result.clock.elapsed == timedelta(minutes=2)


def test_the_time_limit_of_a_run_is_virtual() -> None:
    with DAG("d", dagrun_timeout=timedelta(hours=2)) as made:
        PythonSensor(task_id="wait", python_callable=lambda: False, mode="reschedule", poke_interval=600)
    result = run_dag(made, now=NOON)
    assert result.state == "failed"
    assert result.clock.elapsed == 2 * HOUR


def test_the_same_test_gives_the_same_run() -> None:
    @dag(fail_fast=True)
    def fast() -> None:
        @task
        def work(x: int) -> int:
            if x == 5:
                raise ValueError(x)
            return x

        work.expand(x=list(range(100)))

    for _ in range(3):
        assert run_dag(fast)["work"].count_states() == "1 failed, 94 skipped, 5 success"


def test_only_sensors_have_pokes() -> None:
    @dag
    def one() -> None:
        @task
        def work() -> int:
            return 1

        work()

    with pytest.raises(OperationError, match=r"'work' is no sensor, so it has no pokes. Fix: use tries\(\)"):
        run_dag(one, replace={"work": pokes(True)})
