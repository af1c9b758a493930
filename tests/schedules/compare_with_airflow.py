"""Compares `find_next` and `infer_manual_interval` with the timetables of a real Airflow, on random questions.

Run by hand, with a Python that has both: ``pip install apache-airflow-core==3.3.2``, then
``PYTHONPATH=src python tests/schedules/compare_with_airflow.py [COUNT] [SEED]``. Prints each difference, and the share
of equal answers.
"""

from __future__ import annotations

import contextlib
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pendulum
from airflow.timetables import interval, trigger
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.timetables.events import EventsTimetable
from airflow.timetables.simple import ContinuousTimetable, OnceTimetable
from dateutil.relativedelta import relativedelta

from fanjet.model import schedules as model
from fanjet.schedules import find_next, infer_manual_interval

_CRONS = (
    "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "*/15 * * * *", "*/7 * * * *", "30 2 * * *",
    "0 2,3 * * *", "15,45 1-3 * * *", "0 */2 * * *", "0 6 * * 1-5", "0 0 1 * 1", "0 0 L * *", "0 0 29 2 *",
    "0 0 31 * *", "0 12 * * MON#1", "*/10 9-17 * * 1-5", "0 22-2 * * *", "0 3 * * * 30", "30 * * * *",
    "*/15 * * * 1-5", "0 * 1 * *",
)  # fmt: skip
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
_DELTAS: tuple[tuple[Any, model.Delta], ...] = (
    (timedelta(hours=1), model.FixedDelta(3600)),
    (timedelta(minutes=7, seconds=30), model.FixedDelta(450)),
    (timedelta(days=1), model.FixedDelta(86400)),
    (relativedelta(months=1), model.CalendarDelta(months=1)),
    (relativedelta(days=2, hours=3), model.CalendarDelta(days=2, hours=3)),
    (relativedelta(months=1, day=31), model.CalendarDelta(months=1, day=31)),
    (relativedelta(years=1), model.CalendarDelta(years=1)),
)
#: Days on which clocks change, and others.
_DAYS = ("2024-03-31", "2024-10-27", "2024-03-10", "2024-11-03", "2024-04-07", "2024-10-06", "2024-02-29", "2024-07-15")


def main() -> None:
    """Ask both, count and print."""
    count, seed = (int(argument) for argument in (*sys.argv[1:], "5000", "1")[:2])
    choose = random.Random(seed)
    same: dict[str, list[int]] = {}
    for _ in range(count):
        theirs, ours, name = _choose_schedule(choose)
        equal = _compare(choose, theirs, ours, name)
        tally = same.setdefault(type(ours).__name__ + ("" if "hour" not in name else " (every hour)"), [0, 0])
        tally[0] += equal
        tally[1] += 1
    for kind, (equal, asked) in sorted(same.items()):
        print(f"{kind}: {equal} of {asked} equal")


def _choose_schedule(choose: random.Random) -> tuple[Any, Any, str]:
    cron, zone = choose.choice(_CRONS), choose.choice(_ZONES)
    delta, ours = choose.choice(_DELTAS)
    length, our_length = choose.choice([(timedelta(), model.NO_TIME), *_DELTAS])
    kind = choose.randrange(9)
    name = f"{cron} {zone}" + (" every hour" if cron.split()[1:2] == ["*"] else "")
    immediately = choose.choice([False, True, timedelta(hours=5)])
    missed = immediately.total_seconds() if isinstance(immediately, timedelta) else immediately
    if kind <= 2:
        made = trigger.CronTriggerTimetable(cron, timezone=zone, interval=length, run_immediately=immediately)
        spec = model.CronTrigger(crons=(cron,), timezone=zone, interval=our_length, run_immediately=missed)
        return made, spec, f"{name} {length}"
    if kind <= 4:
        return (
            interval.CronDataIntervalTimetable(cron, zone), model.CronIntervals(cron=cron, timezone=zone), name,
        )  # fmt: skip
    if kind == 5:
        made = trigger.DeltaTriggerTimetable(delta, interval=length)
        return made, model.DeltaTrigger(delta=ours, interval=our_length), f"{delta} {length}"
    if kind == 6:
        return interval.DeltaDataIntervalTimetable(delta), model.DeltaIntervals(delta=ours), f"{delta}"
    if kind == 7:
        others = (cron, choose.choice(_CRONS))
        made = trigger.MultipleCronTriggerTimetable(*others, timezone=zone, run_immediately=immediately)
        return made, model.CronTrigger(crons=others, timezone=zone, run_immediately=missed), f"{name} {others}"
    dates = [pendulum.parse(f"{day}T12:00:00Z") for day in _DAYS]
    events = model.EventsSchedule(instants=tuple(sorted(date.timestamp() for date in dates)), restrict_to_events=True)
    return choose.choice([
        (OnceTimetable(), model.OnceSchedule(), "once"),
        (ContinuousTimetable(), model.ContinuousSchedule(), "continuous"),
        (EventsTimetable(dates, restrict_to_events=True), events, "events"),
    ])  # fmt: skip


