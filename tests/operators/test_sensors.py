"""Sensors: how they wait, give up and give their slot back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, BaseSensorOperator, FailException, PokeReturnValue, PythonSensor, SensorTimeout, task
from fanjet.errors import DagValueError
from fanjet.model.states import State
from fanjet.operators.external_task import ExternalTaskSensor
from fanjet.operators.http.operator import HttpOperator
from fanjet.operators.http.sensor import HttpSensor
from fanjet.operators.sensors import BashSensor, DateTimeSensor, FileSensor, TimeDeltaSensor
from fanjet.operators.trigger_dagrun import TriggerDagRunOperator
from fanjet.runtime.clock import SYSTEM_CLOCK, Clock
from fanjet.testing.virtual_clock import VirtualClock
from runtime.bench import Bench


class Countdown(BaseSensorOperator):
    """True at the poke after so many."""

    def __init__(self, *, pokes: int = 0, raises: type[Exception] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.left = pokes
        self.raises = raises
        self.times: list[float] = []

    def poke(self, context: Any) -> bool:
        if self.raises:
            raise self.raises("in poke")
        self.times.append(time.monotonic())
        self.left -= 1
        return self.left < 0


def sensor_bench(tmp_path: Path, clock: Clock = SYSTEM_CLOCK, **arguments: Any) -> Bench:
    with DAG("d") as dag:
        Countdown(task_id="s", **arguments)
    return Bench(dag, tmp_path, clock=clock)


def test_poking_until_it_is_true_gives_no_value(tmp_path: Path) -> None:
    assert sensor_bench(tmp_path, pokes=3, poke_interval=0.001).result("s") == (State.SUCCESS, None, -1, None)


@pytest.mark.parametrize(
    ("options", "state", "no_retry"),
    [
        ({}, State.FAILED, True),
        ({"soft_fail": True}, State.SKIPPED, None),
        ({"never_fail": True}, State.SKIPPED, None),
    ],
)
def test_a_timeout_is_final(options: dict[str, Any], state: State, no_retry: bool | None, tmp_path: Path) -> None:
    result = sensor_bench(tmp_path, pokes=10**9, poke_interval=0.001, timeout=0.01, retries=3, **options).result("s")
    assert result.state is state
    if no_retry is not None:
        assert result.extra.no_retry is no_retry
        assert "Sensor 's' waited" in result.extra.error


@pytest.mark.parametrize(
    ("options", "raises", "state", "no_retry"),
    [
        ({}, ValueError, State.FAILED, False),
        ({}, FailException, State.FAILED, True),
        ({"soft_fail": True}, ValueError, State.FAILED, False),
        ({"soft_fail": True}, FailException, State.SKIPPED, None),
        ({"soft_fail": True}, SensorTimeout, State.SKIPPED, None),
        ({"never_fail": True}, ValueError, State.SKIPPED, None),
        ({"silent_fail": True, "timeout": 0.01, "poke_interval": 0.001}, ValueError, State.FAILED, True),
    ],
)
def test_exceptions_in_poke(
    options: dict[str, Any], raises: type[Exception], state: State, no_retry: bool | None, tmp_path: Path
) -> None:
    result = sensor_bench(tmp_path, raises=raises, **options).result("s")
    assert result.state is state
    assert (result.extra.no_retry if result.extra else None) is no_retry


def test_reschedule_gives_the_slot_back_and_keeps_the_time_of_the_first_poke(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
    bench = sensor_bench(tmp_path, clock, pokes=10**9, mode="reschedule", poke_interval=30, timeout=70)
    first = bench.result("s")
    assert first.state is State.UP_FOR_RESCHEDULE
    assert first.extra.resume_at == clock.time() + 30
    clock.sleep(30)
    second = bench.result("s", carry=first.extra.carry)
    assert second.state is State.UP_FOR_RESCHEDULE
    clock.sleep(41)
    assert bench.result("s", carry=second.extra.carry).state is State.FAILED


def test_backoff_doubles_the_pause_up_to_the_longest(tmp_path: Path) -> None:
    bench = sensor_bench(
        tmp_path,
        pokes=10**9,
        mode="reschedule",
        poke_interval=10,
        exponential_backoff=True,
        max_wait=timedelta(seconds=35),
    )
    carry = None
    pauses = []
    for _ in range(4):
        result = bench.result("s", carry=carry)
        pauses.append(round(result.extra.resume_at - time.time()))
        carry = result.extra.carry
    assert pauses == [10, 20, 35, 35]


def test_values_of_sensors(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task.sensor(poke_interval=0.001, timeout=10)
        def decorated(x, ti=None):
            return PokeReturnValue(is_done=ti is not None, xcom_value=[x])

        @task.sensor(mode="reschedule", poke_interval=1)
        def never():
            return False

        decorated.expand(x=[1, 2])
        never()
        PythonSensor(task_id="python", python_callable=lambda n, ti: ti.task_id * n, op_args=["{{ 2 }}" and 2])
    bench = Bench(dag, tmp_path)
    assert bench.fan_out("decorated", 2) == [[1], [2]]
    assert bench.result("never").state is State.UP_FOR_RESCHEDULE
    assert bench.value("python") is None


def test_bash_file_and_time_sensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once: dict[str, Any] = {"mode": "reschedule", "poke_interval": 1}
    monkeypatch.setenv("FANJET_CONN_FS", '{"extra": {"path": "' + str(tmp_path) + '"}}')
    soon = datetime.now(UTC) + timedelta(hours=1)
    with DAG("d") as dag:
        BashSensor(task_id="yes", bash_command="test {{ ds }} = 2024-01-31", **once)
        BashSensor(task_id="no", bash_command="exit 3", **once)
        BashSensor(task_id="broken", bash_command="exit 3", retry_exit_code=1, **once)
        FileSensor(task_id="file", filepath="{{ ds }}*.csv", fs_conn_id="fs", **once)
        FileSensor(task_id="folder", filepath=str(tmp_path / "empty"), **once)
        TimeDeltaSensor(task_id="past", delta=timedelta(days=1), **once)
        DateTimeSensor(task_id="then", target_time="{{ data_interval_end }}", **once)
        DateTimeSensor(task_id="soon", target_time=soon, **once)
        DateTimeSensor(task_id="wrong", target_time="no date", **once)
    (tmp_path / "2024-01-31-a.csv").write_text("")
    (tmp_path / "empty").mkdir()
    bench = Bench(dag, tmp_path)
    done = {"yes", "file", "past", "then"}
    waits = {"no", "folder", "soon"}
    states = {name: bench.result(name).state for name in done | waits}
    assert states == dict.fromkeys(done, State.SUCCESS) | dict.fromkeys(waits, State.UP_FOR_RESCHEDULE)
    assert "exit code 3" in bench.error("broken")
    assert "'no date' is no ISO instant" in bench.error("wrong")


@pytest.mark.parametrize(
    "options",
    [{"mode": "sometimes"}, {"poke_interval": -1}, {"timeout": "x"}, {"soft_fail": True, "never_fail": True}],
)
def test_wrong_options_are_errors_of_the_file(options: dict[str, Any]) -> None:
    with DAG("d"), pytest.raises(DagValueError, match="Countdown 's'"):
        Countdown(task_id="s", **options)


def test_tasks_that_do_not_say_wait_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE", "True")
    with DAG("d"):
        kinds: list[tuple[Any, dict[str, Any]]] = [
            (FileSensor, {"filepath": "f"}),
            (TimeDeltaSensor, {"delta": timedelta(1)}),
            (ExternalTaskSensor, {"external_dag_id": "other"}),
            (HttpSensor, {"endpoint": "e"}),
            (HttpOperator, {"endpoint": "e"}),
            (TriggerDagRunOperator, {"trigger_dag_id": "other"}),
        ]
        for kind, options in kinds:
            assert kind(task_id=f"{kind.__name__}_yes", **options).deferrable
            assert not kind(task_id=f"{kind.__name__}_no", deferrable=False, **options).deferrable
        monkeypatch.setenv("AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE", "perhaps")
        with pytest.raises(DagValueError, match="AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE is 'perhaps', neither"):
            FileSensor(task_id="bad", filepath="f")
