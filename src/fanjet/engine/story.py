"""What happened lately, kept as a few numbers per batch, so that an error can tell the story of one instance."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from fanjet.model.paths import Path, join, show

_BATCHES = 256


class Story:
    """The last few hundred things that happened in a run."""

    def __init__(self) -> None:
        self._batches: deque[tuple[str, int, Path, Sequence[int]]] = deque(maxlen=_BATCHES)

    def add(self, what: str, task: int, parent: Path, indexes: Sequence[int]) -> None:
        """Something happened to instances of a task."""
        self._batches.append((what, task, parent, indexes))

    def of(self, task: int, parent: Path, index: int) -> tuple[str, ...]:
        """What happened to one instance, oldest first."""
        return tuple(
            f"{what} at {show(join(parent, index))}"
            for what, of_task, of_parent, indexes in self._batches
            if of_task == task and of_parent == parent and index in indexes
        )
