"""What a rerun would take, for those who want to see it first."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fanjet.model.paths import Path


class TakenInstances(msgspec.Struct, frozen=True, kw_only=True):
    """Instances of one task under one parent that a rerun would take. All columns have one entry per instance."""

    task: int
    parent: Path
    #: -1 for the instance at the parent's own path.
    indexes: Sequence[int]
    #: As they are now (`State` numbers).
    states: bytes
    #: 1 for those that were asked for; the others depend on them.
    asked: bytes


class RerunPlan(msgspec.Struct, frozen=True, kw_only=True):
    """All that a rerun would take. Instances that do not exist yet are not among them."""

    taken: list[TakenInstances]
    #: (map, context): expanded maps whose length may change, so that further instances may be run again, removed or
    #: added.
    maps: list[tuple[int, Path]]
    #: Setups that run again for the sake of the taken work.
    companions: tuple[int, ...]

    def count(self) -> int:
        """How many instances would be taken."""
        return sum(len(each.indexes) for each in self.taken)
