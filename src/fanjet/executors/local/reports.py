"""What workers have said since the last poll, and what is said for those that are dead."""

from __future__ import annotations

import msgspec

from fanjet.errors import InvariantError
from fanjet.executors.batch import Batch
from fanjet.executors.local.collector import Collector
from fanjet.executors.local.open_runs import OpenRuns
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.undertaker import Undertaker, fail_order
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.orders import Order
from fanjet.model.events import Event
from fanjet.model.launches import Launch


class Reports:
    """Gathers events until they are taken.

    Args:
        pool: Whose workers these are.
        runs: Those that they serve.
        collector: Understands what workers say.
        undertaker: Says what becomes of what a dead one had.
    """

    def __init__(self, pool: Pool, runs: OpenRuns, collector: Collector, undertaker: Undertaker) -> None:
        self._pool = pool
        self._runs = runs
        self._collector = collector
        self._undertaker = undertaker
        self._batch = Batch(runs.feeds_map)

    def take_events(self) -> list[Event]:
        """All that has come together."""
        batch, self._batch = self._batch, Batch(self._runs.feeds_map)
        return batch.take_events()

    def add(self, event: Event) -> None:
        """Something else has happened."""
        self._batch.add(event)

    def give_back(self, launch: Launch, indexes: list[int]) -> None:
        """Tries of a launch will never start."""
        self._batch.add_returned(launch, indexes)

    def read(self, worker: WorkerHandle) -> None:
        """Take in what a worker has written."""
        if worker.read():
            self.collect(worker)
        elif worker.at_end:
            self._pool.stop_reading(worker)

    def collect(self, worker: WorkerHandle) -> None:
        """Take in what was read of a worker; one whose task writes into its pipe is of no more use."""
        try:
            self._collector.collect(worker, self._batch)
        except (msgspec.MsgspecError, InvariantError) as error:
            worker.stop_listening()
            self._pool.stop_reading(worker)
            self._pool.kill(
                worker,
                f"The task's process wrote into the pipe that leads to the scheduler ({error}), so it was killed. "
                "Fix: write only to files that the task has opened, never to numbered descriptors of others.",
            )

    def bury(self, worker: WorkerHandle, reason: str) -> list[Order]:
        """A worker is dead, and its pipe was read to the end.

        Returns:
            Orders that it had not begun; another one has to carry them out.
        """
        self.collect(worker)
        return self._undertaker.bury(worker, reason, self._batch)

    def abandon(self, worker: WorkerHandle, reason: str) -> None:
        """Nothing more is wanted of a worker, nor of others in its stead."""
        self._pool.read_to_end(worker)
        self.collect(worker)
        for order in self._undertaker.bury(worker, worker.doom or reason, self._batch):
            fail_order(order, reason, self._batch)
