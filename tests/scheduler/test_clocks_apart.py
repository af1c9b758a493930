"""Schedulers on machines whose clocks are minutes apart, or are set: nobody takes what another one has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fanjet import DAG, task
from fanjet.scheduler.service import LOOK_EVERY_S
from fanjet.store.database.database import Database
from fanjet.testing.virtual_clock import VirtualClock
from scheduler.service_world import START, TERMS, Member, ServiceWorld, ended, until
from scheduler.test_sharing import POOL, Watch, calling, give

APART = pytest.mark.parametrize("ahead_s", [600.0, -600.0])


class WrongClock(VirtualClock):
    """That of a machine: it goes as fast as the right one, and is ahead of it."""

    def __init__(self, right: VirtualClock, ahead_s: float) -> None:
        super().__init__(right.start)
        self._right, self.ahead_s = right, ahead_s

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        return self._right.time() + self.ahead_s

    def sleep(self, seconds: float) -> None:
        self._right.sleep(seconds)


def waiting() -> DAG:
    """It waits for days, by the clock of its scheduler."""
    with DAG("waiting") as dag:

        @task(retries=1, retry_delay=timedelta(days=3))
        def second_time(ti=None):
            if ti.try_number == 1:
                raise ValueError("once")

        second_time()
    return dag


class Machines:
    """Two schedulers, each on a machine with a clock of its own, and the database server, whose clock is right."""

    def __init__(self, database: Database, ahead_s: float, *dags: DAG) -> None:
        self.world = ServiceWorld(database, *dags)
        self.server = VirtualClock(START)
        self.clocks = [WrongClock(self.server, 0.0), WrongClock(self.server, ahead_s)]
        self.members = [self._make(name, clock) for name, clock in zip(("one", "other"), self.clocks, strict=True)]

    def _make(self, host: str, clock: VirtualClock) -> Member:
        pools = {"api": 1}
        return Member(self.world.database, self.world.built, clock, shared=self.server, host=host, pools=pools)

    def work(self, turns: int, *expected: list[int]) -> None:
        """Let both go round the loop so often; what they carry out stays what it is."""
        for _ in range(turns):
            for member in self.members:
                member.turns(1)
            assert [list(member.scheduler.runs.numbers) for member in self.members] == [*expected]


@APART
def test_a_live_run_stays_where_it_is_and_a_left_one_is_taken_in_time(database: Database, ahead_s: float) -> None:
    machines = Machines(database, ahead_s, waiting())
    one, other = machines.members
    run = machines.world.ask("waiting")
    until(one, lambda: run in one.scheduler.runs)
    machines.work(20, [run], [])
    stopped_at = machines.server.time()  # or its machine is gone
    until(other, lambda: run in other.scheduler.runs)
    took_s = machines.server.time() - stopped_at
    assert TERMS.lease_s - TERMS.renew_every_s <= took_s <= TERMS.lease_s + LOOK_EVERY_S
    one.turns(2)  # it goes on
    machines.work(5, [], [run])


@pytest.mark.parametrize("which", [0, 1])
def test_a_clock_that_is_set_forward_takes_no_run_from_anybody(database: Database, which: int) -> None:
    """One that is set back is not seen by those that are at work: their instants go on as before then."""
    machines = Machines(database, 0.0, waiting())
    one = machines.members[0]
    run = machines.world.ask("waiting")
    until(one, lambda: run in one.scheduler.runs)
    for _ in range(5):
        machines.clocks[which].ahead_s += 3_600.0
        machines.work(2, [run], [])


def test_where_one_clock_is_all_there_is_and_it_is_set_forward_a_scheduler_renews_in_its_next_turn(
    database: Database,
) -> None:
    """As on SQLite."""
    world = ServiceWorld(database, waiting())
    one, other = world.member(host="one"), world.member(host="other")
    run = world.ask("waiting")
    until(one, lambda: run in one.scheduler.runs)
    for _ in range(5):
        world.clock.sleep(3_600.0)
        one.turns(1)
        other.turns(1)
        assert (run in one.scheduler.runs, run in other.scheduler.runs) == (True, False)


@APART
def test_slots_go_from_one_to_the_other_and_are_never_too_many(database: Database, ahead_s: float) -> None:
    machines = Machines(database, ahead_s, calling("calls", 12, pool="api"))
    watch = Watch(machines.world, machines.members, POOL, 1)
    watch.turn()
    for member, run_id in zip(machines.members, ("r1", "r2"), strict=True):
        give(machines.world, member, "calls", run_id)
    watch.until(ended(machines.world))
    assert set(machines.world.states().values()) == {"success"}
    assert all(watch.most.values()), "both have had it"
