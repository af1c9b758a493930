"""Random runs of random DAGs: the machine agrees with the reference evaluator, whatever happens to it."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conftest import ENGINE_PROFILE
from engine.random_graphs import random_spec
from engine.world import RUN_NUMBER, RandomRoom, World
from fanjet.model.events import CancelRequested
from fanjet.model.states import ENDED, RunStatus


@ENGINE_PROFILE
@given(st.integers(min_value=0, max_value=2**48))
def test_machine_agrees_with_reference(seed: int) -> None:
    """Late, repeated and reordered messages, returned tries, retries and restarts are part of every run."""
    random = Random(seed)
    world = World(random_spec(random), random)
    world.check()
    world.run()
    world.check()


@settings(ENGINE_PROFILE, max_examples=200)
@given(st.integers(min_value=0, max_value=2**48))
def test_a_run_cancelled_at_any_moment_leaves_nothing_open(seed: int) -> None:
    random = Random(seed)
    world = World(random_spec(random), random)
    for _ in range(random.randint(0, 40)):
        if not world.ended:
            world.step()
    status = world.machine.status
    world.send([CancelRequested(run=RUN_NUMBER, at=world.clock, reason="by hand")])
    assert world.ended
    assert world.machine.status == (status if status != RunStatus.RUNNING else RunStatus.FAILED)
    for task in world.spec.tasks:
        assert world.machine.length_known(task.number)
        assert all(state in ENDED for _, state in world.machine.instances(task.number))
    assert world.admission.take(RandomRoom(random), lambda: 0) == []
