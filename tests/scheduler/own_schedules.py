"""Timetables of authors for tests, and what one asks of a service that has them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fanjet import DAG, task
from fanjet.authoring.timetable_base import DagRunInfo, DataInterval, Timetable
from fanjet.store.service.queries import ServiceReader
from scheduler.service_world import START, ServiceWorld

HOUR = timedelta(hours=1)


class Hourly(Timetable):
    """Each hour; says what runs are about and what they are called, unless it is broken."""

    broken = False

    def next_dagrun_info(self, *, last_automated_data_interval: Any, restriction: Any) -> DagRunInfo:
        self.fail()
        start = last_automated_data_interval.end if last_automated_data_interval else restriction.earliest
        return DagRunInfo.interval(start, start + HOUR)

    def infer_manual_data_interval(self, *, run_after: Any) -> DataInterval:
        self.fail()
        return DataInterval(run_after - 2 * HOUR, run_after)

    def generate_run_id(self, *, run_type: Any, run_after: Any, data_interval: Any, **extra: Any) -> str:
        about = "nothing" if data_interval is None else f"{data_interval.start:%H}-{data_interval.end:%H}"
        return f"{run_type.value} {run_after:%H:%M} about {about}"

    def fail(self) -> None:
        if self.broken:
            raise LookupError("the calendar is away")


def make_dag(dag_id: str, timetable: Timetable, *, catchup: bool = True) -> DAG:
    with DAG(dag_id, schedule=timetable, start_date=START + HOUR, catchup=catchup) as dag:

        @task
        def work() -> None: ...

        work()
    return dag


def look_for(condition: Callable[[], bool]) -> Callable[[], bool]:
    def look() -> bool:
        time.sleep(0.002)  # for the thread that asks
        return condition()

    return look


def read_errors(world: ServiceWorld) -> list[str]:
    with ServiceReader.open(world.database) as reader:
        return [str(error["message"]) for row in reader.list_import_errors() for error in row.errors]
