"""Timetables of authors in a service: what is wrong with them, and what they say of runs that people start."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from select import select
from threading import Event
from typing import Any

import pytest
from msgspec.structs import replace

from fanjet import DAG, task
from fanjet.authoring.assets import Asset
from fanjet.authoring.timetable_base import DagRunInfo, DataInterval, Timetable
from fanjet.model.programs import Program
from fanjet.model.runs import NewRun, RunInfo
from fanjet.model.timetables import NextRuns, TimetableQuestion, Unsaid
from fanjet.parsing.report import ParseReport, TimetableAnswer
from fanjet.scheduler.own_timetables import Asked, OwnTimetables, Said
from fanjet.store.database.database import Database
from fanjet.store.service.queries import ServiceReader
from fanjet.store.service.rows import ServiceRunRow
from scheduler.service_world import START, Member, ServiceWorld, until

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


class FromNow(Hourly):
    """Each hour from now on: asked later, it speaks of later runs."""

    def __init__(self, world: list[ServiceWorld]) -> None:
        self.world = world

    def next_dagrun_info(self, *, last_automated_data_interval: Any, restriction: Any) -> DagRunInfo:
        return DagRunInfo.interval(self.world[0].clock.now, self.world[0].clock.now + HOUR)


def test_what_was_planned_is_made_though_the_timetable_speaks_of_later_runs_by_then(database: Database) -> None:
    worlds: list[ServiceWorld] = []
    worlds.append(world := ServiceWorld(database, make_dag("hourly", FromNow(worlds))))
    member = world.member()
    for count, away_s in ((1, 2.0), (2, 7200.0)):  # also when the service was down for long

        def is_planned() -> bool:
            with ServiceReader.open(world.database) as reader:
                return (reader.get_dag("hourly").next_run_after or 0.0) > world.clock.time()

        until(member, look_for(is_planned))
        world.clock.sleep(3600.0 + away_s)
        until(member, look_for(lambda wanted=count: [*world.states().values()] == ["success"] * wanted))
    assert next(iter(world.states())).startswith("scheduled 13:00 about 12-13")


class UpToNow(Hourly):
    """Whatever was missed, the next run is the one that is due now."""

    def __init__(self, world: list[ServiceWorld]) -> None:
        self.world = world

    def next_dagrun_info(self, *, last_automated_data_interval: Any, restriction: Any) -> DagRunInfo:
        self.fail()
        now = self.world[0].clock.now.replace(minute=0, second=0, microsecond=0)
        last = last_automated_data_interval.end if last_automated_data_interval else restriction.earliest
        end = now if last < now else now + HOUR
        return DagRunInfo.interval(end - HOUR, end)


def list_hours(world: ServiceWorld) -> list[str]:
    return sorted(run_id[10:15] for run_id in world.states())


def plan(world: ServiceWorld, member: Member) -> None:
    def is_planned() -> bool:
        with ServiceReader.open(world.database) as reader:
            return (reader.get_dag("hourly").next_run_after or 0.0) > world.clock.time()

    until(member, look_for(is_planned))


@pytest.mark.parametrize(("catchup", "hours"), [(True, ["13:00", "15:00"]), (False, ["15:00"])])
def test_what_was_planned_is_made_where_the_timetable_has_a_later_run_due_as_its_catchup_says(
    database: Database, catchup: bool, hours: list[str]
) -> None:
    worlds: list[ServiceWorld] = []
    worlds.append(world := ServiceWorld(database, make_dag("hourly", UpToNow(worlds), catchup=catchup)))
    plan(world, world.member())
    world.clock.sleep(3 * 3600.0 + 60.0 - (world.clock.now - START).total_seconds())
    member = world.member()
    until(member, look_for(lambda: [*world.states().values()] == ["success"] * len(hours)))
    plan(world, member)
    assert list_hours(world) == hours


def test_what_was_planned_is_made_where_the_timetable_fails_by_then(database: Database) -> None:
    worlds: list[ServiceWorld] = []
    timetable = UpToNow(worlds)
    worlds.append(world := ServiceWorld(database, make_dag("hourly", timetable, catchup=False)))
    plan(world, world.member())
    timetable.broken = True
    world.clock.sleep(7200.0)
    member = world.member()
    until(member, look_for(lambda: bool(read_errors(world))))
    assert list_hours(world) == ["13:00"]


def test_what_was_planned_is_made_though_the_file_has_changed_since(database: Database) -> None:
    worlds: list[ServiceWorld] = []
    worlds.append(world := ServiceWorld(database, make_dag("hourly", FromNow(worlds), catchup=False)))
    plan(world, world.member())
    spec = replace(world.built[0].spec, description="another version")
    version = world.journal.save_version(spec, bundle="none", root=str(world.home), file="flow.py")
    world.execute("UPDATE dag SET version = ?", version)
    world.clock.sleep(7200.0)
    member = world.member()
    until(member, look_for(lambda: "success" in world.states().values()))
    assert list_hours(world) == ["13:00"]


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


class WaitingAsker:
    """Answers when it may, and remembers what it was asked."""

    def __init__(self, may_answer: dict[str, Event]) -> None:
        self._may_answer = may_answer

    def ask(self, program: Program, questions: Sequence[TimetableQuestion]) -> ParseReport:
        assert self._may_answer[questions[0].dag_id].wait(10.0)
        return ParseReport([], [], 0.0, answers=[TimetableAnswer()])

    def abort(self) -> None:
        for each in self._may_answer.values():
            each.set()

    def close(self) -> None: ...


def test_an_answer_that_was_not_used_is_asked_for_anew_after_a_while(tmp_path: Path) -> None:
    world = ServiceWorld(tmp_path, make_dag("any", Hourly()))
    program = world.member().programs.get(world.versions["any"])
    (may_answer := {"any": Event()})["any"].set()
    with closing(OwnTimetables(lambda: WaitingAsker(may_answer), fresh_s=0.1)) as timetables:
        asked = Asked(1, NextRuns(dag_id="any"))
        assert timetables.find("any", asked, program) is None
        select([timetables], [], [], 10.0)
        first = timetables.find("any", asked, program)
        assert first is not None
        time.sleep(0.11)
        assert timetables.find("any", asked, program) is None
        timetables.hear()
        select([timetables], [], [], 10.0)
        second = timetables.find("any", asked, program)
        assert second is not None
        assert second.at > first.at


def test_timetables_that_hang_hold_up_none_that_does_not(tmp_path: Path) -> None:
    world = ServiceWorld(tmp_path, make_dag("any", Hourly()))
    program = world.member().programs.get(world.versions["any"])
    may_answer = {name: Event() for name in ("hangs", "hangs too", "fine")}
    may_answer["fine"].set()
    with closing(OwnTimetables(lambda: WaitingAsker(may_answer), slow_s=0.05)) as timetables:

        def ask(name: str, number: int) -> Said | None:
            return timetables.find(name, Asked(number, NextRuns(dag_id=name)), program)

        def wait_for(name: str, number: int) -> Said:
            give_up_at = time.monotonic() + 10.0
            while (said := ask(name, number)) is None:
                assert time.monotonic() < give_up_at
                time.sleep(0.002)
            assert timetables.hear()  # the loop is woken
            return said

        assert ask("hangs", 1) is None
        assert not wait_for("fine", 1).is_slow  # another is asked meanwhile
        time.sleep(0.06)
        may_answer["hangs"].set()
        assert wait_for("hangs", 1).is_slow
        may_answer["hangs"].clear()
        ask("hangs too", 1)
        ask("hangs", 2)  # not where the others are asked
        assert not wait_for("fine", 2).is_slow
        began_at = time.monotonic()
    assert time.monotonic() - began_at < 5.0  # it waits for no answer
