"""Durations, rates, instants and numbers as people read them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400


def say_duration(seconds: float) -> str:
    """A measured duration: ``3 ms``, ``0.42 s``, ``4.2 s``, ``2:05``, ``3:02:05``, ``2 d 3:02:05``."""
    if seconds < 0.01:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 59.5 else say_clock(seconds)


def say_clock(seconds: float) -> str:
    """A running duration in whole seconds: ``0:05``, ``2:05``, ``3:02:05``, ``2 d 3:02:05``."""
    whole = max(0, round(seconds))
    days, rest = divmod(whole, _DAY_S)
    hours, rest = divmod(rest, _HOUR_S)
    minutes, rest = divmod(rest, _MINUTE_S)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours or days else f"{minutes}:{rest:02}"
    return f"{days} d {text}" if days else text


def say_rate(per_s: float) -> str:
    """Instances per second, or per minute or hour where it takes long: ``1,200/s``, ``3.4/s``, ``12/min``."""
    for factor, unit in ((1, "s"), (_MINUTE_S, "min"), (_HOUR_S, "h")):
        rate = per_s * factor
        if rate >= 1:
            return f"{rate:,.0f}/{unit}" if rate >= 10 else f"{rate:.1f}/{unit}"
    return ""


def say_count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 task``, ``1,200 tasks``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def say_instant(at: datetime | float | None) -> str:
    """An instant on the clock of this machine, to the second; ``-`` for none."""
    if at is None:
        return "-"
    seconds = at.timestamp() if isinstance(at, datetime) else at
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def instant_as_data(seconds: float | None) -> str | None:
    """An instant for `--json`: ISO 8601, UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
