"""Tries that were cancelled while they ran, until what they printed is recorded."""

from __future__ import annotations

from fanjet.model.changes import CancelTries, RecordCancelled
from fanjet.model.events import TriesEnded


class CancelledTries:
    """The machine of a run has done with a try once it is cancelled, and refuses its end; what it printed is kept.

    A launch is known by its fence, so a try of the same instance that is launched later is another one.
    """

    def __init__(self) -> None:
        #: By run and fence: indexes.
        self._indexes: dict[int, dict[int, set[int]]] = {}

    def note(self, order: CancelTries) -> None:
        """These tries are told to stop."""
        of_run = self._indexes.setdefault(order.run, {})
        of_run.setdefault(order.fence, set()).update(order.indexes)

    def find_records(self, ended: TriesEnded) -> list[RecordCancelled]:
        """What is to be recorded of the cancelled ones among those that have ended."""
        of_run = self._indexes.get(ended.run)
        cancelled = None if of_run is None else of_run.get(ended.fence)
        if cancelled is None:
            return []
        positions = [at for at, index in enumerate(ended.indexes) if index in cancelled]
        return [RecordCancelled(ended=ended, positions=positions)] if positions else []

    def forget(self, run: int) -> None:
        """Nothing of a run is recorded here any more."""
        self._indexes.pop(run, None)
