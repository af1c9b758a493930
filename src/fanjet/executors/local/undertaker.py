"""What becomes of the tries of a dead worker."""

from __future__ import annotations

import os
import time

from fanjet.executors.batch import Batch
from fanjet.executors.local.assignments import Assignment
from fanjet.executors.local.worker_handle import WorkerHandle
from fanjet.executors.orders import Order, make_callbacks_ran, make_measured
from fanjet.model.changes import MeasureMaps
from fanjet.model.events import TryExtra
from fanjet.model.frames import Ended
from fanjet.model.instants import now
from fanjet.model.launches import Launch
from fanjet.model.states import State
from fanjet.runtime.secrets import SecretMask
from fanjet.worker.segment import mark_cut, name_segment
from fanjet.worker.slot import BASE, CURRENT, SEGMENT


class Undertaker:
    """Settles what dead workers had been sent.

    Args:
        log_folder: Where segments lie.
        log_cap_bytes: The most that is kept of the output of one try.
    """

    def __init__(self, log_folder: str, log_cap_bytes: int) -> None:
        self._log_folder = log_folder
        self._log_cap_bytes = log_cap_bytes

    def bury(self, worker: WorkerHandle, reason: str, batch: Batch) -> list[Order]:
        """Fail the try that was running, give back all others. Everything the worker had sent must have been read.

        Returns:
            Orders that had not started; another worker has to carry them out.
        """
        running = worker.running
        orders: list[Order] = []
        for assignment in worker.assignments:
            first = max(assignment.first, worker.last_ended + 1)
            if isinstance(assignment.work, Launch):
                if first <= running < assignment.end:
                    self._fail(worker, assignment, reason, batch)
                    batch.add_returned(assignment.work, assignment.list_indexes(first, running))
                    first = running + 1
                batch.add_returned(assignment.work, assignment.list_indexes(first, assignment.end))
            elif assignment.first == running:
                fail_order(assignment.work, reason, batch)
            else:
                orders.append(assignment.work)
        worker.assignments.clear()
        worker.outstanding = 0
        return orders

    def _fail(self, worker: WorkerHandle, assignment: Assignment, reason: str, batch: Batch) -> None:
        assert isinstance(assignment.work, Launch)
        running = worker.slot.words[CURRENT]
        segment, offset = worker.slot.words[SEGMENT], worker.slot.words[BASE]
        length = self._settle_log(segment, offset, worker.secrets.take_new())
        indexes, ended = batch.ended_of(assignment.work)
        ended_at = now()
        indexes.extend(assignment.list_indexes(running, running + 1))
        ended.append(
            Ended(
                sequence=running,
                state=State.FAILED,
                started_at=ended_at - (time.monotonic() - worker.started_at),
                ended_at=ended_at,
                log_segment=segment if length else 0,
                log_offset=offset if length else 0,
                log_length=length,
                value=None,
                item_count=-1,
                extra=TryExtra(error=reason, owes_callbacks=True),
            )
        )

    def _settle_log(self, segment: int, offset: int, secrets: list[str]) -> int:
        """The number of bytes that the dead try printed, cut to the cap and without secrets."""
        path = name_segment(self._log_folder, segment)
        try:
            length = os.stat(path).st_size - offset  # noqa: PTH116 - one way for all
        except FileNotFoundError:
            return 0
        mark = b""
        if length > self._log_cap_bytes:
            length, mark = self._log_cap_bytes, mark_cut(self._log_cap_bytes)
        if length > 0 and (mark or secrets):
            length = _rewrite(path, offset, length, secrets, mark)
        return max(length, 0)


def _rewrite(path: str, offset: int, length: int, secrets: list[str], mark: bytes) -> int:
    """Mask a piece at the end of a file and put `mark` behind it; the new length of the piece."""
    mask = SecretMask()
    mask.learn(secrets)
    with open(path, "r+b") as file:  # noqa: PTH123 - one way for all
        file.seek(offset + length if not secrets else offset)
        if secrets:
            masked = mask.mask_bytes(file.read(length))
            length = len(masked)
            file.seek(offset)
            file.write(masked)
        length += file.write(mark)
        file.truncate()
    return length


def fail_order(order: Order, reason: str, batch: Batch) -> None:
    """Answer an order that nobody can carry out."""
    if isinstance(order, MeasureMaps):
        indexes = list(order.indexes)
        batch.add(make_measured(order, [-1] * len(indexes), dict.fromkeys(indexes, reason)))
    else:
        batch.add(make_callbacks_ran(order, reason))
