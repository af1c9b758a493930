"""What holds of any schedule, on random ones; and cron texts against a slow evaluator that is obviously right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanjet.errors import OperationError
from fanjet.model.schedules import (
    AssetNeed,
    AssetSchedule,
    CalendarDelta,
    ContinuousSchedule,
    CronIntervals,
    CronTrigger,
    DeltaIntervals,
    DeltaTrigger,
    FixedDelta,
    Interval,
    OnceSchedule,
    ScheduleSpec,
)
from fanjet.schedules import find_next, is_periodic, iter_due, list_due
from fanjet.schedules.cron import CronClock

MINUTE, DAY = 60.0, 86400.0
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
#: Around changes of clocks, and elsewhere.
_DAYS = ["2024-03-31", "2024-10-27", "2024-03-10", "2024-11-03", "2024-04-07", "2024-10-06", "2024-02-29"]
INSTANTS = st.builds(
    lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() + minutes * MINUTE,
    st.sampled_from(_DAYS),
    st.integers(-1440, 2880),
)


def _field(most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(0, most), min_size=1, max_size=3)


class Text:
    """A cron text with minutes, hours (None for each) and days of the week (None for each)."""

    def __init__(self, minutes: frozenset[int], hours: frozenset[int] | None, days: frozenset[int] | None) -> None:
        self.minutes, self.hours, self.days = minutes, hours, days

    def __repr__(self) -> str:
        parts = ["*" if each is None else ",".join(map(str, sorted(each))) for each in (self.hours, self.days)]
        return f"{','.join(map(str, sorted(self.minutes)))} {parts[0]} * * {parts[1]}"

    def shows(self, wall: datetime) -> bool:
        return (
            wall.minute in self.minutes
            and (self.hours is None or wall.hour in self.hours)
            and (self.days is None or wall.isoweekday() % 7 in self.days)
        )

    def list_instants(self, zone: str, start: float, end: float) -> list[float]:
        """All from `start` to `end`, minute by minute."""
        found = set()
        if self.hours is None:  # whenever the wall shows one
            for minute in range(int(start), int(end) + 1, 60):
                if self.shows(datetime.fromtimestamp(minute, ZoneInfo(zone))):
                    found.add(float(minute))
            return sorted(found)
        wall = datetime.fromtimestamp(start - DAY, UTC).replace(tzinfo=None, second=0)
        while wall < datetime.fromtimestamp(end + DAY, UTC).replace(tzinfo=None):
            if self.shows(wall):  # each once
                local = wall.replace(tzinfo=ZoneInfo(zone))
                offsets = (local.utcoffset(), local.replace(fold=1).utcoffset())
                assert offsets[0] is not None
                assert offsets[1] is not None
                # Skipped: as if the clocks had not changed yet; repeated: the second.
                found.add((wall.replace(tzinfo=UTC) - min(offsets)).timestamp())
            wall += timedelta(minutes=1)
        return sorted(at for at in found if start <= at <= end)


TEXTS = st.builds(Text, _field(59), st.none() | _field(23), st.none() | _field(6))


@settings(max_examples=40, deadline=None)
@given(text=TEXTS, zone=ZONES, start=INSTANTS)
def test_cron_texts_give_what_a_slow_evaluator_gives(text: Text, zone: str, start: float) -> None:
    end = start + 1.5 * DAY
    expected = text.list_instants(zone, start, end)
    clock = CronClock(repr(text), zone)
    found, at = [], start - 1
    while (at := clock.next(at)) <= end:
        found.append(at)
    assert found == expected
    back, at = [], end + 1
    while (at := clock.prev(at)) >= start:
        back.append(at)
    assert back[::-1] == expected


CRON_TEXTS = st.sampled_from(
    ["@hourly", "@daily", "@weekly", "*/15 * * * 1-5", "30 2 * * *", "0 2,3 * * *", "0 0 1 * 1", "*/7 1-4 * * *"]
)
DELTAS = st.sampled_from(
    [FixedDelta(450.0), FixedDelta(7200.0), CalendarDelta(months=1), CalendarDelta(days=1, hours=1)]
)
INTERVALS: st.SearchStrategy[ScheduleSpec] = st.builds(CronIntervals, cron=CRON_TEXTS, timezone=ZONES) | st.builds(
    DeltaIntervals, delta=DELTAS
)
TRIGGERS: st.SearchStrategy[ScheduleSpec] = st.builds(
    CronTrigger, crons=st.tuples(CRON_TEXTS) | st.tuples(CRON_TEXTS, CRON_TEXTS), timezone=ZONES
) | st.builds(DeltaTrigger, delta=DELTAS)


@settings(max_examples=40, deadline=None)
@given(spec=INTERVALS, start=INSTANTS)
def test_intervals_follow_each_other_without_gap_or_overlap(spec: ScheduleSpec, start: float) -> None:
    due = list_due(spec, start, start + 40 * DAY, most=20)
    assert all(each.interval_start < each.interval_end == each.run_after for each in due)
    assert all(before.interval_end == after.interval_start for before, after in pairwise(due))
    assert all(start <= each.logical_date <= start + 40 * DAY for each in due)


@settings(max_examples=40, deadline=None)
@given(spec=INTERVALS | TRIGGERS, start=INSTANTS, pause=st.sampled_from([60.0, 3600.0, 5 * DAY]))
def test_a_list_is_what_a_scheduler_comes_upon_that_looks_now_and_then(
    spec: ScheduleSpec, start: float, pause: float
) -> None:
    expected = list_due(spec, start, start + 5 * DAY, most=15)
    found, last, now = [], None, start
    while len(found) < len(expected):
        due = find_next(spec, last=last, start_date=start, end_date=None, catchup=True, now=now)
        assert due is not None
        if due.run_after > now:
            now = max(now + pause, due.run_after)
            continue
        found.append(due)
        last = due.interval
    assert found == expected


@settings(max_examples=40, deadline=None)
@given(spec=INTERVALS | TRIGGERS, start=INSTANTS, now=INSTANTS)
def test_without_catching_up_at_most_one_missed_run_is_due(spec: ScheduleSpec, start: float, now: float) -> None:
    first = find_next(spec, last=None, start_date=start, end_date=None, catchup=False, now=now)
    assert first is not None
    assert first.logical_date >= start - 1e-6
    second = find_next(
        spec, last=first.interval, start_date=start, end_date=None, catchup=False, now=max(now, first.run_after)
    )
    assert second is not None
    assert second.run_after > now
    assert second.logical_date > first.logical_date


def test_only_what_comes_again_and_again_can_be_listed() -> None:
    for spec in (OnceSchedule(), ContinuousSchedule(), AssetSchedule(assets=AssetNeed(name="a"))):
        assert not is_periodic(spec)
        with pytest.raises(OperationError, match="has no runs that could be made up for"):
            list(iter_due(spec, 0.0, DAY))
    assert not is_periodic(None)
    assert [each.run_after for each in iter_due(CronTrigger(crons=("@daily",)), 0.0, 2 * DAY)] == [0.0, DAY, 2 * DAY]
    assert Interval(0.0, DAY) == list_due(CronIntervals(cron="@daily"), 0.0, 0.0)[0].interval
