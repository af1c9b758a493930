"""What was planned of a timetable of an author's is made, whatever its code says by then."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from fanjet.authoring.timetable_base import DagRunInfo
from fanjet.store.database.database import Database
from fanjet.store.service.queries import ServiceReader
from scheduler.own_schedules import HOUR, Hourly, look_for, make_dag, read_errors
from scheduler.service_world import START, Member, ServiceWorld, until


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
