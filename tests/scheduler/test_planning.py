"""Which runs the planner of a service makes, and that none holds up others."""

from __future__ import annotations

from datetime import timedelta

from fanjet import DAG, task
from fanjet.store.database.database import Database
from scheduler.service_world import START, ServiceWorld, until


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
