"""Writes down what the scheduler of a service measures of itself, for the server to show."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from fanjet.model.metrics import Metrics
from fanjet.scheduler.loop import Scheduler
from fanjet.store.service.journal import ServiceJournal
from fanjet.store.service.metrics import ProcessMetrics

_WRITE_EVERY_S = 5.0


class Measuring:
    """Every few seconds, in the scheduler's own thread and connection.

    Args:
        journal: The store.
        scheduler: What is measured.
        count_slots: Gives the slots of the executor, and how many of them are taken.
    """

    def __init__(
        self, journal: ServiceJournal, scheduler: Scheduler, count_slots: Callable[[], tuple[int, int]]
    ) -> None:
        self._journal = journal
        self._scheduler = scheduler
        self._count_slots = count_slots
        self._own = Metrics()
        self._slots = self._own.gauge("fanjet_executor_slots", "Tries that may keep a core busy at the same time.")
        self._taken = self._own.gauge("fanjet_executor_slots_busy", "Tries that keep a core busy.")
        self._host = socket.gethostname()
        self._written_at = 0.0

    def look(self, now: float) -> None:
        """Write, if it is time.

        Raises:
            ExecutionError: The store failed.
        """
        if now - self._written_at >= _WRITE_EVERY_S:
            self.write(now)

    def write(self, now: float) -> None:
        """Write as of now.

        Raises:
            ExecutionError: The store failed.
        """
        self._written_at = now
        slots, taken = self._count_slots()
        self._slots.set(slots)
        self._taken.set(taken)
        samples = [*self._scheduler.measure(), *self._own.read()]
        self._journal.put_metrics(ProcessMetrics(role="scheduler", host=self._host, pid=os.getpid(), samples=samples))
