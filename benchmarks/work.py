"""The CPU work of the sweep benchmark: the same for both sides, about 50 ms on a core of today."""

from __future__ import annotations

_ROUNDS = 600_000


def burn_cpu(item: int) -> int:
    """Keep one core busy with integer arithmetic that nothing can shorten."""
    value = item
    for _ in range(_ROUNDS):
        value = (value * 1103515245 + 12345) & 0x7FFFFFFF
    return value
