"""The time that tries live in: the system's, or in tests one that passes as fast as it is asked to."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

from fanjet.model.instants import now


class Clock(Protocol):
    """Where Fanjet's own code in a try looks for the time, and waits. What the author wrote keeps the system's."""

    def time(self) -> float:
        """The instant, in seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait so long."""


class SystemClock:
    """The clock of the machine, but it never goes back."""

    def time(self) -> float:
        """The instant, in seconds since the epoch."""
        return now()

    def sleep(self, seconds: float) -> None:
        """Wait so long."""
        time.sleep(seconds)


SYSTEM_CLOCK: Clock = SystemClock()


def clock_of(context: Mapping[str, Any] | None) -> Clock:
    """The clock of the try that a context belongs to; the system's where somebody calls an operator without a try."""
    clock: Clock = getattr((context or {}).get("ti"), "clock", SYSTEM_CLOCK)
    return clock
