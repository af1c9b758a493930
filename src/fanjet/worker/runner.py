"""What a worker needs of whatever runs tries; `fanjet.runtime` provides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fanjet.model.events import TryExtra
from fanjet.model.paths import Path
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec


class Result(Protocol):
    """How a try ended; fields as in `fanjet.model.frames.Ended`."""

    @property
    def state(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def item_count(self) -> int: ...
    @property
    def extra(self) -> TryExtra | None: ...


class Runner(Protocol):
    """Runs tries of one DAG. What goes wrong in user code is part of the results, never raised."""

    @property
    def spec(self) -> DagSpec: ...

    def run(
        self,
        run_info: RunInfo,
        task_number: int,
        parent: Path,
        index: int,
        try_number: int,
        carry: bytes | None,
        tries_before: int,
    ) -> Result:
        """Run one try to its end."""

    def measure(
        self, run_info: RunInfo, map_number: int, parent: Path, indexes: Sequence[int]
    ) -> tuple[list[int], dict[int, str]]:
        """Counts and errors as in `fanjet.model.events.MapsMeasured`."""

    def run_callbacks(
        self,
        run_info: RunInfo,
        task_number: int | None,
        parent: Path,
        index: int,
        try_number: int,
        kind: str,
        error: str | None,
        *,
        limit_s: float | None = None,
    ) -> str | None:
        """Run owed callbacks, all of them for at most `limit_s`.

        Returns:
            What went wrong, None when nothing did.
        """
