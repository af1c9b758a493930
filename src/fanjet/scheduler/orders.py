"""What the executor is told beside launches."""

from __future__ import annotations

from typing import TypeAlias

from fanjet.executors.port import Executor
from fanjet.model.changes import CancelTries, DropTriggers, MeasureMaps, RunCallbacks, WatchTriggers

#: Given once all that a turn has decided is written.
Order: TypeAlias = MeasureMaps | RunCallbacks | CancelTries | WatchTriggers | DropTriggers


def give(order: Order, executor: Executor) -> None:
    """Have an order carried out."""
    match order:
        case MeasureMaps():
            executor.measure(order)
        case RunCallbacks():
            executor.run_callbacks(order)
        case CancelTries():
            executor.cancel(order)
        case WatchTriggers():
            executor.watch_triggers(order)
        case DropTriggers():
            executor.drop_triggers(order)
