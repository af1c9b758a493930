"""Pools and limits across runs hold for all schedulers together, and go to where the greatest priority waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import Any

import msgspec
import pytest

from fanjet import DAG, task
from fanjet.model.events import RerunRequested
from fanjet.model.sharing import Limit, Standing
from fanjet.store.database.database import Database
from fanjet.store.journal.commands import Commands
from scheduler.service_world import TERMS, Member, ServiceWorld, ended, until

POOL: Limit = ("api",)


def calling(dag_id: str, count: int, done: list[str] | None = None, **options: Any) -> DAG:
    """A DAG with a mapped task, which notes that it ran."""
    with DAG(dag_id) as dag:

        @task(**options)
        def call(x):
            if done is not None:
                done.append(dag_id)
            return x

        call.expand(x=list(range(count)))
    return dag


class Watch:
    """Lets schedulers work in turns, and sees to it that they never use, or hold, more than there is."""

    def __init__(self, world: ServiceWorld, members: Sequence[Member], limit: Limit, total: int) -> None:
        self.world, self.members, self.limit, self.total = world, members, limit, total
        #: By scheduler: the most that it has used.
        self.most = {member.session: 0 for member in members}
        #: Whether everybody hears at once what others tell.
        self.rings = False

    def turn(self) -> None:
        for member in self.members:
            if self.rings:
                member.pools.hear()
            member.turns(1)
            self.check()

    def check(self) -> None:
        used = {member.session: self.used(member) for member in self.members}
        self.most |= {session: max(count, self.most[session]) for session, count in used.items()}
        assert sum(used.values()) <= self.total
        assert self.held() <= self.total

    def used(self, member: Member) -> int:
        return member.admission.list_shared().get(self.limit, (0, 0))[1]

    def held(self) -> int:
        rows = self.world.journal._reader.select("SELECT body FROM slot_share")
        standings = [msgspec.json.decode(body, type=Standing) for (body,) in rows]
        return sum(hold.held for standing in standings for hold in standing.holds if hold.limit == self.limit)

    def until(self, condition: Callable[[], bool], most: int = 600) -> None:
        for _ in range(most):
            if condition():
                return
            self.turn()
        raise AssertionError("it did not come to that")


def owned(member: Member, count: int = 1) -> Callable[[], bool]:
    return lambda: len(member.scheduler.runs) == count


def give(world: ServiceWorld, member: Member, dag_id: str, run_id: str = "r") -> int:
    """Ask for a run that this scheduler takes."""
    before = len(member.scheduler.runs)
    run = world.ask(dag_id, run_id)
    until(member, owned(member, before + 1), most=3)
    return run


@pytest.mark.parametrize(
    ("options", "limit", "total"),
    [
        ({"pool": "api"}, POOL, 4),
        ({"pool": "api"}, POOL, 1),
        ({"pool": "api", "pool_slots": 3}, POOL, 4),
        ({"max_active_tis_per_dag": 3}, ("calls", "call"), 3),
        ({"max_active_tis_per_dag": 1}, ("calls", "call"), 1),
        ({"max_active_tis_per_dag": 2, "pool": "api"}, ("calls", "call"), 2),
    ],
)
def test_a_limit_holds_for_all_schedulers_together_and_is_used(
    database: Database, options: dict[str, Any], limit: Limit, total: int
) -> None:
    world = ServiceWorld(database, calling("calls", 12, **options))
    pools = {"api": total if limit == POOL else 4}
    members = [world.member(host=name, pools=pools) for name in ("one", "two")]
    watch = Watch(world, members, limit, total)
    watch.until(lambda: all(member.admission.list_shared() is not None for member in members), most=3)
    for member, run_id in zip(members, ("r1", "r2"), strict=True):
        give(world, member, "calls", run_id)
    watch.until(ended(world))
    assert set(world.states().values()) == {"success"}
    assert all(watch.most.values()), "both took part"


def test_a_slot_goes_to_where_the_greatest_priority_waits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanjet.scheduler.pools._PART_OF_TIME", inf)
    done: list[str] = []
    world = ServiceWorld(
        database, calling("low", 60, done, pool="api"), calling("high", 6, done, pool="api", priority_weight=9)
    )
    one, two = members = [world.member(host=name, pools={"api": 1}) for name in ("one", "two")]
    watch = Watch(world, members, POOL, 1)
    give(world, one, "low")
    watch.until(lambda: len(done) >= 10)
    watch.rings = True
    give(world, two, "high")
    before = done.count("low")
    watch.until(lambda: done.count("high") == 6)
    first = done.index("high")
    assert first - before <= 4, "what had the slot, and what ran before it was told"
    assert done[first:] == ["high"] * 6, "nothing else meanwhile"
    watch.until(ended(world))
    assert set(world.states().values()) == {"success"}


def test_what_a_dead_scheduler_held_is_free_when_its_runs_have_been_taken_from_it(database: Database) -> None:
    world = ServiceWorld(database, calling("calls", 12, max_active_tis_per_dag=2))
    members = [world.member(host=name) for name in ("one", "two")]
    watch = Watch(world, members, ("calls", "call"), 2)
    give(world, members[0], "calls", "r1")
    watch.until(lambda: watch.used(members[0]) > 0)
    give(world, members[1], "calls", "r2")
    dead, alive = members
    watch.members = [alive]
    held = watch.held()
    world.clock.sleep(TERMS.lease_s / 2)
    watch.turn()
    assert watch.held() >= held, "it may still be at work"
    world.clock.sleep(TERMS.lease_s)
    watch.until(ended(world))
    assert set(world.states().values()) == {"success"}
    assert not world.journal._reader.select("SELECT 1 FROM slot_share WHERE session = ?", dead.session)


def test_a_scheduler_that_was_away_launches_nothing_of_what_others_have_by_now(database: Database) -> None:
    world = ServiceWorld(database, calling("calls", 12, pool="api"), calling("others", 12, pool="api"))
    away, other = [world.member(host=name, pools={"api": 2}) for name in ("away", "other")]
    watch = Watch(world, [away, other], POOL, 2)
    watch.turn()
    world.clock.sleep(TERMS.lease_s + 1)
    other.turns(3)  # it has seen that the first has not said anything, and had no runs
    give(world, other, "others")
    watch.members = [other]
    watch.until(lambda: watch.used(other) == 2)
    world.ask("calls")
    watch.members = [away, other]
    watch.until(ended(world))
    assert set(world.states().values()) == {"success"}


def test_slots_that_nobody_else_wants_are_all_there_for_one(database: Database) -> None:
    world = ServiceWorld(database, calling("calls", 40, pool="api"))
    members = [world.member(host=name, pools={"api": 4}) for name in ("one", "two")]
    watch = Watch(world, members, POOL, 4)
    give(world, members[1], "calls")
    watch.until(ended(world))
    assert list(watch.most.values()) == [0, 4]


def test_what_another_has_done_meanwhile_is_not_done_again(database: Database) -> None:
    ends: list[str] = []
    with DAG("calls", on_success_callback=lambda context: ends.append(context["run_id"])) as dag:

        @task
        def call() -> int:
            return 1

        call()
    world = ServiceWorld(database, dag)
    quick, slow = [world.member(host=name) for name in ("quick", "slow")]
    run = world.ask("calls")
    until(quick, ended(world))
    with Commands.open(world.database) as commands:
        number = commands.post(RerunRequested(run=run, at=0.0, tasks=(0,)))
        slow.scheduler.turn()
        assert [command.run for command in slow.scheduler.commands.unclaimed] == [run], "it is about to open the run"
        until(quick, lambda: commands.find_answer(number) is not None)
        until(quick, lambda: ended(world)() and not len(quick.scheduler.runs))
    fence = world.journal._reader.select("SELECT lease_fence FROM run")
    slow.service._intake.take_asked()
    assert not len(slow.scheduler.runs)
    assert world.journal._reader.select("SELECT lease_fence FROM run") == fence
    slow.turns(3)
    assert ends == ["r", "r"], "once for each end"


def test_a_run_that_is_opened_for_a_request_stays_until_it_has_been_obeyed(database: Database) -> None:
    world = ServiceWorld(database, calling("calls", 2))
    member = world.member()
    run = world.ask("calls")
    until(member, ended(world))
    until(member, owned(member, 0))
    fence = world.journal._reader.select("SELECT lease_fence FROM run")[0][0]
    with Commands.open(world.database) as commands:
        number = commands.post(RerunRequested(run=run, at=0.0, tasks=(0,)))
        until(member, lambda: commands.find_answer(number) is not None)
    assert world.journal._reader.select("SELECT lease_fence FROM run")[0][0] == fence + 1, "opened once"


def test_runs_are_spread_over_the_schedulers(database: Database) -> None:
    world = ServiceWorld(database, calling("calls", 3))
    members = [world.member(host=name) for name in ("one", "two", "three")]
    for member in members:
        member.turns(1)
    for number in range(7):
        world.ask("calls", f"r{number}")
    members[0].turns(2)
    assert len(members[0].scheduler.runs) == 3
    members[1].turns(2)
    members[2].turns(2)
    assert sorted(len(member.scheduler.runs) for member in members) == [1, 3, 3]
    for member in members:
        until(member, owned(member, 0))
    assert set(world.states().values()) == {"success"}


def test_the_runs_of_a_dead_scheduler_are_no_part_of_what_is_left_to_it(database: Database) -> None:
    world = ServiceWorld(database, calling("calls", 3))
    member, dead = [world.member(host=name) for name in ("one", "two")]
    for each in (member, dead):
        each.turns(1)
    world.clock.sleep(TERMS.lease_s + 1)
    for number in range(3):
        world.ask("calls", f"r{number}")
    until(member, ended(world))


def test_a_run_that_is_opened_again_waits_while_its_dag_may_have_no_more_runs(database: Database) -> None:
    done: list[str] = []
    with DAG("calls", max_active_runs=1) as dag:

        @task
        def call(run_id=None):
            done.append(run_id)

        call()
    world = ServiceWorld(database, dag)
    one, two = [world.member(host=name) for name in ("one", "two")]
    first = world.ask("calls", "r1")
    until(one, lambda: ended(world)() and owned(one, 0)())
    second = world.ask("calls", "r2")
    one.admission.hold(second, 0)  # it goes on for long
    until(one, owned(one))
    world.ask("calls", "r3")
    with Commands.open(world.database) as commands:
        number = commands.post(RerunRequested(run=first, at=0.0, tasks=(0,)))
        until(two, lambda: commands.find_answer(number) is not None, most=3)
    for _ in range(4):
        one.turns(1)
        two.turns(1)
    assert world.states() == {"r1": "running", "r2": "running", "r3": "queued"}
    assert done == ["r1"]
    until(one, owned(one, 2), most=20)
    one.turns(4)
    assert done == ["r1"], "whoever takes it over goes on holding it back"
    one.admission.unhold(second, 0)
    until(one, ended(world))
    assert done == ["r1", "r2", "r1", "r3"], "what was asked for before the third began comes first"


def test_a_scheduler_that_comes_to_its_end_wants_nothing_more(database: Database) -> None:
    world = ServiceWorld(database, calling("calls", 9, pool="api"), calling("others", 9, pool="api"))
    ending, other = members = [world.member(host=name, pools={"api": 1}) for name in ("ending", "other")]
    watch = Watch(world, members, POOL, 1)
    watch.turn()
    give(world, ending, "calls")
    give(world, other, "others")
    watch.until(lambda: watch.used(ending) > 0)
    ending.scheduler.stop()
    watch.until(lambda: world.states("others") == {"r": "success"})
    assert world.states("calls") == {"r": "running"}
