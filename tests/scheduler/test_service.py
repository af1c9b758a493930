"""What a scheduler of a service takes up by itself: runs that are asked for, due, or left behind by another one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from fanjet import DAG, task
from fanjet.authoring.assets import Asset
from fanjet.authoring.timetable_base import DagRunInfo, Timetable
from fanjet.model.events import MarkRequested, RerunRequested
from fanjet.model.states import State
from fanjet.store.database.database import Database
from fanjet.store.journal.commands import Commands
from fanjet.store.queries.reader import Reader
from scheduler.service_world import START, TERMS, ServiceWorld, ended, until
from scheduler.small_dags import adding

HOUR = timedelta(hours=1)


def test_runs_that_are_asked_for_are_carried_out_and_given_up(database: Database) -> None:
    world = ServiceWorld(database, adding(), adding("other"))
    runs = [world.ask("adding"), world.ask("other")]
    member = world.member()
    until(member, ended(world))
    assert set(world.states().values()) == {"success"}
    assert [world.value(run, 1) for run in runs] == [6, 6]
    assert not len(member.scheduler.runs)
    with Reader.open(world.database) as reader:
        assert not any(row.owned for row in reader.list_runs())


def test_no_more_runs_of_a_dag_than_it_allows_go_on_at_once(database: Database) -> None:
    world = ServiceWorld(database, adding(max_active_runs=1), adding("other"))
    for at in range(4):
        world.ask("adding", f"r{at}")
        world.ask("other", f"r{at}")
    member = world.member(most_active=3)
    seen = {"adding": 0, "other": 0}
    begun: list[str] = []

    def look() -> bool:
        for dag_id, most in seen.items():
            states = world.states(dag_id)
            active = [run_id for run_id, state in states.items() if state == "running"]
            seen[dag_id] = max(most, len(active))
            begun.extend(run_id for run_id in active if dag_id == "adding" and run_id not in begun)
        return ended(world)()

    until(member, look)
    assert seen == {"adding": 1, "other": 3}
    assert begun == ["r0", "r1", "r2", "r3"], "the oldest first"


def test_a_paused_dag_waits(database: Database) -> None:
    world = ServiceWorld(database, adding(schedule="@hourly", start_date=START - HOUR))
    world.execute("UPDATE dag SET is_paused = 1")
    world.ask("adding")
    member = world.member()
    member.turns(20)
    assert world.states() == {"r": "queued"}
    world.execute("UPDATE dag SET is_paused = 0")
    until(member, lambda: len(world.states()) > 1 and ended(world)())


@pytest.mark.parametrize(("catchup", "made"), [(False, 1), (True, 25)])
def test_runs_are_made_when_they_are_due(database: Database, catchup: bool, made: int) -> None:
    first = START - timedelta(days=1)
    dag = adding(schedule="@hourly", start_date=first, catchup=catchup)
    world = ServiceWorld(database, dag)
    member = world.member()
    until(member, lambda: len(world.states()) >= made and ended(world)())
    assert len(world.states()) == made
    world.clock.sleep(3600.0)
    until(member, lambda: len(world.states()) == made + 1 and ended(world)())
    newest = list(world.states())[-1]
    assert newest == f"scheduled__{(START + HOUR).isoformat()}"
    with Reader.open(world.database) as reader:
        row = reader.find_run(newest)
    assert (row.info.run_type, row.info.logical_date) == ("scheduled", START + HOUR)


def test_missed_runs_are_made_up_for_within_the_limit(database: Database) -> None:
    world = ServiceWorld(
        database,
        adding(schedule="@hourly", start_date=START - 9 * HOUR, catchup=True, max_active_runs=2),
    )
    member = world.member()
    most = 0

    def look() -> bool:
        nonlocal most
        states = list(world.states().values())
        most = max(most, sum(state in {"queued", "running"} for state in states))
        return len(states) == 10 and ended(world)()

    until(member, look)
    assert most == 2
    dates = [START - at * HOUR for at in range(9, -1, -1)]
    assert list(world.states()) == [f"scheduled__{date.isoformat()}" for date in dates]


def test_what_a_dead_scheduler_left_is_gone_on_with(database: Database) -> None:
    world = ServiceWorld(database, adding())
    run = world.ask("adding")
    first = world.member(host="elsewhere")
    until(first, lambda: any(_ended(world, run, 0)))
    done = _ended(world, run, 0)
    other = world.member()
    other.turns(3)
    assert not len(other.scheduler.runs), "its lease still holds"
    world.clock.sleep(TERMS.lease_s + 1)
    until(other, ended(world))
    assert world.states() == {"r": "success"}
    assert world.value(run, 1) == 6
    kept = _ended(world, run, 0)
    assert {path: kept[path] for path in done} == done, "what was recorded was not done again"


def test_a_run_that_was_taken_in_only_halfway_is_taken_in_again(database: Database) -> None:
    world = ServiceWorld(database, adding())
    run = world.ask("adding")
    member = world.member()
    started, _ = member.journal.start_queued(
        member.session,
        wanted=1,
        find_most_active=lambda _version, _backfill: None,
        lease_s=TERMS.lease_s,
        at=world.clock.time(),
    )
    assert [info.number for info, _ in started] == [run], "and then the database was gone for a moment"
    until(member, ended(world))
    assert world.states() == {"r": "success"}


def test_a_scheduler_that_was_away_too_long_writes_nothing_more_of_its_run(database: Database) -> None:
    world = ServiceWorld(database, adding(), adding("other"))
    world.ask("adding")
    first = world.member(host="elsewhere")
    until(first, lambda: len(first.scheduler.runs) == 1)
    world.clock.sleep(TERMS.lease_s + 1)
    other = world.member(host="there")
    until(other, lambda: len(other.scheduler.runs) == 1)
    world.ask("other")
    until(first, lambda: world.states("other") == {"r": "success"})
    assert 1 not in first.scheduler.runs.numbers, "it has let go of what the other has, and goes on with the rest"
    until(other, ended(world))
    assert world.states("adding") == {"r": "success"}


def test_what_is_asked_of_a_run_that_has_ended_is_done(database: Database) -> None:
    world = ServiceWorld(database, adding())
    run = world.ask("adding")
    member = world.member()
    until(member, ended(world))
    with Commands.open(world.database) as commands:
        number = commands.post(RerunRequested(run=run, at=0.0, tasks=(0,), paths=((1,),)))
        until(member, lambda: commands.find_answer(number) is not None)
        until(member, ended(world))
        assert commands.find_answer(number) == "2 instances begin again."
    assert world.states() == {"r": "success"}
    with Reader.open(world.database) as reader:
        assert [row.try_number for row in reader.instances(run, 0)] == [1, 2, 1]


def test_a_run_that_cannot_be_carried_out_ends_with_the_reason_and_holds_up_nobody(database: Database) -> None:
    with DAG("wanting") as wanting:

        @task(pool="gpus")
        def work():
            return 1

        work()
    world = ServiceWorld(database, wanting, adding())
    run = world.ask("wanting")
    world.ask("adding")
    until(world.member(), ended(world))
    assert world.states("wanting") == {"r": "failed"}
    assert world.states("adding") == {"r": "success"}
    with Reader.open(world.database) as reader:
        (row,) = reader.instances(run, 0)
    assert "pool 'gpus', which does not exist" in (row.error or "")


def test_a_task_that_depends_on_its_past_waits_for_it(database: Database) -> None:
    with DAG("daily") as dag:

        @task(depends_on_past=True)
        def load(logical_date=None):
            if logical_date.day == 1:
                raise ValueError("bad day")
            return logical_date.day

        load()
    world = ServiceWorld(database, dag)
    runs = [world.ask("daily", f"r{day}", datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2, 3)]
    member = world.member()
    member.turns(60)
    assert world.states() == {"r1": "failed", "r2": "running", "r3": "running"}
    with Commands.open(world.database) as commands:
        commands.post(MarkRequested(run=runs[0], at=0.0, task=0, paths=((),), state=int(State.SUCCESS)))
        until(member, ended(world))
    assert world.states() == {"r1": "success", "r2": "success", "r3": "success"}
    assert [world.value(run) for run in runs[1:]] == [2, 3]


def test_a_task_that_waits_for_downstream_does(database: Database) -> None:
    with DAG("daily") as dag:

        @task(wait_for_downstream=True)
        def load(logical_date=None):
            return logical_date.day

        @task
        def check(day):
            if day == 1:
                raise ValueError("bad day")

        check(load())
    world = ServiceWorld(database, dag)
    runs = [world.ask("daily", f"r{day}", datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2)]
    member = world.member()
    member.turns(60)
    assert world.states() == {"r1": "failed", "r2": "running"}
    assert not _ended(world, runs[1], 0)


def test_assets_start_the_dags_that_wait_for_them(database: Database) -> None:
    def making(name: str) -> DAG:
        with DAG(f"make_{name}") as dag:

            @task(outlets=[Asset(name)])
            def make():
                return name

            make()
        return dag

    world = ServiceWorld(
        database,
        making("a"),
        making("b"),
        adding("both", schedule=[Asset("a"), Asset("b")]),
        adding("any", schedule=Asset("a") | Asset("b")),
    )
    member = world.member()
    member.turns(5)
    world.ask("make_a")
    until(member, lambda: "success" in world.states("any").values())
    assert world.states("both") == {}
    world.ask("make_b")
    until(member, lambda: "success" in world.states("both").values())
    member.turns(20)
    assert [len(world.states(dag_id)) for dag_id in ("any", "both")] == [2, 1]
    world.ask("make_b", "again")
    until(member, lambda: len(world.states("any")) == 3)
    assert len(world.states("both")) == 1, "what was used up does not count again"


def test_two_schedulers_make_each_scheduled_run_once(database: Database) -> None:
    world = ServiceWorld(database, adding(schedule="@hourly", start_date=START - 20 * HOUR, catchup=True))
    members = [world.member(host="one"), world.member(host="two")]
    for _ in range(400):
        for member in members:
            member.turns(1)
        if len(world.states()) == 21 and ended(world)():
            break
    assert list(world.states().values()) == ["success"] * 21


class EveryThirdDay(Timetable):
    """Says when runs are due without any schedule of Fanjet's."""

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        start = restriction.earliest
        if last_automated_data_interval is not None:
            start = last_automated_data_interval.end
        return DagRunInfo.interval(start, start + timedelta(days=3))


class Broken(Timetable):
    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        raise ValueError("no idea")


def test_timetables_of_authors_are_asked(database: Database) -> None:
    world = ServiceWorld(
        database,
        adding(schedule=EveryThirdDay(), start_date=START - timedelta(days=7), catchup=True),
        adding("broken", schedule=Broken(), start_date=START),
    )
    member = world.member()

    def has_run(count: int) -> Callable[[], bool]:
        def look() -> bool:
            time.sleep(0.002)  # for the thread that asks
            return len(world.states("adding")) == count and ended(world)()

        return look

    until(member, has_run(2))
    member.turns(20)
    assert len(world.states("adding")) == 2
    world.clock.sleep(2 * 86400.0)
    until(member, has_run(3))
    with Reader.open(world.database) as reader:
        starts = sorted(row.info.data_interval_start for row in reader.list_runs("adding"))
    assert starts == [START - timedelta(days=days) for days in (7, 4, 1)]
    assert world.states("broken") == {}


def _ended(world: ServiceWorld, run: int, task_number: int) -> dict[tuple[int, ...], float]:
    """By path: when it ended."""
    with Reader.open(world.database) as reader:
        return {row.path: row.ended_at for row in reader.instances(run, task_number) if row.ended_at}
