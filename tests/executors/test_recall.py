"""Recalls race with workers; whatever the order, every try ends exactly once."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from fanjet.executors.local.recall import SETTLE_S, Recalls
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.model.launches import Launch
from fanjet.model.states import State
from fanjet.worker.slot import CURRENT

_FLOW = """
import random
with DAG("flow"):
    @task
    def uneven(i):
        chance = random.random()
        if chance > 0.995: time.sleep(0.02)
        elif chance > 0.7: time.sleep(0.0003)
    uneven(1)
"""


@pytest.mark.parametrize(("workers", "kills"), [(1, 0), (2, 0), (4, 8)])
def test_tries_end_once_however_often_they_are_recalled(start, workers, kills):
    chances = random.Random(workers)
    driver = start(_FLOW, workers=workers)
    driver.start("uneven", range(3000))
    driver.launch_ranges = True
    killed = 0
    while len(driver.outcomes) < 3000:
        driver.turn()
        if chances.random() < 0.2:
            driver.executor.family.recalls.declare_all(driver.executor.family.workers.values())
        if killed < kills and len(driver.outcomes) > 300 * (killed + 1):
            os.kill(chances.choice(driver.worker_pids), signal.SIGKILL)
            killed += 1
    assert sum(outcome.state == State.FAILED for outcome in driver.outcomes.values()) <= kills
    assert driver.returned > 0
    for worker in driver.executor.family.workers.values():
        assert (worker.outstanding, worker.load_s, len(worker.assignments)) == (0, 0.0, 0)


class Recalled:
    """A worker without a process, of which tries are recalled."""

    def __init__(self):
        self.worker = WorkerHandle(1)
        self.back = []
        self._recalls = Recalls(
            lambda _assignment, first, end: self.back.extend(range(first, end)), lambda _worker: None
        )

    def send(self, fence, count):
        launch = Launch(fence=fence, run=1, task=0, parent=(), first=0, count=count, try_number=1, worker=1)
        self.worker.assign(launch, count, 0.0)

    def is_at(self, sequence):
        self.worker.slot.words[CURRENT] = sequence

    def recall(self, first):
        """What comes back of the sequences from `first` on."""
        self.back.clear()
        self._recalls.declare(self.worker, first)
        time.sleep(SETTLE_S)
        self._recalls.settle()
        return list(self.back)


@pytest.fixture
def recalled():
    made = Recalled()
    yield made
    made.worker.close_worker_fds()
    made.worker.close()


def test_what_lies_in_a_hole_that_was_made_longer_comes_back_as_a_whole(recalled):
    recalled.send(1, 100)
    recalled.is_at(1)
    assert recalled.recall(2) == list(range(2, 101))
    recalled.send(2, 50)  # while the first try goes on, in front of the hole
    # Half of it may stay, as far as the caller is concerned; the worker will refuse all of it.
    assert recalled.recall(120) == list(range(101, 151))
    assert recalled.worker.outstanding == 1


def test_what_lies_in_front_of_a_hole_comes_back_too_when_the_worker_is_stuck_there(recalled):
    recalled.send(1, 6)
    recalled.is_at(3)
    assert recalled.recall(6) == [6], "half of what waited"
    recalled.is_at(4)
    assert recalled.recall(5) == [5]
    assert recalled.recall(5) == []
    recalled.send(2, 2)
    assert recalled.recall(7) == [7, 8], "the hole reaches to the end of what was sent"
