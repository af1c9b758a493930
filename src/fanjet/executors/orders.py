"""Control tries: orders to measure maps or to run callbacks that are owed, and the events that answer them."""

from __future__ import annotations

from typing import TypeAlias

from fanjet.model.changes import DEADLINES, MeasureMaps, RunCallbacks
from fanjet.model.events import CallbacksRan, MapsMeasured

#: What a control try is for.
Order: TypeAlias = MeasureMaps | RunCallbacks


def make_measured(order: MeasureMaps, counts: list[int], errors: dict[int, str]) -> MapsMeasured:
    """The event that answers a `MeasureMaps`."""
    return MapsMeasured(
        run=order.run, map=order.map, parent=order.parent, indexes=list(order.indexes), counts=counts, errors=errors
    )


def make_callbacks_ran(order: RunCallbacks, error: str | None) -> CallbacksRan:
    """The event that answers a `RunCallbacks`."""
    deadline = order.try_number if order.kind in DEADLINES else None
    return CallbacksRan(
        run=order.run, task=order.task, parent=order.parent, index=order.index, error=error, deadline=deadline
    )
