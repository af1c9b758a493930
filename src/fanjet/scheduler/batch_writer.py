"""Writes what a turn of the loop has decided, for as long as the store takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from fanjet.errors import ExecutionError, LeaseLostError
from fanjet.model.changes import Record, find_run
from fanjet.model.commands import Answer
from fanjet.model.launches import Launch
from fanjet.scheduler.meters import Meters
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
    """

    def __init__(
        self,
        journal: Journal,
        terms: WriteTerms,
        clock: Callable[[], float],
        meters: Meters,
        tell: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._terms = terms
        self._clock = clock
        self._meters = meters
        self._tell = tell
        #: The running mean of what a transaction takes.
        self.mean_s = 0.0

    def write(
        self,
        records: list[Record],
        launches: list[Launch],
        answers: Sequence[Answer],
        *,
        is_hurried: Callable[[], bool],
    ) -> frozenset[int]:
        """Write a batch.

        Args:
            records: As `Journal.write` has it.
            launches: As above.
            answers: As above.
            is_hurried: Whether nothing is waited for any more.

        Returns:
            The runs that turned out to be another scheduler's; nothing of them was written.

        Raises:
            LeaseLostError: There are such runs, and the terms do not let others go on.
            ExecutionError: The store failed for good, or for longer than the patience.
        """
        give_up_at = time.monotonic() + self._terms.patience_s
        told = False
        lost: frozenset[int] = frozenset()
        while True:
            began_at = time.perf_counter()
            try:
                self._journal.write(records, launches, at=self._clock(), answers=answers)
            except LeaseLostError as error:
                if not self._terms.goes_on:
                    raise
                lost |= error.runs
                records = [record for record in records if find_run(record) not in lost]
                launches = [launch for launch in launches if launch.run not in lost]
                answers = [answer for answer in answers if answer.run not in lost]
            except ExecutionError as error:
                if not error.temporary or time.monotonic() > give_up_at or is_hurried():
                    raise
                if not told:
                    told = True
                    self._tell(f"{error} Trying again for {self._terms.patience_s:g} s.")
                time.sleep(_PAUSE_S)
            else:
                took_s = time.perf_counter() - began_at
                self.mean_s += (took_s - self.mean_s) / _MEMORY_WRITES
                self._meters.commit_s.observe(took_s)
                self._meters.count(records)
                return lost
