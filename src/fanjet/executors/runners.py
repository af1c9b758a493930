"""Makes what runs tries in a process, of the DAGs that it has loaded and the settings that reach it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

from fanjet.parsing.spec_builder import BuiltDag
from fanjet.runtime.client import TryClient
from fanjet.runtime.clock import SYSTEM_CLOCK, Clock
from fanjet.runtime.task_logging import setup_task_logging
from fanjet.runtime.try_runner import MAX_MAP_LENGTH, TryRunner
from fanjet.runtime.value_store import INLINE_BYTES, ValueStore

#: Settings of tries as they travel to the process that runs them; ``values_root`` must be there.
RuntimeSettings: TypeAlias = dict[str, str | int | float | None]


def make_runners(
    dags: Sequence[BuiltDag],
    client: TryClient,
    settings: RuntimeSettings,
    *,
    clock: Clock = SYSTEM_CLOCK,
    make: Callable[..., TryRunner] = TryRunner,
) -> Callable[[str], TryRunner]:
    """A function that gives the runner of a DAG by its id.

    Args:
        dags: All DAGs of the file.
        client: The way of tries to the world.
        settings: ``values_root``: where large values rest; ``max_map_length``; ``inline_value_bytes``.
        clock: The time that the tries live in.
        make: Makes a runner; called as `TryRunner`.
    """
    setup_task_logging()
    max_map_length = settings.get("max_map_length")
    store = make_store(settings)
    most_items = MAX_MAP_LENGTH if max_map_length is None else int(max_map_length)
    dag_of_id = {dag.spec.dag_id: dag for dag in dags}

    @cache
    def find_runner(dag_id: str) -> TryRunner:
        return make(dag_of_id[dag_id], client, store, max_map_length=most_items, clock=clock)

    return find_runner


def make_store(settings: RuntimeSettings) -> ValueStore:
    """Where large values rest, by the settings of `make_runners`."""
    inline_bytes = settings.get("inline_value_bytes")
    return ValueStore(
        str(settings["values_root"]), inline_bytes=INLINE_BYTES if inline_bytes is None else int(inline_bytes)
    )
