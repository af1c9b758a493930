"""`airflow.utils.timezone`: instants that know their zone; with pendulum, where it is installed."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from zoneinfo import ZoneInfo

from fanjet.authoring.instants import INSTANTS

utc: Any = import_module("pendulum").UTC if find_spec("pendulum") else dt.UTC
#: The zone of dates that have none.
TIMEZONE = utc
utc_epoch = dt.datetime(1970, 1, 1, tzinfo=utc)


def is_localized(value: dt.datetime) -> bool:
    """Whether it has a zone."""
    return value.utcoffset() is not None


def is_naive(value: dt.datetime) -> bool:
    """Whether it has no zone."""
    return not is_localized(value)


def utcnow() -> dt.datetime:
    """Now."""
    return dt.datetime.fromtimestamp(INSTANTS.now(), utc)


def datetime(*args: Any, **kwargs: Any) -> dt.datetime:
    """As the class of that name, but in UTC unless `tzinfo` says otherwise."""
    return dt.datetime(*args, **{"tzinfo": utc, **kwargs})  # noqa: DTZ001 - it has one


def convert_to_utc(value: dt.datetime | None) -> dt.datetime | None:
    """The same instant in UTC; UTC is assumed where it has no zone."""
    return None if value is None else coerce_datetime(make_aware(value).astimezone(utc))


def make_aware(value: Any, timezone: Any = None) -> Any:
    """The same time of day in a zone.

    Raises:
        ValueError: It has one already.
    """
    if value is None:
        return None
    if is_localized(value):
        if timezone is None:
            return value
        raise ValueError(f"make_aware() takes datetimes without a zone, not {value}.")
    return coerce_datetime(value.replace(tzinfo=timezone or utc))


def make_naive(value: dt.datetime, timezone: Any = None) -> dt.datetime:
    """The time of day in a zone, without the zone.

    Raises:
        ValueError: It has no zone.
    """
    if is_naive(value):
        raise ValueError(f"make_naive() takes datetimes with a zone, not {value}.")
    local = value.astimezone(timezone or utc)
    return dt.datetime(*local.timetuple()[:6], local.microsecond, fold=local.fold)  # noqa: DTZ001 - that is what is asked for


def coerce_datetime(v: dt.datetime | None, tz: Any = None) -> Any:
    """An aware datetime, of pendulum where it is installed."""
    if v is None:
        return None
    aware = v if is_localized(v) else v.replace(tzinfo=tz or utc)
    aware = aware.astimezone(tz) if tz is not None else aware
    return import_module("pendulum").instance(aware) if find_spec("pendulum") else aware


def parse(string: str, timezone: Any = None, *, strict: bool = False) -> Any:
    """A text as an instant.

    Args:
        string: An ISO text, or with pendulum any that it reads.
        timezone: The zone of texts without one; UTC by default.
        strict: Whether only ISO texts are read.
    """
    if find_spec("pendulum"):
        return import_module("pendulum").parse(string, tz=timezone or utc, strict=strict)
    return coerce_datetime(dt.datetime.fromisoformat(string), timezone)


def parse_timezone(name: str | int) -> Any:
    """A zone by its name, or by its distance from UTC in seconds."""
    if find_spec("pendulum"):
        return import_module("pendulum").timezone(name)
    return dt.timezone(dt.timedelta(seconds=name)) if isinstance(name, int) else ZoneInfo(name)


def local_timezone() -> Any:
    """The zone of this machine."""
    if find_spec("pendulum"):
        return import_module("pendulum").local_timezone()
    return dt.datetime.now().astimezone().tzinfo


def from_timestamp(timestamp: float, tz: Any = None) -> Any:
    """An instant by its seconds since 1970."""
    return coerce_datetime(dt.datetime.fromtimestamp(timestamp, utc), parse_timezone(tz) if isinstance(tz, str) else tz)


def td_format(td_object: Any) -> str | None:
    """A duration as ``1d:2h:3M:4s``; None for none."""
    if td_object is None:
        return None
    seconds = td_object.total_seconds() if isinstance(td_object, dt.timedelta) else float(td_object)
    rest, parts = int(seconds), []
    for unit, length_s in (("y", 31536000), ("m", 2592000), ("d", 86400), ("h", 3600), ("M", 60), ("s", 1)):
        count, rest = divmod(rest, length_s)
        if count:
            parts.append(f"{count}{unit}")
    return ":".join(parts) or "<1s"
