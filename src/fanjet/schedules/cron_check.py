"""Whether a cron text can be used, and what is wrong with one that cannot."""

from __future__ import annotations

import math
import re

from fanjet.errors import DagValueError
from fanjet.schedules.presets import OTHER_PRESETS, PRESETS

#: What the fields are called, with their least and greatest numbers.
_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
    ("second", 0, 59),
    ("year", 1970, 2099),
)
_ITEM = re.compile(r"(?:\*|(?P<first>\d+)(?:-(?P<last>\d+))?)(?:/(?P<step>\d+))?")
#: From here on, days of the month may never come.
_LAST_SURE_DAY = 28


def check_cron(text: str) -> None:
    """Refuse a text that is no cron text, or one that is never due.

    Raises:
        DagValueError: It cannot be used; says why, and what to write.
    """
    fields = text.split()
    if text.startswith("@"):
        _check_preset(text)
    elif not _is_plain(fields):
        _check_unusual(text, fields)


def _check_preset(text: str) -> None:
    if text in PRESETS:
        return
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes only

    known = (*PRESETS, *OTHER_PRESETS)
    close = get_close_matches(text.lower(), known, n=1)
    fix = f"write '{close[0]}'" if close else f"write a cron text, or one of {', '.join(known)}"
    raise DagValueError(f"There is no preset '{text}'.", fix=fix)


def _is_plain(fields: list[str]) -> bool:
    """Whether a text is right at first sight, as nearly all are: loading the library takes longer than the DAG file."""
    if len(fields) != 5:
        return False
    parts = zip(fields, _FIELDS, strict=False)
    return all(_is_plain_field(field, least, most) for field, (_, least, most) in parts)


def _is_plain_field(field: str, least: int, most: int) -> bool:
    for item in field.split(","):
        found = _ITEM.fullmatch(item)
        if found is None or found["step"] == "0":
            return False
        first, last = int(found["first"] or least), int(found["last"] or found["first"] or least)
        if not least <= first <= last <= most or (most == 31 and first > _LAST_SURE_DAY):
            return False
    return True


def _check_unusual(text: str, fields: list[str]) -> None:
    from croniter import CroniterError, croniter  # noqa: PLC0415 - costs 30 ms, and hardly any text needs it

    from fanjet.schedules.cron import CronClock  # noqa: PLC0415 - as above

    if len(fields) not in {5, 6, 7}:
        message = f"A cron text has 5 fields, '{text}' has {len(fields)}."
        raise DagValueError(message, fix="write minute, hour, day of the month, month and day of the week")
    for number, (field, (name, least, most)) in enumerate(zip(fields, _FIELDS, strict=False)):
        if re.match(r"[rR](?:$|[/(])", field):
            message = f"The {name} '{field}' of the cron text '{text}' would be another one each time."
            raise DagValueError(message, fix=f"write a number from {least} to {most}")
        try:
            croniter.expand(" ".join(["*"] * number + [field] + ["*"] * (max(5, number + 1) - number - 1)))
        except (CroniterError, ValueError):
            message = f"The {name} '{field}' of the cron text '{text}' cannot be used."
            raise DagValueError(
                message, fix=f"write '*', or numbers from {least} to {most} such as '{least},{least + 2}'"
            ) from None
    try:
        croniter.expand(text)
    except (CroniterError, ValueError) as error:
        raise DagValueError(
            f"The cron text '{text}' cannot be used: {error}.", fix="write one such as '0 6 * * *'"
        ) from None
    if len(fields) < 7 and math.isinf(CronClock(text, "UTC").next(0.0)):
        raise DagValueError(f"The cron text '{text}' is never due.", fix="name a day that its months have")
