"""`Stats`: metrics of tasks, written to the log of the try."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

_log = logging.getLogger("fanjet.task.metrics")


class Stats:
    """Writes each metric as a line of the log, at level DEBUG: nothing collects them otherwise."""

    @staticmethod
    def incr(stat: str, count: int = 1, rate: float = 1, *, tags: Any = None) -> None:
        """Something has happened `count` times."""
        _log.debug("%s +%s rate=%s tags=%s", stat, count, rate, tags)

    @staticmethod
    def decr(stat: str, count: int = 1, rate: float = 1, *, tags: Any = None) -> None:
        """The opposite of `incr`."""
        _log.debug("%s -%s rate=%s tags=%s", stat, count, rate, tags)

    @staticmethod
    def gauge(stat: str, value: float, rate: float = 1, delta: bool = False, *, tags: Any = None) -> None:
        """Something is at a value, or has changed by it."""
        _log.debug("%s %s%s rate=%s tags=%s", stat, "by " if delta else "= ", value, rate, tags)

    @staticmethod
    def timing(stat: str, dt: float | timedelta | None, *, tags: Any = None) -> None:
        """Something took this long; a number is milliseconds."""
        _log.debug("%s took %s tags=%s", stat, dt, tags)

    @classmethod
    @contextmanager
    def timer(cls, stat: str | None = None, *, tags: Any = None) -> Iterator[None]:
        """Measure a ``with`` block."""
        started_at = time.perf_counter()
        try:
            yield
        finally:
            cls.timing(stat or "timer", timedelta(seconds=time.perf_counter() - started_at), tags=tags)


decr, gauge, incr, timer, timing = Stats.decr, Stats.gauge, Stats.incr, Stats.timer, Stats.timing
