"""Which runs the planner of a service makes, and that none holds up others."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from fanjet import DAG, EventsTimetable, task
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.service.queries import ServiceReader
from fanjet.store.service.switches import set_paused
from scheduler.service_world import START, Member, ServiceWorld, until


def make_dag(dag_id: str, **options: object) -> DAG:
    with DAG(dag_id, **options) as dag:

        @task
        def work() -> None: ...

        work()
    return dag


def test_a_continuous_dag_has_a_run_when_the_one_before_has_ended(database: Database) -> None:
    world = ServiceWorld(database, make_dag("on", schedule="@continuous"))
    member = world.member()
    until(member, lambda: len(world.states()) >= 4, most=40)
    states = [*world.states().values()]
    assert states[:3] == ["success"] * 3  # one after the other


def test_dags_that_may_have_no_more_runs_hold_up_no_others(database: Database) -> None:
    """Sixty of them come before the one that may, whichever order one looks at them in."""
    full = [make_dag(f"a{number:02}", schedule="@hourly", max_active_runs=1) for number in range(60)]
    world = ServiceWorld(database, *full, make_dag("z", schedule="@hourly", start_date=START))
    planner = world.member().service._planner
    for dag in full:
        world.ask(dag.dag_id)
    while planner.look():
        pass
    world.clock.sleep(7200.0)
    for _ in range(3):
        planner.look()
    assert any("T14:00" in run_id for run_id in world.states("z"))
    assert len(world.states("a00")) == 1


def test_a_run_that_is_taken_over_has_no_more_time_for_that(database: Database) -> None:
    with DAG("long", dagrun_timeout=timedelta(seconds=30)) as dag:

        @task(retries=1, retry_delay=timedelta(hours=1))
        def work() -> None:
            raise ValueError

        work()
    world = ServiceWorld(database, dag)
    run = world.ask("long")
    world.member(host="elsewhere").turns(5)
    world.clock.sleep(20.0)  # its lease is over
    other = world.member()
    until(other, lambda: run in other.scheduler.runs)
    until(other, lambda: world.states() == {"r": "failed"})
    assert 30 <= world.clock.elapsed.total_seconds() < 36


def test_of_distances_that_were_missed_without_catching_up_the_last_counts(database: Database) -> None:
    world = ServiceWorld(database, make_dag("often", schedule=timedelta(seconds=5), start_date=START))
    member = world.member()
    until(member, lambda: len(world.states()) == 1)
    member.turns(3)
    world.execute("UPDATE dag SET is_paused = 1")
    world.clock.sleep(32.5)
    world.execute("UPDATE dag SET is_paused = 0")
    until(member, lambda: len(world.states()) >= 4)
    seconds = [int(run_id[-8:-6]) for run_id in world.states()]
    assert seconds[:4] == [0, 30, 35, 40]


def plan(world: ServiceWorld, member: Member) -> None:
    """Find when the DAG is due."""
    member.turns(2)
    with ServiceReader.open(world.database) as reader:
        assert reader.get_dag(world.built[0].spec.dag_id).next_run_after is not None


def minutes(world: ServiceWorld) -> list[str]:
    return [run_id[22:27] for run_id in world.states()]


def make_events(*after_s: int, **options: object) -> DAG:
    events = EventsTimetable([START + timedelta(seconds=each) for each in after_s])
    return make_dag("events", schedule=events, **options)


def test_each_event_has_its_run_without_catching_up(database: Database) -> None:
    world = ServiceWorld(database, make_events(60, 120, 180))
    member = world.member()
    plan(world, member)
    for seen in (1, 2, 3):
        world.clock.sleep((START + timedelta(seconds=60 * seen + 0.5)).timestamp() - world.clock.time())
        until(member, lambda wanted=seen: [*world.states().values()] == ["success"] * wanted, most=20)
    assert minutes(world) == ["12:01", "12:02", "12:03"]


@pytest.mark.parametrize(
    ("dag", "down_s", "expected"),
    [
        (make_events(600, 7200), 1800, ["12:10"]),
        (make_events(600, 1200, 7200), 1800, ["12:20"]),  # the latest
        (make_events(600, 1200, 7200, catchup=True), 1800, ["12:10", "12:20"]),
        (make_dag("cron", schedule="49 * * * *"), 3700, ["12:49"]),
        (make_dag("cron", schedule="49 * * * *"), 7300, ["13:49"]),
        (make_dag("cron", schedule="49 * * * *", catchup=True), 7300, ["12:49", "13:49"]),
        (make_dag("ended", schedule="49 * * * *", end_date=START + timedelta(hours=1)), 7300, ["12:49"]),
    ],
)
def test_what_was_planned_is_made_when_the_service_was_down(
    database: Database, dag: DAG, down_s: int, expected: list[str]
) -> None:
    world = ServiceWorld(database, dag)
    plan(world, world.member())
    world.clock.sleep(down_s)
    world.member().turns(10)
    assert minutes(world) == expected


@pytest.mark.parametrize(
    ("dag", "expected"),
    [
        (make_events(600, 7200), []),
        (make_events(600, 7200, catchup=True), ["12:10"]),
        (make_dag("first", schedule="10 * * * *"), []),
        (make_dag("started", schedule="10 * * * *", start_date=START), ["12:10"]),
    ],
)
def test_what_was_planned_in_a_pause_is_for_the_schedule_to_make_up_for(
    database: Database, dag: DAG, expected: list[str]
) -> None:
    world = ServiceWorld(database, dag)
    member = world.member()
    plan(world, member)
    for paused, wait_s in ((True, 1800), (False, 0)):
        with closing(open_writer(database, 5.0)) as connection:
            set_paused(connection, dag.dag_id, paused=paused, at=world.clock.time())
        world.clock.sleep(wait_s)
        member.turns(5)
    assert minutes(world) == expected
