"""What becomes of work for a program that cannot be had."""

from __future__ import annotations

from fanjet.executors.fleet.crew import KeptOrder
from fanjet.executors.local.triggers import make_failed_carry
from fanjet.executors.orders import make_callbacks_ran, make_measured
from fanjet.model.changes import MeasureMaps, RunCallbacks, WatchTriggers
from fanjet.model.events import Event, TriesReturned, TriggersFired
from fanjet.model.instants import now
from fanjet.model.launches import Launch


def refuse_order(order: KeptOrder, reason: str) -> Event:
    """The answer to an order that nobody can carry out."""
    match order:
        case MeasureMaps():
            indexes = list(order.indexes)
            return make_measured(order, [-1] * len(indexes), dict.fromkeys(indexes, reason))
        case RunCallbacks():
            return make_callbacks_ran(order, reason)
        case WatchTriggers():
            carries = [make_failed_carry(carry, reason) for carry in order.carries]
            return TriggersFired(run=order.run, at=now(), tickets=list(order.tickets), carries=carries)


def refuse_launch(launch: Launch) -> Event:
    """Nothing of a launch will start."""
    return TriesReturned(run=launch.run, task=launch.task, fence=launch.fence, indexes=list(launch.indexes))
