"""A table of fire times, checked by hand.

How a row was checked is in its last column. Times are written as the clock on the wall shows them, with the offset
from UTC, so that each row can be checked again with a calendar and these facts alone:

- 1 January 2024 is a Monday, 2024 has a 29 February, 2023, 2025 and 2100 have none.
- Europe/Berlin: +01:00, from 31 March 2024 02:00 (then 03:00) to 27 October 2024 03:00 (then 02:00) +02:00.
- America/New_York: -05:00, from 10 March 2024 02:00 (then 03:00) to 3 November 2024 02:00 (then 01:00) -04:00.
- Australia/Lord_Howe: +11:00, from 7 April 2024 02:00 (then 01:30) to 6 October 2024 02:00 (then 02:30) +10:30.
- Asia/Kathmandu: +05:45, always. Africa/Casablanca goes back to +00:00 for Ramadan: from 10 March 2024 03:00 (then
  02:00) to 14 April 2024 02:00 (then 03:00).
"""

from __future__ import annotations

from typing import NamedTuple

BERLIN, NEW_YORK, KATHMANDU, LORD_HOWE = "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"


class Row(NamedTuple):
    """The instants of a cron text that follow one another."""

    cron: str
    zone: str
    #: The first is what one looks from.
    instants: tuple[str, ...]
    why: str


def _row(cron: str, zone: str, *instants: str, why: str) -> Row:
    return Row(cron, zone, instants, why)


