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
            driver.executor._recalls.declare_all(driver.executor._pool.workers.values())
        if killed < kills and len(driver.outcomes) > 300 * (killed + 1):
            os.kill(chances.choice(driver.worker_pids), signal.SIGKILL)
            killed += 1
    assert sum(outcome.state == State.FAILED for outcome in driver.outcomes.values()) <= kills
    assert driver.returned > 0
    for worker in driver.executor._pool.workers.values():
        assert (worker.outstanding, worker.load_s, len(worker.assignments)) == (0, 0.0, 0)


def test_what_lies_in_a_hole_that_was_made_longer_comes_back_as_a_whole():
    worker = WorkerHandle(1)
    back = []
    recalls = Recalls(lambda _assignment, first, end: back.extend(range(first, end)), lambda _worker: None)

    def send(fence, count):
        launch = Launch(fence=fence, run=1, task=0, parent=(), first=0, count=count, try_number=1, worker=1)
        worker.assign(launch, count, 0.0)

    def recall(first):
        recalls.declare(worker, first)
        time.sleep(SETTLE_S)
        recalls.settle()

    send(1, 100)
    worker.slot.words[CURRENT] = 1
    recall(2)
    assert back == list(range(2, 101))
    send(2, 50)  # while the first try goes on, in front of the hole
    back.clear()
    recall(120)  # half of it may stay, as far as the caller is concerned; the worker will refuse all of it
    assert back == list(range(101, 151))
    assert worker.outstanding == 1
    worker.close_worker_fds()
    worker.close()
