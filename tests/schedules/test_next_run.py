"""Which run is due next: starts and ends, catching up, intervals. Checked by hand; why stands beside each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fanjet.errors import InvariantError
from fanjet.model.schedules import (
    AssetNeed,
    AssetOrTimeSchedule,
    AssetSchedule,
    CalendarDelta,
    ContinuousSchedule,
    CronIntervals,
    CronTrigger,
    CustomSchedule,
    DeltaIntervals,
    DeltaTrigger,
    Due,
    EventsSchedule,
    FixedDelta,
    Interval,
    OnceSchedule,
    ScheduleSpec,
)
from fanjet.schedules import find_next, infer_manual_interval, needs_code

DAY, HOUR = 86400.0, 3600.0
DAILY = CronTrigger(crons=("@daily",))
DAILY_INTERVALS = CronIntervals(cron="@daily")
BERLIN = CronIntervals(cron="@daily", timezone="Europe/Berlin")
EVERY_6_HOURS, EVERY_6_HOURS_AFTER = (
    DeltaTrigger(delta=FixedDelta(6 * HOUR)),
    DeltaIntervals(delta=FixedDelta(6 * HOUR)),
)
MONTHLY = DeltaIntervals(delta=CalendarDelta(months=1))
ASSET = AssetNeed(name="a", uri="a")
NOW = "2024-05-10T10:00Z"


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def ask(spec: ScheduleSpec, last: tuple[str, str] | None = None, **others: Any) -> Due | None:
    bounds = {name: others.get(name) and at(others[name]) for name in ("start_date", "end_date")}
    interval = last and Interval(at(last[0]), at(last[1]))
    catchup, now = others.get("catchup", False), at(others.get("now", NOW))
    return find_next(spec, last=interval, **bounds, catchup=catchup, now=now)


def show(due: Due | None) -> tuple[str, ...] | None:
    """When it is due, and the interval where it has one of some length."""
    if due is None:
        return None
    assert due.logical_date == due.interval_start
    texts = [datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%dT%H:%M:%S") for each in due]
    short = [text.removesuffix(":00").replace("T00:00", "") for text in texts]
    if due.interval_start == due.interval_end == due.run_after:
        return (short[0],)
    return (short[0], short[2], short[3])


@pytest.mark.parametrize(
    ("spec", "question", "expected"),
    [
        # A cron text stands for instants. Without catching up the last one is due, at once.
        (DAILY, {"start_date": "2024-05-01T00:00Z"}, ("2024-05-10",)),
        (DAILY, {"start_date": "2024-05-01T00:00Z", "catchup": True}, ("2024-05-01",)),
        (DAILY, {"start_date": "2024-05-01T00:01Z", "catchup": True}, ("2024-05-02",)),
        (DAILY, {"start_date": "2024-06-01T00:00Z"}, ("2024-06-01",)),
        (DAILY, {"start_date": "2024-06-01T12:00Z", "catchup": True}, ("2024-06-02",)),
        (DAILY, {"last": ("2024-05-01T00:00Z",) * 2}, ("2024-05-10",)),
        (DAILY, {"last": ("2024-05-01T00:00Z",) * 2, "catchup": True}, ("2024-05-02",)),
        (DAILY, {"last": ("2024-05-10T00:00Z",) * 2}, ("2024-05-11",)),
        # Right at an instant, it is that one.
        (DAILY, {"last": ("2024-05-09T00:00Z",) * 2, "now": "2024-05-10T00:00Z"}, ("2024-05-10",)),
        # The end is included.
        (DAILY, {"last": ("2024-05-09T00:00Z",) * 2, "end_date": "2024-05-10T00:00Z"}, ("2024-05-10",)),
        (DAILY, {"last": ("2024-05-10T00:00Z",) * 2, "end_date": "2024-05-10T23:59Z"}, None),
        (DAILY, {"start_date": "2024-05-01T00:00Z", "end_date": "2024-05-05T00:00Z"}, None),
        (DAILY, {"start_date": "2024-05-01T00:00Z", "end_date": "2024-05-05T00:00Z", "catchup": True}, ("2024-05-01",)),
        # Without start nor run: ten hours ago is more than a tenth of a day, one hour is not.
        (DAILY, {}, ("2024-05-11",)),
        (DAILY, {"now": "2024-05-10T01:00Z"}, ("2024-05-10",)),
        (CronTrigger(crons=("@daily",), run_immediately=True), {}, ("2024-05-10",)),
        (CronTrigger(crons=("@daily",), run_immediately=10 * HOUR), {}, ("2024-05-10",)),
        (CronTrigger(crons=("@daily",), run_immediately=9 * HOUR), {"now": "2024-05-10T09:00:01Z"}, ("2024-05-11",)),
        # Five minutes count in any case: a tenth of ten minutes is one.
        (CronTrigger(crons=("*/10 * * * *",)), {"now": "2024-05-10T10:05Z"}, ("2024-05-10T10:00",)),
        (CronTrigger(crons=("*/10 * * * *",)), {"now": "2024-05-10T10:05:01Z"}, ("2024-05-10T10:10",)),
        # Data of the day before.
        (
            CronTrigger(crons=("0 6 * * *",), interval=FixedDelta(DAY)),
            {"last": ("2024-05-09T06:00Z", "2024-05-10T06:00Z")},
            ("2024-05-11T06:00", "2024-05-10T06:00", "2024-05-11T06:00"),
        ),
        # Several texts: one run where they meet, the nearest otherwise; of missed ones the latest.
        (
            CronTrigger(crons=("0 6 * * *", "0 18 * * *", "0 18 * * 5")),
            {"last": ("2024-05-10T06:00Z",) * 2},
            ("2024-05-10T18:00",),
        ),
        (
            CronTrigger(crons=("0 6 * * *", "0 9 * * *")),
            {"start_date": "2024-05-01T00:00Z"},
            ("2024-05-10T09:00",),
        ),
        (
            CronTrigger(crons=("0 6 * * *", "0 9 * * *")),
            {"start_date": "2024-05-01T00:00Z", "catchup": True},
            ("2024-05-01T06:00",),
        ),
        # A year that is over never comes.
        (CronTrigger(crons=("0 0 1 1 * 0 2020",)), {"catchup": True, "start_date": "2023-01-01T00:00Z"}, None),
    ],
)
def test_triggers(spec: ScheduleSpec, question: dict[str, Any], expected: tuple[str, ...] | None) -> None:
    assert show(ask(spec, **question)) == expected


@pytest.mark.parametrize(
    ("spec", "question", "expected"),
    [
        # A run follows its day. Without catching up it is yesterday that is due.
        (DAILY_INTERVALS, {"start_date": "2024-05-01T00:00Z"}, ("2024-05-10", "2024-05-09", "2024-05-10")),
        (
            DAILY_INTERVALS,
            {"start_date": "2024-05-01T00:00Z", "catchup": True},
            ("2024-05-02", "2024-05-01", "2024-05-02"),
        ),
        (DAILY_INTERVALS, {"start_date": "2024-06-01T12:00Z"}, ("2024-06-03", "2024-06-02", "2024-06-03")),
        (DAILY_INTERVALS, {}, ("2024-05-10", "2024-05-09", "2024-05-10")),
        (DAILY_INTERVALS, {"catchup": True}, None),  # nobody says where to begin
        (DAILY_INTERVALS, {"now": "2024-05-10T00:00Z"}, ("2024-05-10", "2024-05-09", "2024-05-10")),
        (
            DAILY_INTERVALS,
            {"last": ("2024-05-09T00:00Z", "2024-05-10T00:00Z")},
            ("2024-05-11", "2024-05-10", "2024-05-11"),
        ),
        (
            DAILY_INTERVALS,
            {"last": ("2024-05-01T00:00Z", "2024-05-02T00:00Z"), "catchup": True},
            ("2024-05-03", "2024-05-02", "2024-05-03"),
        ),
        # The end bounds where an interval begins.
        (
            DAILY_INTERVALS,
            {"last": ("2024-05-08T00:00Z", "2024-05-09T00:00Z"), "end_date": "2024-05-09T00:00Z"},
            ("2024-05-10", "2024-05-09", "2024-05-10"),
        ),
        (
            DAILY_INTERVALS,
            {"last": ("2024-05-09T00:00Z", "2024-05-10T00:00Z"), "end_date": "2024-05-09T00:00Z"},
            None,
        ),
        # The schedule was hourly before: what has begun today is left out, and nothing comes twice.
        (
            DAILY_INTERVALS,
            {"last": ("2024-05-10T08:00Z", "2024-05-10T09:00Z"), "catchup": True},
            ("2024-05-12", "2024-05-11", "2024-05-12"),
        ),
        # 31 March has 23 hours in Berlin, 27 October 25; its days begin at 23:00 or 22:00 UTC.
        (
            BERLIN,
            {"last": ("2024-03-29T23:00Z", "2024-03-30T23:00Z"), "catchup": True},
            ("2024-03-31T22:00", "2024-03-30T23:00", "2024-03-31T22:00"),
        ),
        (
            BERLIN,
            {"last": ("2024-10-25T22:00Z", "2024-10-26T22:00Z"), "catchup": True},
            ("2024-10-27T23:00", "2024-10-26T22:00", "2024-10-27T23:00"),
        ),
    ],
)
def test_intervals_of_cron_texts(spec: ScheduleSpec, question: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert show(ask(spec, **question)) == expected


@pytest.mark.parametrize(
    ("spec", "question", "expected"),
    [
        # Distances count from the start, or from the run before.
        (EVERY_6_HOURS, {"start_date": "2024-05-01T01:30Z", "catchup": True}, ("2024-05-01T01:30",)),
        (EVERY_6_HOURS, {"last": ("2024-05-01T01:30Z",) * 2, "catchup": True}, ("2024-05-01T07:30",)),
        # Without catching up what was missed is due now, and what comes counts from then.
        (EVERY_6_HOURS, {"last": ("2024-05-01T01:30Z",) * 2}, ("2024-05-10T10:00",)),
        (EVERY_6_HOURS, {"last": ("2024-05-10T07:30Z",) * 2}, ("2024-05-10T13:30",)),
        (EVERY_6_HOURS, {}, ("2024-05-10T10:00",)),
        (EVERY_6_HOURS, {"start_date": "2024-06-01T01:30Z"}, ("2024-06-01T01:30",)),
        # Seconds know of no daylight saving: 18:00, 00:00, 06:00 in UTC are 19:00, 01:00 and 08:00 in Berlin.
        (EVERY_6_HOURS, {"last": ("2024-03-31T01:00+01:00",) * 2, "catchup": True}, ("2024-03-31T06:00",)),
        # Intervals without catching up lie where whole distances since 1970 lie: 06:00, 12:00. The last ended is due.
        (EVERY_6_HOURS_AFTER, {}, ("2024-05-10T06:00", "2024-05-10", "2024-05-10T06:00")),
        (
            EVERY_6_HOURS_AFTER,
            {"start_date": "2024-05-01T01:30Z", "catchup": True},
            ("2024-05-01T07:30", "2024-05-01T01:30", "2024-05-01T07:30"),
        ),
        (EVERY_6_HOURS_AFTER, {"catchup": True}, None),
        # Months count from the start, each from the one before: 31 January, 29 February, 29 March, 29 April.
        (
            MONTHLY,
            {"start_date": "2024-01-31T00:00Z", "catchup": True},
            ("2024-02-29", "2024-01-31", "2024-02-29"),
        ),
        (
            MONTHLY,
            {"last": ("2024-01-31T00:00Z", "2024-02-29T00:00Z"), "catchup": True},
            ("2024-03-29", "2024-02-29", "2024-03-29"),
        ),
        (MONTHLY, {"start_date": "2024-01-31T00:00Z"}, ("2024-04-29", "2024-03-29", "2024-04-29")),
        # The last day of each month.
        (
            DeltaTrigger(delta=CalendarDelta(months=1, day=31)),
            {"last": ("2024-01-31T00:00Z",) * 2, "catchup": True},
            ("2024-02-29",),
        ),
        (
            DeltaTrigger(delta=CalendarDelta(years=1)),
            {"last": ("2024-02-29T00:00Z",) * 2, "catchup": True},
            ("2025-02-28",),
        ),
        # 10 May 2024 is a Friday; the next Monday but one day is looked for from the day after.
        (
            DeltaTrigger(delta=CalendarDelta(days=1, weekday=(0, 1))),
            {"last": ("2024-05-10T00:00Z",) * 2, "catchup": True},
            ("2024-05-13",),
        ),
    ],
)
def test_deltas(spec: ScheduleSpec, question: dict[str, Any], expected: tuple[str, ...] | None) -> None:
    assert show(ask(spec, **question)) == expected


EVENTS = EventsSchedule(instants=(at("2024-05-01T00:00Z"), at("2024-05-10T10:00Z"), at("2024-06-01T00:00Z")))


@pytest.mark.parametrize(
    ("spec", "question", "expected"),
    [
        (OnceSchedule(), {}, ("2024-05-10T10:00",)),
        (OnceSchedule(), {"start_date": "2024-05-01T00:00Z"}, ("2024-05-01",)),
        (OnceSchedule(), {"start_date": "2024-05-01T00:00Z", "end_date": "2024-04-01T00:00Z"}, None),
        (OnceSchedule(), {"last": ("2024-05-01T00:00Z",) * 2}, None),
        (ContinuousSchedule(), {}, ("2024-05-10T10:00",)),
        (
            ContinuousSchedule(),
            {"start_date": "2024-05-01T00:00Z"},
            ("2024-05-10T10:00", "2024-05-01", "2024-05-10T10:00"),
        ),
        (
            ContinuousSchedule(),
            {"last": ("2024-05-01T00:00Z", "2024-05-10T09:00Z")},
            ("2024-05-10T10:00", "2024-05-10T09:00", "2024-05-10T10:00"),
        ),
        (ContinuousSchedule(), {"end_date": "2024-05-09T00:00Z"}, None),
        (EVENTS, {}, ("2024-05-10T10:00",)),  # now counts
        (EVENTS, {"catchup": True}, ("2024-05-01",)),
        (EVENTS, {"last": ("2024-05-10T10:00Z",) * 2}, ("2024-06-01",)),
        (EVENTS, {"last": ("2024-06-01T00:00Z",) * 2}, None),
        (EVENTS, {"start_date": "2024-05-02T00:00Z", "catchup": True}, ("2024-05-10T10:00",)),
        (EVENTS, {"now": "2024-05-11T00:00Z", "end_date": "2024-05-20T00:00Z"}, None),
        (AssetSchedule(assets=ASSET), {}, None),
        (AssetOrTimeSchedule(assets=ASSET, time=DAILY), {"start_date": "2024-05-01T00:00Z"}, ("2024-05-10",)),
    ],
)
def test_others(spec: ScheduleSpec, question: dict[str, Any], expected: tuple[str, ...] | None) -> None:
    assert show(ask(spec, **question)) == expected


@pytest.mark.parametrize(
    ("spec", "run_after", "start", "end"),
    [
        (None, NOW, NOW, NOW),
        (DAILY, NOW, NOW, NOW),
        (CronTrigger(crons=("@daily",), interval=FixedDelta(DAY)), NOW, "2024-05-09T10:00Z", NOW),
        (DAILY_INTERVALS, NOW, "2024-05-09T00:00Z", "2024-05-10T00:00Z"),  # the last whole day
        (DAILY_INTERVALS, "2024-05-10T00:00Z", "2024-05-09T00:00Z", "2024-05-10T00:00Z"),
        (BERLIN, "2024-04-01T12:00Z", "2024-03-30T23:00Z", "2024-03-31T22:00Z"),
        (EVERY_6_HOURS, NOW, NOW, NOW),
        (EVERY_6_HOURS_AFTER, NOW, "2024-05-10T04:00Z", NOW),
        (MONTHLY, "2024-03-31T00:00Z", "2024-02-29T00:00Z", "2024-03-31T00:00Z"),
        (EVENTS, NOW, NOW, NOW),
        (
            EventsSchedule(instants=EVENTS.instants, restrict_to_events=True),
            "2024-05-05T00:00Z",
            *["2024-05-01T00:00Z"] * 2,
        ),
        (
            EventsSchedule(instants=EVENTS.instants, restrict_to_events=True),
            "2024-01-01T00:00Z",
            *["2024-05-01T00:00Z"] * 2,
        ),
        (OnceSchedule(), NOW, NOW, NOW),
        (AssetOrTimeSchedule(assets=ASSET, time=DAILY_INTERVALS), NOW, "2024-05-09T00:00Z", "2024-05-10T00:00Z"),
    ],
)
def test_what_a_run_is_about_that_is_started_by_hand(
    spec: ScheduleSpec | None, run_after: str, start: str, end: str
) -> None:
    assert infer_manual_interval(spec, at(run_after)) == (at(start), at(end))


def test_schedules_at_the_ends_of_all_calendars_have_no_runs_and_break_nothing() -> None:
    ages = FixedDelta(9000 * 365 * DAY)
    assert ask(DeltaTrigger(delta=ages), ("2024-05-01T00:00Z",) * 2, catchup=True) is None
    assert ask(DeltaIntervals(delta=ages)) is None
    assert ask(CronTrigger(crons=("@daily",), interval=ages)) is None
    assert ask(DeltaTrigger(delta=CalendarDelta(years=9000)), ("2024-05-01T00:00Z",) * 2, catchup=True) is None
    later = CronIntervals(cron="0 0 1 1 * 0 2030")
    assert ask(later, start_date="2024-01-01T00:00Z") is None
    for spec in (later, DeltaIntervals(delta=ages), DeltaTrigger(delta=FixedDelta(DAY), interval=ages)):
        assert infer_manual_interval(spec, at(NOW)) == (at(NOW), at(NOW))


def test_timetables_of_authors_are_not_asked_without_their_code() -> None:
    own = CustomSchedule(class_name="d.Own")
    for spec in (own, AssetOrTimeSchedule(assets=ASSET, time=own)):
        assert needs_code(spec)
        with pytest.raises(InvariantError, match=r"d\.Own was asked without"):
            ask(spec)
        with pytest.raises(InvariantError):
            infer_manual_interval(spec, 0.0)
    assert not needs_code(DAILY)
    assert not needs_code(None)