def _choose_instant(choose: random.Random) -> float:
    day = datetime.fromisoformat(choose.choice(_DAYS)).replace(tzinfo=UTC).timestamp()
    step = choose.choice([1, 60, 900, 3600])
    return day + choose.randrange(-86400, 2 * 86400) // step * step


def _compare(choose: random.Random, theirs: Any, ours: Any, name: str) -> bool:
    now = _choose_instant(choose)
    start = choose.choice([None, _choose_instant(choose), now - choose.randrange(90 * 86400)])
    end = choose.choice([None, None, None, _choose_instant(choose)])
    catchup = choose.random() < 0.5
    last = None
    if choose.random() < 0.6:  # such as the schedule itself gives
        floor = now - choose.choice([1, 3, 40]) * 86400
        found = find_next(ours, last=None, start_date=floor, end_date=None, catchup=True, now=now)
        last = found and found.interval
    question = f"{name} now={_say(now)} start={_say(start)} end={_say(end)} catchup={catchup} last={_says(last)}"
    due = find_next(ours, last=last, start_date=start, end_date=end, catchup=catchup, now=now)
    manual = infer_manual_interval(ours, now)
    with _clock_at(now):
        try:
            info = theirs.next_dagrun_info(
                last_automated_data_interval=last and DataInterval(*map(_pendulum, last)),
                restriction=TimeRestriction(start and _pendulum(start), end and _pendulum(end), catchup),
            )
            expected = info and (info.run_after.timestamp(), *(each.timestamp() for each in info.data_interval))
        except Exception as error:  # noqa: BLE001 - it is compared
            expected = repr(error)
        their_manual = theirs.infer_manual_data_interval(run_after=_pendulum(now))
    answer = due and (due.run_after, due.interval_start, due.interval_end)
    if answer != expected:
        print(f"next:   {question}\n  ours {_says(answer)}\n  theirs {_says(expected)}")
    their_interval = tuple(each.timestamp() for each in their_manual)
    if tuple(manual) != their_interval:
        print(f"manual: {question}\n  ours {_says(manual)}\n  theirs {_says(their_interval)}")
    return answer == expected and tuple(manual) == their_interval


def _clock_at(now: float) -> Any:
    stack = contextlib.ExitStack()
    at = datetime.fromtimestamp(now, UTC)
    for target in ("interval.utcnow", "trigger.utcnow", "events.timezone.utcnow", "simple.timezone.utcnow"):
        stack.enter_context(patch(f"airflow.timetables.{target}", lambda: at))
    stack.enter_context(patch("airflow.timetables.trigger.time.time", lambda: now))
    return stack


def _pendulum(at: float) -> Any:
    return pendulum.from_timestamp(at)


def _say(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _says(instants: Any) -> Any:
    return [*map(_say, instants)] if isinstance(instants, tuple) else instants


if __name__ == "__main__":
    main()
