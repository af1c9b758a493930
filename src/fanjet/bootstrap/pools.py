"""Whether there is room for what DAGs ask for, judged before any of them runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fanjet.engine.limits import Limits
from fanjet.model.spec import DagSpec


def check_pools(specs: Iterable[DagSpec], pools: Mapping[str, int]) -> None:
    """Check that every task fits into its pool, so that no run is left behind that cannot go on.

    Args:
        specs: The DAGs.
        pools: The slots by pool.

    Raises:
        OperationError: A task wants a pool that does not exist, or more slots than it has.
    """
    limits = Limits(pools)
    for spec in specs:
        limits.check(spec)
