"""Writes what a turn of the loop has decided, for as long as the store takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from fanjet.errors import ExecutionError, LeaseLostError
from fanjet.scheduler.batch import Batch
from fanjet.scheduler.meters import Meters
from fanjet.scheduler.stop_request import StopRequest
from fanjet.store.journal.journal import Journal

#: Between two attempts at a write that failed for a passing reason.
_PAUSE_S = 0.2
#: The running mean forgets: a transaction weighs as one of so many.
_MEMORY_WRITES = 16


class WriteTerms(NamedTuple):
    """What a scheduler does about a write that fails."""

    #: How long one that failed for a passing reason, such as a full disk, is tried again.
    patience_s: float
    #: Whether runs that others have taken over are left out, rather than that being an error.
    goes_on: bool


class BatchWriter:
    """Writes batches.

    Args:
        journal: The store.
        terms: What to do about failures.
        clock: Gives the instant.
        meters: Count what is written.
        tell: Gets a message for people.
        stop: Nothing is waited for once it is urgent.
    """

    def __init__(
        self,
        journal: Journal,
        terms: WriteTerms,
        clock: Callable[[], float],
        meters: Meters,
        tell: Callable[[str], None],
        stop: StopRequest,
    ) -> None:
        self._journal = journal
        self._terms = terms
        self._clock = clock
        self._meters = meters
        self._tell = tell
        self._stop = stop
        #: The running mean of what a transaction takes.
        self.mean_s = 0.0

    def write(self, batch: Batch) -> frozenset[int]:
        """Write a batch.

        Returns:
            The runs that turned out to be another scheduler's; they are left out of the batch.

        Raises:
            LeaseLostError: There are such runs, and the terms do not let others go on.
            ExecutionError: The store failed for good, or for longer than the patience; never a temporary one.
        """
        give_up_at = time.monotonic() + self._terms.patience_s
        told = False
        lost: frozenset[int] = frozenset()
        while True:
            began_at = time.perf_counter()
            try:
                self._journal.write(batch.records, batch.launches, at=self._clock(), answers=batch.answers)
            except LeaseLostError as error:
                if not self._terms.goes_on:
                    raise
                lost |= error.runs
                batch.leave_out(lost)
            except ExecutionError as error:
                if not error.temporary:
                    raise
                if time.monotonic() > give_up_at or self._stop.is_urgent:
                    # Final: the machines have gone on, and nobody may go on from there without what was not written.
                    raise ExecutionError(str(error), temporary=False) from error
                if not told:
                    told = True
                    self._tell(f"{error} Trying again for {self._terms.patience_s:g} s.")
                time.sleep(_PAUSE_S)
            else:
                took_s = time.perf_counter() - began_at
                self.mean_s += (took_s - self.mean_s) / _MEMORY_WRITES
                self._meters.commit_s.observe(took_s)
                self._meters.count(batch.records)
                return lost
