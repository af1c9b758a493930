"""Numbers that are never used twice in one database."""

from __future__ import annotations

from itertools import count

_COUNTER_BITS = 32


def fence_counter(session: int) -> count[int]:
    """Growing fence numbers for one scheduler session; every later session's are greater."""
    return count((session << _COUNTER_BITS) + 1)
