"""Backfills: which runs they make, and how the schedulers of a service carry them out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fanjet import DAG, task
from fanjet.bootstrap.backfills import plan_backfill
from fanjet.errors import OperationError
from fanjet.model.backfills import BackfillOptions, BackfillRow
from fanjet.model.timetables import NamedRun
from fanjet.schedules.due_lists import list_due
from fanjet.schedules.run_ids import name_run
from fanjet.settings.load import load_settings
from fanjet.store.database.database import Database
from fanjet.store.service.backfills import Backfills
from scheduler.service_world import START, Member, ServiceWorld, ended, until

DAY = timedelta(days=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def daily(**options: object) -> DAG:
    with DAG("daily", schedule="@daily", start_date=START + DAY, **options) as dag:

        @task
        def load(logical_date=None, dag_run=None):
            if dag_run.conf.get("fail"):
                raise ValueError("asked to")
            return logical_date.day

        load()
    return dag


def catching_up() -> DAG:
    with DAG("daily", schedule="@daily", start_date=FIRST, end_date=FIRST + 5 * DAY, catchup=True) as dag:

        @task
        def load(logical_date=None):
            return logical_date.day

        load()
    return dag


def backfill(world: ServiceWorld, days: int, options: BackfillOptions | None = None) -> BackfillRow:
    options = options or BackfillOptions()
    span = FIRST.timestamp(), (FIRST + (days - 1) * DAY).timestamp()
    spec = world.built[0].spec
    assert spec.timetable is not None
    with Backfills.open(world.database) as backfills:
        named = [NamedRun(due, name_run("backfill", due.run_after)) for due in list_due(spec.timetable, *span)]
        dates = backfills.plan("daily", named, options)
        return backfills.create("daily", world.versions["daily"], span, dates, options)


def test_a_backfill_makes_a_run_for_each_date_that_has_none(database: Database) -> None:
    world = ServiceWorld(database, daily())
    world.ask("daily", "by hand", FIRST + 2 * DAY)
    assert backfill(world, 5).runs == {"queued": 4}
    until(world.member(), ended(world))
    dates = [FIRST + at * DAY for at in (0, 1, 3, 4)]
    assert list(world.states()) == ["by hand", *(f"backfill__{date.isoformat()}" for date in dates)]
    with Backfills.open(world.database) as backfills:
        (row,) = backfills.list_all()
    assert (row.status, row.runs) == ("ended", {"success": 4})
    with pytest.raises(OperationError, match="a run for each of the 5 dates"):
        backfill(world, 5)


def watch(world: ServiceWorld, member: Member) -> tuple[list[str], int]:
    """The runs in the order in which they began, until all have ended, and the most of them at once."""
    begun: list[str] = []
    most = 0

    def look() -> bool:
        nonlocal most
        active = [run_id for run_id, state in world.states().items() if state == "running"]
        most = max(most, len(active))
        begun.extend(run_id for run_id in active if run_id not in begun)
        return ended(world)()

    until(member, look)
    return begun, most


def test_the_order_and_the_limit_of_a_backfill_hold(database: Database) -> None:
    world = ServiceWorld(database, daily())
    backfill(world, 6, BackfillOptions(backwards=True, max_active_runs=2))
    begun, most = watch(world, world.member())
    assert most == 2
    assert begun == sorted(begun, reverse=True)
    assert len(begun) == 6


@pytest.mark.parametrize(("limit", "own", "most"), [(2, None, 2), (2, 3, 3), (None, None, 4), (0, None, 6)])
def test_a_backfill_that_says_no_limit_has_that_of_its_dag(
    tmp_path: Path, limit: int | None, own: int | None, most: int
) -> None:
    world = ServiceWorld(tmp_path, daily(max_active_runs=limit))
    backfill(world, 6, BackfillOptions(max_active_runs=own))
    assert watch(world, world.member(most_active=4))[1] == most


@pytest.mark.parametrize("backwards", [False, True])
def test_runs_that_run_again_start_in_the_order_of_the_backfill(database: Database, backwards: bool) -> None:
    world = ServiceWorld(database, daily())
    for at in (3, 1, 4, 0):
        world.ask("daily", f"{FIRST + at * DAY:%d}", FIRST + at * DAY)
    member = world.member()
    until(member, ended(world))
    options = BackfillOptions(reprocess="completed", backwards=backwards, max_active_runs=1)
    assert backfill(world, 5, options).runs == {"queued": 5}
    third = f"backfill__{(FIRST + 2 * DAY).isoformat()}"
    dates = ["01", "02", third, "04", "05"]
    assert watch(world, member) == (dates[::-1] if backwards else dates, 1)


@pytest.mark.parametrize("option", ["depends_on_past", "wait_for_downstream"])
def test_no_backfill_goes_backwards_through_runs_that_wait_for_the_one_before(tmp_path: Path, option: str) -> None:
    ServiceWorld(tmp_path, daily(default_args={option: True}))
    settings = load_settings({"home": str(tmp_path)}, environ={})
    span = FIRST, FIRST + 2 * DAY
    with pytest.raises(OperationError, match=rf"task 'load' has {option}=True.*Fix: leave out --backwards"):
        plan_backfill(settings, "daily", span, BackfillOptions(backwards=True), {})
    assert len(plan_backfill(settings, "daily", span, BackfillOptions(), {}).dates) == 3


def test_what_failed_runs_again_and_what_succeeded_does_not(database: Database) -> None:
    world = ServiceWorld(database, daily())
    backfill(world, 2, BackfillOptions(conf='{"fail": true}'))
    member = world.member()
    until(member, ended(world))
    backfill(world, 3)
    until(member, ended(world))
    assert list(world.states().values()) == ["failed", "failed", "success"]
    world.execute("UPDATE run SET conf = '{}'")
    assert backfill(world, 3, BackfillOptions(reprocess="failed")).runs == {"queued": 2}
    until(member, ended(world))
    assert list(world.states().values()) == ["success"] * 3
    assert [world.value(run) for run in (1, 2, 3)] == [1, 2, 3]


def test_the_schedule_goes_on_after_a_backfill_and_makes_no_run_twice(database: Database) -> None:
    world = ServiceWorld(database, catching_up())
    world.execute("UPDATE dag SET is_paused = 1")
    number = backfill(world, 3).number
    world.execute("UPDATE dag SET is_paused = 0")
    member = world.member()
    until(member, lambda: len(world.states()) == 6 and ended(world)())
    member.turns(20)
    dates = [FIRST + at * DAY for at in range(6)]
    kinds = ["backfill"] * 3 + ["scheduled"] * 3
    assert list(world.states()) == [f"{kind}__{date.isoformat()}" for kind, date in zip(kinds, dates, strict=True)]
    assert backfill(world, 6, BackfillOptions(reprocess="completed")).number > number
    until(member, ended(world))
    world.execute("UPDATE dag SET planned_version = NULL")  # as when its file changes
    member.turns(20)
    assert list(world.states().values()) == ["success"] * 6
    rows = member.journal.find_last("daily")
    assert rows is not None
    assert rows.logical_date == dates[-1].timestamp()


def test_a_paused_backfill_waits_and_a_cancelled_one_ends(database: Database) -> None:
    world = ServiceWorld(database, daily())
    number = backfill(world, 3, BackfillOptions(max_active_runs=1)).number
    member = world.member()
    with Backfills.open(world.database) as backfills:
        backfills.set_paused(number, is_paused=True)
        member.turns(10)
        assert backfills.get(number).runs == {"queued": 3}
        assert backfills.get(number).status == "paused"
        backfills.set_paused(number, is_paused=False)
        until(member, lambda: "success" in world.states().values())
        cancelled = backfills.cancel(number)
        until(member, ended(world))
        assert backfills.get(number).status == "cancelled"
        assert backfills.get(number).runs.get("failed", 0) == cancelled > 0
