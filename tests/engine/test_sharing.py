"""How schedulers divide what they share: never more than there is, by priority, in equal parts, nothing lies idle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanjet.engine.shared_limits import SharedLimits
from fanjet.engine.sharing import share_out
from fanjet.model.sharing import Hold, Limit, Needs, Share, Standing, Want

POOL, TASK = ("api",), ("dag", "task")
TOTALS: dict[Limit, int] = {POOL: 4, TASK: 2}
ONE: Needs = ((POOL, 1),)


@dataclass
class Scheduler:
    """What of a scheduler has to do with limits."""

    session: int
    room: int
    #: (priority, what a try takes): how many wait.
    waiting: Counter[tuple[int, Needs]] = field(default_factory=Counter)
    running: list[tuple[int, Needs]] = field(default_factory=list)
    shared: SharedLimits | None = None

    def used(self, limit: Limit) -> int:
        return sum(slots for _, needs in self.running for name, slots in needs if name == limit)

    def look(self, board: dict[int, Standing], turn: int) -> dict[Limit, Share]:
        left, wants = self.room - len(self.running), []
        for (priority, needs), count in sorted(self.waiting.items(), reverse=True):
            if min(count, left):
                wants.append(Want(priority, min(count, left), needs))
                left -= min(count, left)
        holds = tuple(Hold(limit, total, self.used(limit), 0) for limit, total in TOTALS.items())
        asked = {**board, self.session: Standing(holds=holds, wants=tuple(wants))}
        shares = share_out(self.session, asked, TOTALS, turn)
        holds = tuple(Hold(each.limit, each.total, each.used, shares[each.limit].slots) for each in holds)
        board[self.session] = Standing(holds=holds, wants=tuple(wants))
        self.shared = SharedLimits(shares, self.used)
        return shares

    def launch(self) -> int:
        launched = 0
        for (priority, needs), count in sorted(self.waiting.items(), reverse=True):
            for _ in range(count):
                if len(self.running) >= self.room or not self._fits(priority, needs):
                    break
                self.waiting[priority, needs] -= 1
                self.running.append((priority, needs))
                launched += 1
                for limit, slots in needs:
                    assert self.shared is not None
                    self.shared.launched(limit, slots)
        return launched

    def _fits(self, priority: int, needs: Needs) -> bool:
        shared = self.shared
        return shared is not None and all(shared.find_free(limit, priority) >= slots for limit, slots in needs)


def check(schedulers: Sequence[Scheduler], board: dict[int, Standing]) -> None:
    for limit, total in TOTALS.items():
        held = {number: hold.held for number, each in board.items() for hold in each.holds if hold.limit == limit}
        assert sum(held.values()) <= total
        assert all(each.used(limit) <= held.get(each.session, 0) for each in schedulers)


NEEDS: list[Needs] = [ONE, ((POOL, 3),), ((TASK, 1),), ((POOL, 1), (TASK, 1)), ((POOL, 4), (TASK, 2))]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_never_more_than_there_is_and_all_is_done(random: Random, count: int) -> None:
    board: dict[int, Standing] = {}
    schedulers = [Scheduler(number, random.randint(1, 5)) for number in range(count)]
    for each in schedulers:
        for _ in range(random.randint(0, 4)):
            each.waiting[random.randint(1, 3), random.choice(NEEDS)] += random.randint(1, 6)
    turn = 0
    for _ in range(random.randint(0, 60)):
        each = random.choice(schedulers)
        match random.randint(0, 3):
            case 0 | 1:
                each.look(board, turn)
            case 2:
                each.launch()
            case 3 if each.running:
                each.running.pop(random.randrange(len(each.running)))
        turn += random.randint(0, 1)
        check(schedulers, board)
    for _ in range(4 * sum(each.waiting.total() for each in schedulers) + 20):
        for each in schedulers:
            each.running.clear()
            each.look(board, turn)
            each.launch()
            check(schedulers, board)
        turn += 1
    assert not any(each.waiting.total() for each in schedulers)


def settled(schedulers: Sequence[Scheduler], turn: int = 0) -> dict[int, Standing]:
    """All have looked and launched until nothing changes any more."""
    board: dict[int, Standing] = {}
    for _ in range(3):
        for each in schedulers:
            each.look(board, turn)
            each.launch()
    check(schedulers, board)
    return board


def test_the_greatest_priority_comes_first_wherever_it_waits() -> None:
    low, high, middle = (
        Scheduler(number, 9, Counter({(priority, ONE): 9})) for number, priority in ((1, 1), (2, 9), (3, 5))
    )
    low.running, low.waiting = [(1, ONE)] * 4, Counter({(1, ONE): 5})
    board = settled([low, high, middle])
    for ended in range(1, 5):
        low.running.pop()
        assert not low.launch(), "others wait with more"
        for each in (middle, low, high, middle):
            each.look(board, 0)
            each.launch()
        assert [len(each.running) for each in (low, high, middle)] == [4 - ended, ended, 0]


def test_equal_priorities_have_equal_parts_and_one_that_runs_comes_down_to_its_part() -> None:
    first, second = Scheduler(1, 9, Counter({(1, ONE): 50})), Scheduler(2, 9)
    board = settled([first, second])
    assert len(first.running) == 4
    second.waiting[1, ONE] = 50
    for _ in range(6):
        for each in (second, first):
            each.running = each.running[1:]
            each.launch()
            each.look(board, 0)
            each.launch()
    assert [len(each.running) for each in (first, second)] == [2, 2]


@pytest.mark.parametrize("needs", [((TASK, 2),), ((POOL, 4),)])
def test_what_only_one_can_have_at_a_time_goes_from_one_to_the_other(needs: Needs) -> None:
    pair = [Scheduler(number, 3, Counter({(1, needs): 100})) for number in (1, 2)]
    board: dict[int, Standing] = {}
    began: Counter[int] = Counter()
    for turn in range(40):
        for each in pair:
            each.running.clear()
            began[each.session] += each.launch()
            each.look(board, turn // 4)
            began[each.session] += each.launch()
    assert min(began.values()) >= 10
    assert began.total() >= 30


def test_what_waits_for_another_limit_does_not_hold_up_this_one() -> None:
    stuck = Scheduler(1, 9, Counter({(9, ((POOL, 1), (TASK, 1))): 5}))
    other = Scheduler(2, 9, Counter({(1, ONE): 5}), running=[(1, ((TASK, 2),))])
    settled([other, stuck])
    assert len(other.running) == 5, "four slots of the pool beside what holds the other limit"
    assert not stuck.running


def test_nobody_has_anything_beside_one_that_has_all() -> None:
    one = Scheduler(2, 9, Counter({(1, ONE): 5}))
    shares = one.look({1: Standing(is_alone=True)}, 0)
    assert {share.slots for share in shares.values()} == {0}
