"""Triggers in the process of a test: they run for real, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, BaseOperator, BaseTrigger, DateTimeSensor, FileSensor, TriggerEvent, WaitSensor, task
from fanjet.errors import OperationError
from fanjet.testing import run_dag

START = datetime(2026, 1, 1, tzinfo=UTC)


class Knock(BaseTrigger):
    """Sleeps, also in a thread, and for ever if so told."""

    def __init__(self, hours: float | None) -> None:
        self.hours = hours

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Knock", {"hours": self.hours}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        if self.hours is None:
            await asyncio.Event().wait()
        else:
            await asyncio.sleep(self.hours * 3600)
        yield TriggerEvent(await asyncio.to_thread(str, self.hours))


class Door(BaseOperator):
    def __init__(self, *, hours: float | None, **options: Any) -> None:
        super().__init__(**options)
        self.hours = hours

    def execute(self, context: Any) -> Any:
        self.defer(trigger=Knock(self.hours), method_name="open")

    def open(self, context: Any, event: str) -> str:
        return event


def test_a_day_of_waiting_takes_no_time() -> None:
    with DAG("d") as dag:
        instants = ["2026-01-01T05:00:00+00:00", "2026-01-02T00:00:00+00:00"]
        DateTimeSensor.partial(task_id="instants", deferrable=True).expand(target_time=instants)
        WaitSensor(task_id="rest", time_to_wait=timedelta(hours=2), deferrable=True, end_from_trigger=True)
        Door.partial(task_id="door").expand(hours=[30, 1])

    run = run_dag(dag, now=START)

    assert run.succeeded
    assert run["door"].values == ["30", "1"]
    assert run.clock.elapsed == timedelta(hours=30)


def test_what_others_do_meanwhile_ends_a_wait(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    with DAG("d") as dag:
        FileSensor(task_id="wait", filepath=str(flag), deferrable=True, timeout=3600, poke_interval=60)

        @task
        def put() -> None:
            flag.touch()

        DateTimeSensor(task_id="later", target_time="2026-01-01T00:30:00+00:00", deferrable=True) >> put()

    run = run_dag(dag, now=START)
    assert run.succeeded
    assert timedelta(minutes=30) <= run.clock.elapsed <= timedelta(minutes=32)


def test_a_wait_in_vain_times_out_in_virtual_time(tmp_path: Path) -> None:
    with DAG("d") as dag:
        FileSensor(task_id="wait", filepath=str(tmp_path / "no"), deferrable=True, timeout=3600, poke_interval=60)
    run = run_dag(dag, now=START)
    assert not run.succeeded
    assert run.clock.elapsed == timedelta(hours=1)


def test_a_trigger_that_never_fires_ends_the_test() -> None:
    with DAG("d") as dag:
        Door(task_id="door", hours=None)
    with pytest.raises(OperationError, match="has not fired within ten years"):
        run_dag(dag, now=START)
