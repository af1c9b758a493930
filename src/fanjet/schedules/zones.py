"""Time zones by name."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache

from fanjet.errors import DagValueError

_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?")


@cache
def get_zone(name: str) -> tzinfo:
    """The time zone of an IANA name such as ``Europe/Berlin``, or of a fixed offset such as ``+05:30``.

    Raises:
        DagValueError: There is none.
    """
    if name.upper() == "UTC":
        return UTC
    if found := _OFFSET.fullmatch(name):
        hours, minutes, seconds = (int(found[part] or 0) for part in ("hours", "minutes", "seconds"))
        offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if offset < timedelta(days=1):
            return timezone(-offset if found["sign"] == "-" else offset)
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - costs 4 ms, and DAGs in UTC need none

    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, the name of a folder, no name at all
        raise _unknown(name) from None


def _unknown(name: str) -> DagValueError:
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes only
    from zoneinfo import available_timezones  # noqa: PLC0415 - as above

    known = available_timezones()
    if not known:
        return DagValueError(f"This machine knows no time zones, not even {name!r}.", fix="pip install tzdata")
    close = get_close_matches(name, known, n=1)
    fix = f"write '{close[0]}'" if close else "give an IANA name such as 'Europe/Berlin', or an offset such as '+05:30'"
    return DagValueError(f"There is no time zone {name!r}.", fix=fix)


def name_zone(zone: tzinfo | str | None) -> str:
    """The name of a time zone, whichever library it comes from; a fixed offset as ``+05:30``.

    Raises:
        DagValueError: It has none, or one that nobody knows.
    """
    if zone is None or zone is UTC:
        return "UTC"
    if isinstance(zone, str):
        get_zone(zone)
        return zone
    # zoneinfo and dateutil's copies of it, pendulum, pytz
    for attribute in ("key", "name", "zone"):
        name = getattr(zone, attribute, None)
        if isinstance(name, str) and name:
            get_zone(name)
            return name
    offset = zone.utcoffset(None)
    if offset is None:
        raise DagValueError(f"The time zone {zone!r} has no name.", fix="use zoneinfo.ZoneInfo('Europe/Berlin')")
    return _name_offset(offset)


def _name_offset(offset: timedelta) -> str:
    if not offset:
        return "UTC"
    sign = "-" if offset < timedelta() else "+"
    hours, rest = divmod(abs(round(offset.total_seconds())), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
