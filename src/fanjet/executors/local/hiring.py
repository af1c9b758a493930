"""Starts workers: at once, or when something is launched on one that was promised."""

from __future__ import annotations

import time

from fanjet.errors import ExecutionError
from fanjet.executors.local.pool import Pool
from fanjet.executors.local.worker_handle import WorkerHandle

#: After a worker could not be started, for want of memory or descriptors, so long no other is; and not again for ever.
_PAUSE_S = 1.0
_MOST_FAILED = 30


class Hiring:
    """Promises are made in a snapshot of the room and kept when it is made use of; many never are.

    Args:
        pool: Where the workers are.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        #: Numbers that the last snapshot has given to workers which are yet to be started.
        self._promised: set[int] = set()
        #: How many starts of promised workers have failed in a row, and when the next one may be tried.
        self._failed = 0
        self._not_before = 0.0

    def may_promise(self) -> bool:
        """Whether workers could be started when it was last tried, or that is long enough ago."""
        return time.monotonic() >= self._not_before

    def promise(self) -> int:
        """The number of a worker that will be started when something is launched on it, until the next snapshot."""
        number = self._pool.numbers.take()
        self._promised.add(number)
        return number

    def forget_promises(self) -> None:
        """There is a new snapshot."""
        self._promised.clear()

    def start_promised(self, number: int) -> WorkerHandle | None:
        """A worker that was promised; None for a number that was not, or when it cannot be started now.

        Raises:
            ExecutionError: None could be started for long, or there is no hope that one ever will.
        """
        if number not in self._promised:
            return None
        self._promised.discard(number)
        try:
            worker = self._pool.start(number)
        except ExecutionError as error:
            self._failed += 1
            self._not_before = time.monotonic() + _PAUSE_S
            if not error.temporary or self._failed > _MOST_FAILED:
                raise
            return None
        self._failed = 0
        return worker

    def start(self) -> WorkerHandle:
        """One more worker, now.

        Raises:
            ExecutionError: It cannot be started.
        """
        return self._pool.start(self._pool.numbers.take())
