"""What templates find under ``macros``: small functions over dates, and modules that templates often want."""

from __future__ import annotations

import importlib
import json
import random
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = [
    "datetime",
    "datetime_diff_for_humans",
    "ds_add",
    "ds_format",
    "ds_format_locale",
    "json",
    "random",
    "time",
    "timedelta",
    "uuid",
]

#: What may add macros to this module; called when a template wants one that is not there.
MORE: list[Callable[[], None]] = []

_YEAR_DAYS, _MONTH_DAYS = 365, 30
_DAY_S = 86400
#: Largest first, in seconds.
_UNITS = (
    ("year", _YEAR_DAYS * _DAY_S),
    ("month", _MONTH_DAYS * _DAY_S),
    ("week", 7 * _DAY_S),
    ("day", _DAY_S),
    ("hour", 3600),
    ("minute", 60),
    ("second", 1),
)


def ds_add(ds: str, days: int) -> str:
    """The date `days` after `ds`, both as ``YYYY-MM-DD``; before it when negative."""
    if not days:
        return ds
    return (datetime.strptime(ds, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def ds_format(ds: str, input_format: str, output_format: str) -> str:
    """A date in another format; formats are those of `datetime.strptime`."""
    return datetime.strptime(str(ds), input_format).replace(tzinfo=UTC).strftime(output_format)


def ds_format_locale(ds: str, input_format: str, output_format: str, locale: Any = None) -> str:
    """As `ds_format` but with a format and names of the babel package, which must be installed."""
    dates = importlib.import_module("babel.dates")
    instant = datetime.strptime(str(ds), input_format).replace(tzinfo=UTC)
    return str(dates.format_datetime(instant, format=output_format, locale=locale or dates.LC_TIME))


def datetime_diff_for_humans(dt: datetime, since: datetime | None = None) -> str:
    """How long ago `dt` was, or how far it lies from `since`, in the largest fitting unit."""
    other = since or datetime.now(tz=dt.tzinfo)
    seconds = (dt - other).total_seconds()
    unit, length_s = next((u for u in _UNITS if abs(seconds) >= u[1]), _UNITS[-1])
    count = int(abs(seconds) // length_s)
    text = f"{count} {unit}" + ("s" if count != 1 else "")
    if since is None:
        return f"{text} ago" if seconds <= 0 else f"in {text}"
    return f"{text} before" if seconds < 0 else f"{text} after"


def __getattr__(name: str) -> Any:
    """``macros.dateutil`` and ``macros.pendulum``, where they are installed."""
    if name in {"dateutil", "pendulum", "yaml"}:
        if name == "dateutil":
            importlib.import_module("dateutil.parser")
            importlib.import_module("dateutil.relativedelta")
        return importlib.import_module(name)
    for load in MORE:
        load()
        if name in globals():
            return globals()[name]
    raise AttributeError(f"there is no macro {name!r}")
