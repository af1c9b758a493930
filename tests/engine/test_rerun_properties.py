"""Reruns of random DAGs: they touch what they should, and end as a run would that had those outcomes from the start."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conftest import ENGINE_PROFILE
from engine.random_graphs import random_spec
from engine.rerun_world import RerunWorld

SEEDS = st.integers(min_value=0, max_value=2**48)
_QUICK = settings(ENGINE_PROFILE, max_examples=min(ENGINE_PROFILE.max_examples // 4, 150))


def live_several_times(seed: int) -> None:
    """A run with accidents, then three reruns of any selection, each with new outcomes and accidents of its own."""
    random = Random(seed)
    world = RerunWorld(random_spec(random), random)
    world.run()
    for _ in range(3):
        if not world.is_over:  # a very large one
            return
        world.check_end()
        event, before = world.random_rerun(), world.picture()
        world.request(event)
        world.restarts = True  # nothing had been out
        world.run()
        if world.is_over:
            world.check_end()
            world.check_touched(before, event)
            world.check_outcome()


def interfere_at_any_moment(seed: int) -> None:
    """Reruns, marks and cancelled tasks while the run goes on, and after."""
    random = Random(seed)
    world = RerunWorld(random_spec(random), random)
    for _ in range(random.randint(1, 4)):
        for _ in range(random.randint(0, 60)):
            if not world.is_over:
                world.step()
        before = world.full_picture()
        event = world.random_request()
        world.request(event)
        world.check_left_alone(before, event)
    world.run()
    if world.is_over:
        world.check_end()


@_QUICK
@given(SEEDS)
def test_a_rerun_touches_what_depends_and_ends_as_a_fresh_run(seed: int) -> None:
    live_several_times(seed)


@_QUICK
@given(SEEDS)
def test_people_may_interfere_at_any_moment(seed: int) -> None:
    interfere_at_any_moment(seed)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("life", [live_several_times, interfere_at_any_moment])
def test_many_more_of_both(life) -> None:  # type: ignore[no-untyped-def]
    for seed in range(600):
        life(seed)
