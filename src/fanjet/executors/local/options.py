"""The settings of the local executor."""

from __future__ import annotations

import os

import msgspec


class LocalOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Each has the default of the setting of the same name."""

    #: Exactly so many tries run at once; None for as many busy ones as cores, and more while some only wait.
    workers: int | None = None
    #: The most workers when their number adapts itself.
    max_workers: int = 32
    #: After its time limit, or a cancellation, a try has so long to clean up before its processes are killed.
    kill_grace_s: float = 10.0
    #: The callbacks of one event, of a run, a deadline or a try whose worker died, may take so long.
    callback_timeout_s: float = 300.0
    #: The most that is kept of the output of one try.
    log_cap_bytes: int = 100_000_000
    #: A worker is sent about so much work ahead, but no more tries than `prefetch_tries`.
    prefetch_s: float = 0.01
    prefetch_tries: int = 256

    @property
    def slots(self) -> int:
        """How many busy tries run at once."""
        return self.workers or os.cpu_count() or 1

    @property
    def most_workers(self) -> int:
        """How many workers there are at most."""
        return self.workers or max(self.max_workers, 1)
