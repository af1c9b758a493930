"""Timetables: when runs of a DAG are due, as objects that the `schedule` of a DAG takes in place of a cron text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from fanjet.authoring.instants import INSTANTS
from fanjet.authoring.timetable_base import (
    DagRunInfo,
    DataInterval,
    TimeRestriction,
    Timetable,
    show_due,
    show_interval,
    to_interval,
)
from fanjet.authoring.timetable_deltas import check_delta, to_delta
from fanjet.errors import DagValueError, InvariantError
from fanjet.model import schedules as model
from fanjet.schedules.cron_check import check_cron
from fanjet.schedules.zones import name_zone


class BuiltInTimetable(Timetable):
    """A timetable whose runs follow from data, so that nobody needs the DAG file to know them."""

    def to_spec(self) -> model.TimeSchedule:
        """The timetable as data."""
        raise InvariantError(f"the built-in timetable {type(self).__name__} has no data")

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        from fanjet.schedules import find_next  # noqa: PLC0415 - loading a file asks nothing

        earliest, latest, catchup = restriction
        due = find_next(
            self.to_spec(),
            last=to_interval(last_automated_data_interval),
            start_date=None if earliest is None else earliest.timestamp(),
            end_date=None if latest is None else latest.timestamp(),
            catchup=catchup,
            now=INSTANTS.now(),
        )
        return None if due is None else show_due(due)

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        from fanjet.schedules import infer_manual_interval  # noqa: PLC0415 - loading a file asks nothing

        return show_interval(infer_manual_interval(self.to_spec(), run_after.timestamp()))


class _Cron(BuiltInTimetable):
    """At instants that a cron text gives.

    Args:
        cron: The cron text or preset.
        timezone: The name of the time zone, or a time zone, in which it holds.
    """

    def __init__(self, cron: str, timezone: str | tzinfo = "UTC") -> None:
        if not isinstance(cron, str):
            raise DagValueError(f"{type(self).__name__}: cron={cron!r} cannot be used.", fix="give a cron text")
        check_cron(cron)
        self.cron = cron
        self.timezone = timezone
        self._zone = name_zone(timezone)

    @property
    def summary(self) -> str:
        return self.cron if self._zone.upper() == "UTC" else f"{self.cron} ({self._zone})"


class CronDataIntervalTimetable(_Cron):
    """A run at each instant of a cron text, about the time since the one before."""

    def to_spec(self) -> model.TimeSchedule:
        return model.CronIntervals(cron=self.cron, timezone=self._zone)


class CronTriggerTimetable(_Cron):
    """A run at each instant of a cron text, about that instant.

    Args:
        cron: As in the base.
        timezone: As in the base.
        interval: How long before the instant the time that the data is about begins.
        run_immediately: Of a DAG without start_date and runs: whether the last instant counts as due; a timedelta, if
            it is no longer ago. False: if it is no longer ago than a tenth of the time between two, or five minutes.
    """

    def __init__(
        self,
        cron: str,
        timezone: str | tzinfo = "UTC",
        *,
        interval: Any = timedelta(),
        run_immediately: bool | timedelta | None = False,
    ) -> None:
        super().__init__(cron, timezone)
        self.interval = interval
        self.run_immediately = run_immediately
        self._interval = to_delta(interval, "interval")

    def to_spec(self) -> model.TimeSchedule:
        return model.CronTrigger(
            crons=(self.cron,),
            timezone=self._zone,
            interval=self._interval,
            run_immediately=_to_missed(self.run_immediately),
        )


def _to_missed(run_immediately: bool | timedelta | None) -> bool | float:
    return run_immediately.total_seconds() if isinstance(run_immediately, timedelta) else bool(run_immediately)


class MultipleCronTriggerTimetable(BuiltInTimetable):
    """As `CronTriggerTimetable`, for several cron texts."""

    def __init__(
        self,
        *crons: str,
        timezone: str | tzinfo = "UTC",
        interval: Any = timedelta(),
        run_immediately: bool | timedelta | None = False,
    ) -> None:
        if not crons:
            raise DagValueError("MultipleCronTriggerTimetable() has no cron text.", fix="give at least one")
        self.timetables = [
            CronTriggerTimetable(cron, timezone, interval=interval, run_immediately=run_immediately) for cron in crons
        ]
        self._spec = model.CronTrigger(
            crons=crons,
            timezone=name_zone(timezone),
            interval=to_delta(interval, "interval"),
            run_immediately=_to_missed(run_immediately),
        )

    @property
    def summary(self) -> str:
        return ", ".join(timetable.summary for timetable in self.timetables)

    def to_spec(self) -> model.TimeSchedule:
        return self._spec


class _Delta(BuiltInTimetable):
    """At even distances.

    Args:
        delta: The distance: a timedelta or a relativedelta.
    """

    def __init__(self, delta: Any) -> None:
        self.delta = delta
        self._delta = check_delta(delta)

    @property
    def summary(self) -> str:
        return f"every {self.delta}"


class DeltaDataIntervalTimetable(_Delta):
    """A run after each interval, about that interval."""

    def to_spec(self) -> model.TimeSchedule:
        return model.DeltaIntervals(delta=self._delta)


class DeltaTriggerTimetable(_Delta):
    """A run after each interval, about an instant.

    Args:
        delta: As in the base.
        interval: How long before the instant the time that the data is about begins.
    """

    def __init__(self, delta: Any, *, interval: Any = timedelta()) -> None:
        super().__init__(delta)
        self.interval = interval
        self._interval = to_delta(interval, "interval")

    def to_spec(self) -> model.TimeSchedule:
        return model.DeltaTrigger(delta=self._delta, interval=self._interval)


class NullTimetable(Timetable):
    """Runs are started by hand only."""

    can_be_scheduled = False
    periodic = False

    @property
    def summary(self) -> str:
        return "None"

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        del last_automated_data_interval, restriction
        return None


class OnceTimetable(BuiltInTimetable):
    """One run, as soon as it may be."""

    periodic = False

    @property
    def summary(self) -> str:
        return "@once"

    def to_spec(self) -> model.TimeSchedule:
        return model.OnceSchedule()


class ContinuousTimetable(BuiltInTimetable):
    """A run as soon as the one before has ended."""

    active_runs_limit = 1
    periodic = False

    @property
    def summary(self) -> str:
        return "@continuous"

    def to_spec(self) -> model.TimeSchedule:
        return model.ContinuousSchedule()


class EventsTimetable(BuiltInTimetable):
    """A run at each of some instants.

    Args:
        event_dates: The instants; UTC where they have no zone.
        restrict_to_events: Whether a run that is started by hand is about the instant before it.
        presorted: Whether they are in order.
        description: A line for people.
    """

    def __init__(
        self,
        event_dates: Iterable[datetime],
        restrict_to_events: bool = False,
        presorted: bool = False,
        description: str | None = None,
    ) -> None:
        dates = [date if date.tzinfo else date.replace(tzinfo=UTC) for date in event_dates]
        self.event_dates = dates if presorted else sorted(dates)
        self.restrict_to_events = restrict_to_events
        self.description = description or f"{len(self.event_dates)} events"

    def to_spec(self) -> model.TimeSchedule:
        instants = tuple(date.timestamp() for date in self.event_dates)
        return model.EventsSchedule(instants=instants, restrict_to_events=self.restrict_to_events)
