"""Time that passes only where something waits, and then at once."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from fanjet.errors import InvariantError


class VirtualClock:
    """Stands still while tasks work; a wait of an hour moves it on by an hour.

    Args:
        start: Where it begins; aware.
    """

    def __init__(self, start: datetime) -> None:
        #: Where it began, in UTC.
        self.start = start.astimezone(UTC)
        self._at = self.start.timestamp()

    @property
    def now(self) -> datetime:
        """Where it stands, in UTC."""
        return datetime.fromtimestamp(self._at, UTC)

    @property
    def elapsed(self) -> timedelta:
        """How much time has passed since the start."""
        return self.now - self.start

    def time(self) -> float:
        """Where it stands, in seconds since the epoch."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Move on."""
        if math.isinf(seconds):
            raise InvariantError("The run is not over, but nothing in it is under way and nothing waits for time.")
        self._at += max(0.0, seconds)

    def __repr__(self) -> str:
        return f"<VirtualClock at {self.now.isoformat()}, {self.elapsed} after its start>"