PLAIN = (
    _row("@hourly", "UTC", "2024-01-01T00:00Z", "2024-01-01T01:00Z", "2024-01-01T02:00Z", why="each full hour"),
    _row("@hourly", "UTC", "2024-01-01T00:59:59Z", "2024-01-01T01:00Z", why="a second before the hour"),
    _row("@daily", "UTC", "2024-02-28T00:00Z", "2024-02-29T00:00Z", "2024-03-01T00:00Z", why="leap day"),
    _row("@daily", "UTC", "2023-02-28T00:00Z", "2023-03-01T00:00Z", why="no leap day"),
    _row("@weekly", "UTC", "2024-01-01T00:00Z", "2024-01-07T00:00Z", "2024-01-14T00:00Z", why="Monday; 7th is Sunday"),
    _row("@monthly", "UTC", "2024-01-31T12:00Z", "2024-02-01T00:00Z", "2024-03-01T00:00Z", why="each first"),
    _row("@quarterly", "UTC", "2024-01-01T00:00Z", "2024-04-01T00:00Z", "2024-07-01T00:00Z", why="every third month"),
    _row("@quarterly", "UTC", "2024-11-30T00:00Z", "2025-01-01T00:00Z", why="1,4,7,10, then next year"),
    _row("@yearly", "UTC", "2024-01-01T00:00Z", "2025-01-01T00:00Z", "2026-01-01T00:00Z", why="each new year"),
    _row("@midnight", "UTC", "2024-05-05T05:05Z", "2024-05-06T00:00Z", why="another name of @daily"),
    _row("@annually", "UTC", "2024-05-05T05:05Z", "2025-01-01T00:00Z", why="another name of @yearly"),
    _row("*/15 * * * *", "UTC", "2024-01-01T00:01Z", "2024-01-01T00:15Z", "2024-01-01T00:30Z", why="quarters"),
    _row("*/7 * * * *", "UTC", "2024-01-01T00:49Z", "2024-01-01T00:56Z", "2024-01-01T01:00Z", why="7*8=56, afresh"),
    _row("5/20 * * * *", "UTC", "2024-01-01T00:00Z", "2024-01-01T00:05Z", "2024-01-01T00:25Z", why="5, 25, 45"),
    _row("0 */5 * * *", "UTC", "2024-01-01T15:00Z", "2024-01-01T20:00Z", "2024-01-02T00:00Z", why="0,5,10,15,20"),
    _row("0 9-17/4 * * *", "UTC", "2024-01-01T00:00Z", "2024-01-01T09:00Z", "2024-01-01T13:00Z", why="9, 13, 17"),
    _row("0 9-17/4 * * *", "UTC", "2024-01-01T13:00Z", "2024-01-01T17:00Z", "2024-01-02T09:00Z", why="9, 13, 17"),
    _row("0 22-2 * * *", "UTC", "2024-01-01T23:00Z", "2024-01-02T00:00Z", "2024-01-02T01:00Z", why="over midnight"),
    _row("0 22-2 * * *", "UTC", "2024-01-02T02:00Z", "2024-01-02T22:00Z", why="over midnight, after its end"),
    _row("0 0 * * 1-5", "UTC", "2024-01-05T00:00Z", "2024-01-08T00:00Z", why="Friday, then Monday"),
    _row("0 0 * * MON-FRI", "UTC", "2024-01-05T00:00Z", "2024-01-08T00:00Z", why="names of days"),
    _row("0 0 * * 0", "UTC", "2024-01-01T00:00Z", "2024-01-07T00:00Z", why="0 is Sunday"),
    _row("0 0 * * 7", "UTC", "2024-01-01T00:00Z", "2024-01-07T00:00Z", why="7 is Sunday too"),
    _row("0 0 1 JAN *", "UTC", "2024-01-01T00:00Z", "2025-01-01T00:00Z", why="names of months"),
    _row("0 0 * * MON#1", "UTC", "2024-01-01T00:00Z", "2024-02-05T00:00Z", "2024-03-04T00:00Z", why="first Mondays"),
    _row("0 0 * * L5", "UTC", "2024-01-01T00:00Z", "2024-01-26T00:00Z", "2024-02-23T00:00Z", why="last Fridays"),
    _row("0 0 L * *", "UTC", "2024-01-31T00:00Z", "2024-02-29T00:00Z", "2024-03-31T00:00Z", why="ends of months"),
    _row("0 0 31 * *", "UTC", "2024-01-31T00:00Z", "2024-03-31T00:00Z", "2024-05-31T00:00Z", why="no 31 Feb, Apr"),
    _row("0 0 30 * *", "UTC", "2024-01-30T00:00Z", "2024-03-30T00:00Z", why="no 30 February"),
    _row("0 0 29 2 *", "UTC", "2024-02-29T00:00Z", "2028-02-29T00:00Z", "2032-02-29T00:00Z", why="leap years"),
    _row("0 0 29 2 *", "UTC", "2096-02-29T00:00Z", "2104-02-29T00:00Z", why="2100 is no leap year"),
    # Both days restricted: either is enough.
    _row("0 0 1 * 1", "UTC", "2024-02-01T00:00Z", "2024-02-05T00:00Z", "2024-02-12T00:00Z", why="1st or Monday"),
    _row("0 0 1 * 1", "UTC", "2024-02-26T00:00Z", "2024-03-01T00:00Z", "2024-03-04T00:00Z", why="1st, a Friday"),
    _row("0 0 13 * 5", "UTC", "2024-09-06T00:00Z", "2024-09-13T00:00Z", "2024-09-20T00:00Z", why="the 13th, a Friday"),
    _row("0 12 * * * 30", "UTC", "2024-01-01T12:00Z", "2024-01-01T12:00:30Z", why="the last field: seconds"),
    _row("59 23 31 12 *", "UTC", "2024-01-01T00:00Z", "2024-12-31T23:59Z", "2025-12-31T23:59Z", why="end of the year"),
)

