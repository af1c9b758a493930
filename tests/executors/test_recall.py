"""Recalls race with workers; whatever the order, every try ends exactly once."""

from __future__ import annotations

import os
import random
import signal

import pytest

from fanjet.model.states import State

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
