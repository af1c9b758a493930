"""Carries out what the machines of the runs have decided: in one transaction, and only then in the world."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from fanjet.engine.admission import Admission
from fanjet.executors.port import Executor
from fanjet.model.changes import (
    CancelTries,
    Change,
    DequeueInstances,
    DropTriggers,
    MeasureMaps,
    QueueInstances,
    ReopenRun,
    RunCallbacks,
    WatchTriggers,
)
from fanjet.model.commands import Answer
from fanjet.scheduler.batch import Batch
from fanjet.scheduler.batch_writer import BatchWriter
from fanjet.scheduler.cancelled_tries import CancelledTries
from fanjet.scheduler.decisions import Decision
from fanjet.scheduler.launcher import Launcher
from fanjet.scheduler.meters import Meters
from fanjet.scheduler.orders import give
from fanjet.scheduler.owned_run import OwnedRun
from fanjet.scheduler.ownership import Ownership
from fanjet.scheduler.time_limits import TimeLimits


class Transactions:
    """Queues, launches and records, and then lets the executor act.

    Args:
        admission: Holds what is ready.
        launcher: Fills the free slots.
        limits: Have something to record as well.
        writer: Writes.
        ownership: Lets go of runs that turn out to be another scheduler's.
        cancelled: Learns of the tries that are told to stop.
        executor: Acts.
        meters: Count what was launched.
    """

    def __init__(
        self,
        *,
        admission: Admission,
        launcher: Launcher,
        limits: TimeLimits,
        writer: BatchWriter,
        ownership: Ownership,
        cancelled: CancelledTries,
        executor: Executor,
        meters: Meters,
    ) -> None:
        self._admission = admission
        self._launcher = launcher
        self._limits = limits
        self._writer = writer
        self._ownership = ownership
        self._cancelled = cancelled
        self._executor = executor
        self._meters = meters

    def carry_out(self, decided: Iterable[Decision], *, heard_at: float, answers: Sequence[Answer] = ()) -> None:
        """Carry out what was decided, and launch what the limits allow by then.

        Args:
            decided: Of which run what.
            heard_at: When that was heard of which it was decided, in seconds of `time.perf_counter`.
            answers: To the commands that led to it.

        Raises:
            LeaseLostError: A run is another scheduler's, and nobody goes on with the others.
            ExecutionError: It cannot be written; nothing was.
        """
        batch = Batch(answers)
        for owned, changes in decided:
            self._sort(owned, changes, batch, heard_at)
        batch.records += self._limits.take_records()
        batch.launches = self._launcher.take()
        if batch.is_to_write:
            lost = self._writer.write(batch)
            if lost:
                self._ownership.lose(lost)
        self._act(batch)

    def _sort(self, owned: OwnedRun, changes: Sequence[Change], batch: Batch, heard_at: float) -> None:
        for change in changes:
            match change:
                case QueueInstances():
                    self._admission.queue(change, heard_at)
                case DequeueInstances():
                    self._admission.dequeue(change)
                case MeasureMaps() | CancelTries() | WatchTriggers() | DropTriggers():
                    batch.orders.append(change)
                case RunCallbacks():
                    owned.callbacks_out += 1
                    batch.orders.append(change)
                case _:
                    batch.records.append(change)
                    if isinstance(change, ReopenRun):
                        self._ownership.reopen(owned)
                        batch.reopened.append(owned)

    def _act(self, batch: Batch) -> None:
        """Do what is written."""
        for owned in batch.reopened:
            self._executor.open_run(owned.info, owned.program)  # workers forget what they have read
        if batch.launches:
            self._executor.launch(batch.launches)
            self._meters.count_launched(self._admission.waits, time.perf_counter())
        for order in batch.orders:
            if isinstance(order, CancelTries):
                self._cancelled.note(order)
            give(order, self._executor)
