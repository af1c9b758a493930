"""Random runs of random DAGs: the machine agrees with the reference evaluator, whatever happens to it."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from .conftest import ENGINE_PROFILE
from .random_graphs import random_spec
from .world import World


@ENGINE_PROFILE
@given(st.integers(min_value=0, max_value=2**48))
def test_machine_agrees_with_reference(seed: int) -> None:
    """Late, repeated and reordered messages, returned tries, retries and restarts are part of every run."""
    random = Random(seed)
    world = World(random_spec(random), random)
    world.check()
    world.run()
    world.check()
