"""Orders wait until the program is loaded, and until there is a worker for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from fanjet.errors import ExecutionError
from fanjet.executors.fleet.capacity import FleetCapacity
from fanjet.executors.fleet.crew import Crew, KeptOrder
from fanjet.executors.fleet.crews import Crews
from fanjet.executors.fleet.refusals import refuse_order
from fanjet.model.changes import WatchTriggers
from fanjet.model.events import Event


class KeptOrders:
    """Has orders carried out, each crew's in the order in which they came; they wait with their crews.

    Args:
        crews: The programs.
        capacity: Says how many control tries there may be.
        tell: Is given the answers to those that nobody can carry out.
    """

    def __init__(self, crews: Crews, capacity: FleetCapacity, tell: Callable[[Iterable[Event]], None]) -> None:
        self._crews = crews
        self._capacity = capacity
        self._tell = tell

    def take(self, order: KeptOrder) -> None:
        """Carry out an order, now or later."""
        crew = self._crews.of_run.get(order.run)
        if crew is None:
            self._tell([refuse_order(order, self._crews.explain_absence(order.run))])
        elif not crew.orders and crew.is_ready and self._carry_out(crew, order):
            crew.used_at = time.monotonic()
        else:
            crew.orders.append(order)
            crew.want(urgent=True)

    def look(self) -> None:
        """Carry out those that need not wait any more."""
        for crew in self._crews:
            while crew.orders and crew.is_ready and self._carry_out(crew, crew.orders[0]):
                crew.orders.popleft()

    def _carry_out(self, crew: Crew, order: KeptOrder) -> bool:
        """Carry out an order if that can be now."""
        if isinstance(order, WatchTriggers):
            crew.carry_out(order)
            return True
        if not self._capacity.may_control(crew):
            return False
        self._make_room(crew)
        try:
            crew.carry_out(order)
        except ExecutionError as error:
            if not error.temporary:
                raise
            return False  # no worker can be started now
        return True

    def _make_room(self, crew: Crew) -> None:
        """Let a worker be started for a crew, at the cost of an idle one of another."""
        if self._capacity.count_startable() == 0:
            idle = [(other, worker) for other, worker in self._capacity.list_idle() if other is not crew]
            for other, worker in idle[:1]:
                other.retire(worker.number)
