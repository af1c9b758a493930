"""When a run has not ended by its deadline, the one that the deadline names is told, once, whoever carries it out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from databases import ONLY_SQLITE
from fanjet import DAG, task
from fanjet.authoring.deadline_references import DeadlineReference
from fanjet.authoring.deadlines import AsyncCallback, DeadlineAlert, SyncCallback
from fanjet.errors import ExecutionError
from fanjet.model.events import RerunRequested
from fanjet.store.database.database import Database
from fanjet.store.journal.commands import Commands
from scheduler.service_world import START, TERMS, Member, ServiceWorld, ended, until

TEN_S = timedelta(seconds=10)
_TOLD: list[tuple[str, dict[str, Any]]] = []


@pytest.fixture(autouse=True)
def told() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    _TOLD.clear()
    yield _TOLD
    _TOLD.clear()


def tell(text: str, context: dict[str, Any]) -> None:
    _TOLD.append((text, context))


async def tell_async(text: str, context: dict[str, Any]) -> None:
    _TOLD.append((text, context))


def by(reference: Any, interval: timedelta, text: str = "late") -> DeadlineAlert:
    return DeadlineAlert(reference, interval, SyncCallback(tell, {"text": text}))


def slow(*deadlines: DeadlineAlert, dag_id: str = "slow") -> DAG:
    """Its run takes 100 s: the second try succeeds."""
    with DAG(dag_id, deadline=list(deadlines)) as dag:

        @task(retries=1, retry_delay=10 * TEN_S)
        def work(ti=None):
            if ti.try_number == 1:
                raise ValueError("not yet")

        work()
    return dag


QUEUED = DeadlineReference.DAGRUN_QUEUED_AT
LOGICAL = DeadlineReference.DAGRUN_LOGICAL_DATE


def texts() -> list[str]:
    return [text for text, _ in _TOLD]


def test_whoever_is_named_is_told_of_the_deadlines_that_a_run_misses(database: Database) -> None:
    dag = slow(
        by(QUEUED, 5 * TEN_S, "50 s"),
        by(QUEUED, 15 * TEN_S, "150 s"),
        DeadlineAlert(LOGICAL, timedelta(hours=1), AsyncCallback(tell_async, {"text": "async"}), name="an hour"),
        by(DeadlineReference.FIXED_DATETIME(START + 2 * TEN_S), -TEN_S, "fixed"),
    )
    world = ServiceWorld(database, dag)
    date = START - timedelta(minutes=60, seconds=-20)
    world.ask("slow", date=date)
    until(world.member(), ended(world))
    assert world.states() == {"r": "success"}
    assert texts() == ["fixed", "async", "50 s"], "in the order in which they pass, and no others"
    context = _TOLD[1][1]
    assert context["deadline"] == {"id": "1-2", "name": "an hour", "deadline_time": START + 2 * TEN_S}
    run = context["dag_run"]
    assert (run["dag_id"], run["dag_run_id"], run["state"]) == ("slow", "r", "running")
    assert datetime.fromisoformat(run["logical_date"]) == date


@ONLY_SQLITE
def test_a_run_without_a_logical_date_has_no_deadline_counted_from_it(database: Database) -> None:
    world = ServiceWorld(database, slow(by(LOGICAL, TEN_S)))
    world.ask("slow")
    until(world.member(), ended(world))
    assert texts() == []


def test_another_scheduler_that_goes_on_with_the_run_tells_and_tells_only_once(database: Database) -> None:
    world = ServiceWorld(database, slow(by(QUEUED, 2 * TEN_S)))
    world.ask("slow")
    first = world.member(host="elsewhere")
    until(first, lambda: len(first.scheduler.runs) == 1)
    world.clock.sleep(30.0)
    second = world.member(host="there")
    until(second, lambda: texts() == ["late"])
    second.turns(2)
    world.clock.sleep(TERMS.lease_s + 1)
    until(world.member(), ended(world))
    assert texts() == ["late"]


def test_what_nobody_has_recorded_is_told_again(database: Database) -> None:
    """At least once: the first scheduler dies when the callback has run, before it has written so down."""
    world = ServiceWorld(database, slow(by(QUEUED, 2 * TEN_S)))
    world.ask("slow")
    first = world.member(host="elsewhere")
    until(first, lambda: bool(_waiting_callbacks(first)))
    first.executor.poll(0.0)
    assert texts() == ["late"]
    world.clock.sleep(TERMS.lease_s + 1)
    until(world.member(), ended(world))
    assert texts() == ["late", "late"]


@ONLY_SQLITE
def test_a_database_that_fails_for_a_moment_delays_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = ServiceWorld(database, slow(by(QUEUED, 5 * TEN_S)))
    world.ask("slow")
    member = world.member()
    find, failures = member.journal.find_deadlines, iter([ExecutionError("away", temporary=True)] * 2)

    def fail_twice(run: int) -> list[float | None] | None:
        for error in failures:
            raise error
        return find(run)

    monkeypatch.setattr(member.journal, "find_deadlines", fail_twice)
    until(member, ended(world))
    assert world.states() == {"r": "success"}
    assert texts() == ["late"]


@ONLY_SQLITE
def test_a_callback_that_fails_changes_nothing_and_is_not_called_again(database: Database) -> None:
    def fail(context: dict[str, Any]) -> None:
        tell("failing", context)
        raise ValueError("no")

    dag = slow(DeadlineAlert(QUEUED, TEN_S, SyncCallback(fail)), by(QUEUED, 2 * TEN_S))
    world = ServiceWorld(database, dag)
    world.ask("slow")
    until(world.member(), ended(world))
    assert world.states() == {"r": "success"}
    assert texts() == ["failing", "late"]


@ONLY_SQLITE
def test_deadlines_that_passed_while_a_run_had_ended_are_not_missed_when_it_is_run_again(database: Database) -> None:
    dag = slow(by(QUEUED, 15 * TEN_S), by(QUEUED, timedelta(hours=1), "later"))
    world = ServiceWorld(database, dag)
    run = world.ask("slow")
    member = world.member()
    until(member, ended(world))
    world.clock.sleep(300.0)
    member.turns(2)
    with Commands.open(database) as commands:
        number = commands.post(RerunRequested(run=run, at=0.0, tasks=(0,), paths=((),)))
        until(member, lambda: commands.find_answer(number) is not None)
    until(member, ended(world))
    assert texts() == []


@pytest.mark.parametrize(("runs", "told_at"), [(1, None), (3, 30.0)])
def test_a_deadline_may_be_counted_from_what_runs_take(database: Database, runs: int, told_at: float | None) -> None:
    """The runs before took 80, 100 and 120 s."""
    average = DeadlineReference.AVERAGE_RUNTIME(max_runs=3, min_runs=2)
    deadline = DeadlineAlert(average, timedelta(seconds=-70), SyncCallback(tell, {"text": "slower than usual"}))
    world = ServiceWorld(database, slow(deadline))
    member = world.member()
    for number in range(runs):
        world.execute(
            "INSERT INTO run (dag_id, run_id, version, run_type, created_at, started_at, ended_at, state, conf, params)"
            " VALUES ('slow', ?, 1, 'manual', 0.0, 1000.0, ?, 2, '{}', '{}')",
            f"earlier {number}", 1080.0 + 20 * number,
        )  # fmt: skip
    asked_at = world.clock.now
    world.ask("slow")
    until(member, ended(world))
    deadlines = [context["deadline"]["deadline_time"] for _, context in _TOLD]
    assert deadlines == ([] if told_at is None else [asked_at + timedelta(seconds=told_at)])


def _waiting_callbacks(member: Member) -> list[Any]:
    """The callbacks that the executor has been asked for and has not run."""
    return [owned for owned in member.scheduler.runs if owned.deadlines_out]


def test_instants_without_a_zone_are_utc() -> None:
    assert DeadlineReference.FIXED_DATETIME(datetime(2026, 3, 1)) == DeadlineReference.FIXED_DATETIME(  # noqa: DTZ001 - what is tested
        datetime(2026, 3, 1, tzinfo=UTC)
    )


def test_a_run_that_waits_past_its_deadline_misses_it_then_and_not_again_when_it_starts(database: Database) -> None:
    world = ServiceWorld(database, slow(by(QUEUED, TEN_S), by(QUEUED, 20 * TEN_S, "much later")))
    world.execute("UPDATE dag SET is_paused = 1")
    world.ask("slow", "waits")
    members = [world.member(), world.member()]
    for _ in range(30):
        for member in members:
            member.turns(1)
        world.clock.sleep(1.0)
        if world.clock.now < START + TEN_S:
            assert not _TOLD
    assert texts() == ["late"]
    assert _TOLD[0][1]["dag_run"]["state"] == "queued"
    assert world.states() == {"waits": "queued"}
    world.execute("UPDATE dag SET is_paused = 0")
    until(members[0], ended(world))
    assert (texts(), world.states()) == (["late"], {"waits": "success"})


def test_of_a_run_that_waits_it_is_told_at_the_instant_and_recorded_at_once(database: Database) -> None:
    """Whatever dies later, nobody tells again."""
    world = ServiceWorld(database, slow(by(QUEUED, TEN_S + timedelta(seconds=0.4))))
    world.execute("UPDATE dag SET is_paused = 1")
    run = world.ask("slow", "waits")
    member = world.member()
    until(member, lambda: bool(_TOLD))
    until(member, lambda: member.journal.find_deadlines(run) == [None])
    assert world.clock.now - START - TEN_S < timedelta(seconds=0.5)


def test_a_scheduler_that_dies_while_it_tells_leaves_the_run_to_others(database: Database) -> None:
    world = ServiceWorld(database, slow(by(QUEUED, TEN_S)))
    world.execute("UPDATE dag SET is_paused = 1")
    run = world.ask("slow", "waits")
    first, second = world.member(host="elsewhere"), world.member()
    first.turns(1)
    world.clock.sleep(10.5)
    first.service._waiting_deadlines.look()  # the callback is under way, and then nothing more is heard of it
    world.execute("UPDATE dag SET is_paused = 0")
    second.turns(2)
    assert world.states() == {"waits": "queued"}
    world.clock.sleep(5.0)
    until(second, ended(world))
    assert (texts(), world.states()) == (["late"], {"waits": "success"})
    assert second.journal.find_deadlines(run) == [None]