ZONES = (
    _row("0 6 * * *", KATHMANDU, "2024-01-01T06:00+05:45", "2024-01-02T06:00+05:45", why="00:15 UTC"),
    _row("*/30 * * * *", KATHMANDU, "2024-01-01T00:00Z", "2024-01-01T06:00+05:45", why="00:00 UTC is 05:45 there"),
    _row("@daily", KATHMANDU, "2024-01-01T18:14Z", "2024-01-02T00:00+05:45", why="18:15 UTC"),
    _row("@daily", "+05:30", "2024-01-01T00:00Z", "2024-01-02T00:00+05:30", why="fixed offset"),
    _row("@daily", "-03:00", "2024-01-01T00:00Z", "2024-01-01T00:00-03:00", why="fixed offset, 03:00 UTC"),
    # 31 March in Berlin, 10 March in New York: an hour is skipped.
    _row(
        "0 0 * * *", BERLIN,
        "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00", why="23 hours",
    ),
    _row(
        "30 2 * * *", BERLIN,
        "2024-03-30T02:30+01:00", "2024-03-31T03:30+02:00", "2024-04-01T02:30+02:00", why="no 02:30: later",
    ),
    _row(
        "0 2 * * *", BERLIN,
        "2024-03-30T02:00+01:00", "2024-03-31T03:00+02:00", "2024-04-01T02:00+02:00", why="nor does 02:00",
    ),
    _row(
        "0 3 * * *", BERLIN,
        "2024-03-30T03:00+01:00", "2024-03-31T03:00+02:00", "2024-04-01T03:00+02:00", why="03:00 exists",
    ),
    _row(
        "0 2,3 * * *", BERLIN,
        "2024-03-30T03:00+01:00", "2024-03-31T03:00+02:00", "2024-04-01T02:00+02:00", why="one instant, one run",
    ),
    _row(
        "0 */2 * * *", BERLIN,
        "2024-03-31T00:00+01:00", "2024-03-31T03:00+02:00", "2024-03-31T04:00+02:00", why="02:00 comes at 03:00",
    ),
    _row(
        "30 2 * * *", NEW_YORK,
        "2024-03-09T02:30-05:00", "2024-03-10T03:30-04:00", "2024-03-11T02:30-04:00", why="no 02:30: later",
    ),
    _row(
        "0 * * * *", BERLIN,
        "2024-03-31T00:00+01:00", "2024-03-31T01:00+01:00", "2024-03-31T03:00+02:00", "2024-03-31T04:00+02:00",
        why="each hour that there is",
    ),
    _row(
        "*/30 * * * *", NEW_YORK,
        "2024-03-10T01:00-05:00", "2024-03-10T01:30-05:00", "2024-03-10T03:00-04:00", "2024-03-10T03:30-04:00",
        why="half hours go on",
    ),
    _row(
        "*/15 * * * 1-5", BERLIN,
        "2024-03-29T23:45+01:00", "2024-04-01T00:00+02:00", "2024-04-01T00:15+02:00", why="a weekend of 71 hours",
    ),
    # 27 October in Berlin, 3 November in New York: an hour is repeated.
    _row(
        "0 0 * * *", BERLIN,
        "2024-10-27T00:00+02:00", "2024-10-28T00:00+01:00", why="25 hours",
    ),
    _row(
        "30 2 * * *", BERLIN,
        "2024-10-26T02:30+02:00", "2024-10-27T02:30+01:00", "2024-10-28T02:30+01:00", why="once: the second 02:30",
    ),
    _row(
        "0 3 * * *", BERLIN,
        "2024-10-26T03:00+02:00", "2024-10-27T03:00+01:00", why="03:00 comes once: what would be +02:00 is 02:00",
    ),
    _row(
        "0 1-3 * * *", BERLIN,
        "2024-10-27T01:00+02:00", "2024-10-27T02:00+01:00", "2024-10-27T03:00+01:00", why="once: the second 02:00",
    ),
    _row(
        "30 1 * * *", NEW_YORK,
        "2024-11-02T01:30-04:00", "2024-11-03T01:30-05:00", "2024-11-04T01:30-05:00", why="once: the second 01:30",
    ),
    _row(
        "0 2 * * *", NEW_YORK,
        "2024-11-02T02:00-04:00", "2024-11-03T02:00-05:00", why="02:00 comes once",
    ),
    _row(
        "0 * * * *", BERLIN,
        "2024-10-27T01:00+02:00", "2024-10-27T02:00+02:00", "2024-10-27T02:00+01:00", "2024-10-27T03:00+01:00",
        why="each hour, both passes",
    ),
    _row(
        "30 * * * *", NEW_YORK,
        "2024-11-03T00:30-04:00", "2024-11-03T01:30-04:00", "2024-11-03T01:30-05:00", "2024-11-03T02:30-05:00",
        why="each half past, both passes",
    ),
    _row(
        "*/20 * * * *", BERLIN,
        "2024-10-27T02:40+02:00", "2024-10-27T02:00+01:00", "2024-10-27T02:20+01:00", why="on into the second",
    ),
    _row(
        "*/15 * * * 1-5", BERLIN,
        "2024-10-25T23:45+02:00", "2024-10-28T00:00+01:00", "2024-10-28T00:15+01:00", why="a weekend of 73 hours",
    ),
    _row(
        "30 2 * * *", BERLIN,
        "2024-10-27T02:40+02:00", "2024-10-27T02:30+01:00", why="seen between both: the second is to come",
    ),
    # Lord Howe shifts by half an hour.
    _row(
        "0 2 * * *", LORD_HOWE,
        "2024-10-05T02:00+10:30", "2024-10-06T02:30+11:00", "2024-10-07T02:00+11:00", why="no 02:00: later",
    ),
    _row(
        "45 1 * * *", LORD_HOWE,
        "2024-04-06T01:45+11:00", "2024-04-07T01:45+10:30", "2024-04-08T01:45+10:30", why="once: the second 01:45",
    ),
    _row(
        "15 1 * * *", LORD_HOWE,
        "2024-04-06T01:15+11:00", "2024-04-07T01:15+11:00", "2024-04-08T01:15+10:30", why="01:15 comes once",
    ),
    _row(
        "*/15 * * * *", LORD_HOWE,
        "2024-10-06T01:45+10:30", "2024-10-06T02:30+11:00", "2024-10-06T02:45+11:00", why="02:00 and 02:15 are skipped",
    ),
    _row(
        "*/15 * * * *", LORD_HOWE,
        "2024-04-07T01:45+11:00", "2024-04-07T01:30+10:30", "2024-04-07T01:45+10:30", "2024-04-07T02:00+10:30",
        why="half past one comes twice",
    ),
    _row(
        "0 * * * *", LORD_HOWE,
        "2024-04-07T01:00+11:00", "2024-04-07T02:00+10:30", "2024-04-07T03:00+10:30",
        why="the wall shows no full hour for an hour and a half",
    ),
    _row(
        "0 * * * *", LORD_HOWE,
        "2024-10-06T01:00+10:30", "2024-10-06T03:00+11:00", why="02:00 does not exist; 90 minutes",
    ),
    _row(
        "30 2 * * *", "Africa/Casablanca",
        "2024-03-09T02:30+01:00", "2024-03-10T02:30+00:00", "2024-03-11T02:30+00:00", why="back in spring, for Ramadan",
    ),
    _row(
        "30 2 * * *", "Africa/Casablanca",
        "2024-04-13T02:30+00:00", "2024-04-14T03:30+01:00", "2024-04-15T02:30+01:00", why="and forward again",
    ),
    _row(
        "0 0 29 2 *", NEW_YORK,
        "2024-02-29T00:00-05:00", "2028-02-29T00:00-05:00", why="leap day in another zone",
    ),
    _row(
        "0 0 31 * *", BERLIN,
        "2024-01-31T00:00+01:00", "2024-03-31T00:00+01:00", "2024-05-31T00:00+02:00", why="before that day's change",
    ),
    _row(
        "@weekly", BERLIN,
        "2024-03-24T00:00+01:00", "2024-03-31T00:00+01:00", "2024-04-07T00:00+02:00", why="Sundays; 167 hours",
    ),
    _row(
        "@monthly", NEW_YORK,
        "2024-10-01T00:00-04:00", "2024-11-01T00:00-04:00", "2024-12-01T00:00-05:00", why="firsts; an hour longer",
    ),
)  # fmt: skip
