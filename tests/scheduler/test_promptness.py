"""What is due, or waits for something, starts when its instant has come or that is there, not at the next look."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from select import select
from typing import Any

import pytest

from fanjet import DAG, task
from fanjet.authoring.assets import Asset
from fanjet.store.database.bells import Bell, hang_bell
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader
from fanjet.store.service.switches import set_paused
from scheduler.service_world import START, Member, ServiceWorld, ended, until

#: Of virtual time, where nothing takes any: a look that is not waited for.
SOON_S = 0.05


def make_dag(dag_id: str, **options: Any) -> DAG:
    with DAG(dag_id, **options) as dag:

        @task
        def work() -> None: ...

        work()
    return dag


def list_runs(world: ServiceWorld, dag_id: str) -> list[Any]:
    with Reader.open(world.database) as reader:
        return list(reversed(reader.list_runs(dag_id, limit=100)))


def find_start(world: ServiceWorld, run: int, task: int = 0) -> float:
    with Reader.open(world.database) as reader:
        (row,) = reader.instances(run, task)
    return float(row.started_at)


def is_rung(bell: Bell) -> bool:
    """Whether somebody has rung; a database server takes its time to say so."""
    select([bell], [], [], 0.3)
    return bell.answer()


def start_two(world: ServiceWorld) -> tuple[Member, Member]:
    """Schedulers that know of each other."""
    members = world.member(), world.member()
    for member in members:
        member.turns(1)
    return members


def test_a_run_is_made_at_the_instant_at_which_it_is_due(database: Database) -> None:
    every = timedelta(seconds=2, milliseconds=370)
    world = ServiceWorld(database, make_dag("often", schedule=every, start_date=START), make_dag("idle"))
    member = world.member()
    until(member, lambda: len(world.states("often")) >= 6)
    runs = list_runs(world, "often")[1:]
    late_s = [(each.info.created_at - each.info.logical_date).total_seconds() for each in runs]
    assert max(late_s) <= SOON_S
    assert max((each.info.started_at - each.info.created_at).total_seconds() for each in runs) <= SOON_S


def test_who_waits_for_an_instant_looks_no_oftener(database: Database) -> None:
    world = ServiceWorld(database, make_dag("later", schedule="30 * * * *", start_date=START))
    member = world.member()
    member.turns(5)
    before = world.clock.elapsed.total_seconds()
    member.turns(20)
    assert world.clock.elapsed.total_seconds() - before >= 19.5  # a second each


def test_what_the_clock_cannot_start_yet_is_not_looked_for_all_the_time(database: Database) -> None:
    with DAG("full", schedule=timedelta(seconds=3), start_date=START, max_active_runs=1) as dag:

        @task(retries=1, retry_delay=timedelta(hours=1))
        def work() -> None:
            raise ValueError

        work()
    world = ServiceWorld(database, dag)
    member = world.member()
    until(member, lambda: len(world.states()) == 1)
    member.turns(10)
    before = world.clock.elapsed.total_seconds()
    member.turns(20)
    assert world.clock.elapsed.total_seconds() - before >= 19.5
    assert len(world.states()) == 1


def test_a_task_goes_on_when_it_has_passed_in_the_run_before(database: Database) -> None:
    with DAG("past") as dag:

        @task(depends_on_past=True)
        def work() -> None: ...

        @task(wait_for_downstream=True)
        def more(_: Any) -> None: ...

        more(work())
    world = ServiceWorld(database, dag)
    member = world.member()
    member.turns(3)
    runs = [world.ask("past", f"r{day}", START + timedelta(days=day)) for day in range(4)]
    until(member, ended(world))
    starts = [find_start(world, run, number) for run in runs for number in (0, 1)]
    assert starts == sorted(starts)
    assert starts[-1] - starts[0] <= 8 * SOON_S


def test_a_task_goes_on_when_it_has_passed_on_another_scheduler(database: Database) -> None:
    with DAG("past") as dag:

        @task(depends_on_past=True)
        def work() -> None: ...

        work()
    world = ServiceWorld(database, dag)
    first, other = start_two(world)
    world.ask("past", "r0", START)
    second = world.ask("past", "r1", START + timedelta(days=1))
    first.turns(1)
    other.turns(2)
    assert len(first.scheduler.runs) == len(other.scheduler.runs) == 1
    with closing(hang_bell(database, other.session)) as bell, closing(hang_bell(database, first.session)) as own:
        until(first, lambda: not first.scheduler.runs)
        first.turns(1)
        assert is_rung(bell)
        assert not own.answer()
    other.service._looks_at = 0.0  # it was rung
    until(other, ended(world))
    assert find_start(world, second) - world.clock.time() <= SOON_S


def test_runs_that_are_left_to_others_are_told_to_them_once(database: Database) -> None:
    world = ServiceWorld(database, make_dag("some", max_active_runs=0))
    first, other = start_two(world)
    for number in range(3):
        world.ask("some", f"r{number}")
    with closing(hang_bell(database, other.session)) as bell:
        first.service._intake.start_queued()
        assert len(first.scheduler.runs) == 2
        assert is_rung(bell)
        first.service._intake.start_queued()
        assert not bell.answer()
    until(other, ended(world))


def test_an_asset_starts_runs_while_the_run_that_made_it_goes_on(database: Database) -> None:
    with DAG("make") as make:

        @task(outlets=[Asset("orders")])
        def first() -> None: ...

        @task(retries=1, retry_delay=timedelta(hours=1))
        def long(_: Any) -> None:
            raise ValueError

        long(first())
    world = ServiceWorld(database, make, make_dag("take", schedule=[Asset("orders")]))
    member = world.member()
    member.turns(3)
    run = world.ask("make")
    until(member, lambda: "success" in world.states("take").values(), most=30)
    assert world.states("make") == {"r": "running"}
    (taken,) = list_runs(world, "take")
    assert taken.info.started_at.timestamp() - find_start(world, run) <= SOON_S


@pytest.mark.parametrize("paused", [True, False])
def test_a_dag_that_is_paused_no_longer_is_told_to_schedulers(database: Database, paused: bool) -> None:
    world = ServiceWorld(database, make_dag("some"))
    with closing(open_writer(database, 5.0)) as connection, closing(hang_bell(database, 7)) as bell:
        set_paused(connection, "some", paused=paused, at=0.0)
        assert is_rung(bell) is not paused
    assert world.states() == {}
