"""Timetables of authors in a service: what is wrong with them, and what they say of runs that people start."""

from __future__ import annotations

import time
from typing import Any

from fanjet import DAG, task
from fanjet.authoring.assets import Asset
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.timetables import Unsaid
from fanjet.store.database.database import Database
from fanjet.store.service.queries import ServiceReader
from fanjet.store.service.rows import ServiceRunRow
from scheduler.own_schedules import HOUR, Hourly, look_for, make_dag, read_errors
from scheduler.service_world import START, Member, ServiceWorld, until


def ask(world: ServiceWorld, dag_id: str, unsaid: Unsaid, **options: Any) -> int:
    new = NewRun(run_id=f"for now {len(world.states())}", created_at=START, started_at=START, unsaid=unsaid, **options)
    return world.journal.queue_run(dag_id, world.versions[dag_id], new)


def get_row(world: ServiceWorld, run: int) -> ServiceRunRow:
    with ServiceReader.open(world.database) as reader:
        return reader.get_service_run(run)


def get_info(world: ServiceWorld, run: int) -> RunInfo:
    return get_row(world, run).run.info


def let_work(world: ServiceWorld, member: Member, run: int) -> None:
    until(member, look_for(lambda: get_row(world, run).run.ended_at is not None))


def test_what_is_wrong_with_a_timetable_is_kept_until_it_answers_again(database: Database) -> None:
    world = ServiceWorld(database, make_dag("fine", Hourly()), make_dag("late", broken := Hourly()))
    broken.broken = True
    member = world.member()
    until(member, look_for(lambda: bool(read_errors(world))))
    assert read_errors(world) == ["DAG 'late': its timetable cannot be asked. LookupError: the calendar is away"]
    with ServiceReader.open(world.database) as reader:
        late, fine = reader.get_dag("late"), reader.get_dag("fine")
        assert reader.count_dags() == (2, 0, 1)
    assert late.next_run_after is None
    assert "the calendar is away" in str(late.plan_error)
    assert (fine.next_run_after, fine.plan_error) == ((START + 2 * HOUR).timestamp(), None)
    broken.broken = False
    world.clock.sleep(61.0)
    until(member, look_for(lambda: not read_errors(world)))
    world.clock.sleep(7200.0)
    until(member, look_for(lambda: "success" in world.states("late").values()))


def test_a_timetable_says_what_a_run_is_about_that_somebody_starts(database: Database) -> None:
    world = ServiceWorld(database, make_dag("hourly", Hourly()))
    both = ask(world, "hourly", Unsaid(interval=True, run_id=True), logical_date=START)
    member = world.member()
    let_work(world, member, both)
    info = get_info(world, both)
    assert (info.data_interval_start, info.data_interval_end) == (START - 2 * HOUR, START)
    assert info.run_id == "manual 12:00 about 10-12"
    named = ask(world, "hourly", Unsaid(interval=True), logical_date=START + HOUR)
    let_work(world, member, named)
    assert (get_info(world, named).run_id, get_info(world, named).data_interval_end) == ("for now 1", START + HOUR)
    events = ask(world, "hourly", Unsaid(run_id=True), run_type="asset_triggered")
    let_work(world, member, events)
    info = get_info(world, events)
    assert (info.run_id, info.data_interval_start) == ("asset_triggered 12:00 about nothing", None)


def test_a_run_of_which_the_timetable_says_nothing_fails_with_the_reason(database: Database) -> None:
    world = ServiceWorld(database, make_dag("hourly", timetable := Hourly()))
    first = ask(world, "hourly", Unsaid(interval=True, run_id=True), logical_date=START)
    member = world.member()
    let_work(world, member, first)
    twice = ask(world, "hourly", Unsaid(interval=True, run_id=True), logical_date=START)
    let_work(world, member, twice)
    timetable.broken = True
    failed = ask(world, "hourly", Unsaid(interval=True), logical_date=START + HOUR)
    let_work(world, member, failed)
    rows = [get_row(world, run) for run in (first, twice, failed)]
    assert [row.run.state.label for row in rows] == ["success", "failed", "failed"]
    notes = [row.note for row in rows]
    assert notes[0] is None
    assert notes[1] == "DAG 'hourly' has a run 'manual 12:00 about 10-12' already: its timetable gave that id again."
    assert "its timetable cannot be asked. LookupError: the calendar is away" in str(notes[2])


def test_runs_for_assets_have_the_ids_of_the_timetable(database: Database) -> None:
    class OrOrders(Hourly):
        asset_condition = Asset("orders")

    with DAG("make") as make:

        @task(outlets=[Asset("orders")])
        def work() -> None: ...

        work()
    world = ServiceWorld(database, make, make_dag("either", OrOrders()))
    member = world.member()
    member.turns(3)
    world.ask("make", "by hand", START)
    until(member, look_for(lambda: "success" in world.states("either").values()))
    (run_id,) = world.states("either")
    assert run_id.startswith("asset_triggered 12:")


def test_a_timetable_that_takes_long_and_fails_is_asked_ever_less_often(database: Database) -> None:
    class Hanging(Hourly):
        def fail(self) -> None:
            time.sleep(0.03)
            super().fail()

    world = ServiceWorld(database, make_dag("hourly", timetable := Hanging()))
    timetable.broken = True
    member = world.member(slow_s=0.02)
    for minutes in ("a minute", "2 minutes", "4 minutes"):

        def is_said(ending: str = f"the calendar is away. It is asked again in {minutes}.") -> bool:
            return any(error.endswith(ending) for error in read_errors(world))

        said_at = world.clock.time()
        until(member, look_for(is_said))
        with ServiceReader.open(world.database) as reader:
            assert reader.get_dag("hourly").next_run_after is None
        world.clock.sleep(float(minutes.split()[0].replace("a", "1")) * 60.0)
        assert world.clock.time() - said_at < 600
    timetable.broken = False
    until(member, look_for(lambda: not read_errors(world)))
