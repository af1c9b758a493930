"""Writes down what the scheduler of a service measures of itself, for the server to show."""

from __future__ import annotations

import os
import socket

from fanjet.scheduler.loop import Scheduler
from fanjet.store.service_journal import ServiceJournal
from fanjet.store.service_metrics import ProcessMetrics

_WRITE_EVERY_S = 5.0


class Measuring:
    """Every few seconds, in the scheduler's own thread and connection.

    Args:
        journal: The store.
        scheduler: What is measured.
    """

    def __init__(self, journal: ServiceJournal, scheduler: Scheduler) -> None:
        self._journal = journal
        self._scheduler = scheduler
        self._host = socket.gethostname()
        self._written_at = 0.0

    def look(self, now: float) -> None:
        """Write, if it is time.

        Raises:
            ExecutionError: The store failed.
        """
        if now - self._written_at < _WRITE_EVERY_S:
            return
        self._written_at = now
        self._journal.put_metrics(
            ProcessMetrics(
                role="scheduler", host=self._host, pid=os.getpid(), at=now, samples=list(self._scheduler.measure())
            )
        )
