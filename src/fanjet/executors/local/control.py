"""Finds workers for control tries: what maps run over has to be measured, owed callbacks have to be run."""

from __future__ import annotations

from fanjet.executors.local.capacity import Capacity
from fanjet.executors.local.dispatch import Dispatch
from fanjet.executors.local.hiring import Hiring
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.recall import Recalls
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.orders import Order
from fanjet.model.changes import RunCallbacks


class Control:
    """Such tries are short, others wait for them, and nobody has asked for room for them: they go out at once.

    Args:
        pool: The workers.
        hiring: Starts more of them.
        capacity: Says whether there may be more.
        recalls: Says of which workers it is not known how far they have come.
        dispatch: Sends.
    """

    def __init__(self, pool: Pool, hiring: Hiring, capacity: Capacity, recalls: Recalls, dispatch: Dispatch) -> None:
        self._pool = pool
        self._hiring = hiring
        self._capacity = capacity
        self._recalls = recalls
        self._dispatch = dispatch

    def send(self, order: Order) -> None:
        """Have an order carried out.

        Raises:
            ExecutionError: There is no worker, and none can be started.
        """
        # Runs may miss their deadlines because all workers are busy; whoever is to be told does not wait for them.
        is_urgent = isinstance(order, RunCallbacks) and order.kind == "deadline"
        self._dispatch.send(self._choose_worker(is_urgent=is_urgent), [order])

    def _choose_worker(self, *, is_urgent: bool) -> WorkerHandle:
        """An idle one if there is one, and one more rather than behind a long try.

        Where there may be no more, what is urgent gets one all the same, which ends when it is done.
        """
        workers = [
            worker
            for worker in self._pool.workers.values()
            if worker.doom is None and not worker.retiring and not self._recalls.is_pending(worker)
        ]
        idle = [worker for worker in workers if not worker.assignments]
        if idle:
            return idle[0]
        if not workers or self._capacity.count_startable() > 0:
            return self._hiring.start()
        if is_urgent:
            worker = self._hiring.start()
            worker.retiring = True
            return worker
        return min(workers, key=lambda worker: (worker.quiet, worker.load_s))
