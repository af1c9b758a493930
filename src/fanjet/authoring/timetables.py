"""Timetables: when runs of a DAG are due, as objects that the `schedule` of a DAG takes in place of a cron text."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self, TypeAlias

from fanjet.authoring.assets import AssetAll, BaseAsset
from fanjet.errors import DagTypeError, DagValueError


class DataInterval(NamedTuple):
    """The time that the data of a run is about."""

    start: datetime
    end: datetime

    @classmethod
    def exact(cls, at: datetime) -> Self:
        """An interval of no length."""
        return cls(at, at)


class TimeRestriction(NamedTuple):
    """Between which instants runs may be due, and whether missed ones are made up for."""

    earliest: datetime | None
    latest: datetime | None
    catchup: bool


class DagRunInfo(NamedTuple):
    """A run that is due."""

    run_after: datetime
    data_interval: DataInterval

    @classmethod
    def exact(cls, at: datetime) -> Self:
        """A run at an instant, about that instant."""
        return cls(at, DataInterval.exact(at))

    @classmethod
    def interval(cls, start: datetime, end: datetime) -> Self:
        """A run right after the time that its data is about."""
        return cls(end, DataInterval(start, end))

    @property
    def logical_date(self) -> datetime:
        return self.data_interval.start


class Timetable:
    """The base of timetables, also of one's own; those say when runs are due in `next_dagrun_info`."""

    description: str = ""
    periodic: bool = True
    can_be_scheduled: bool = True
    active_runs_limit: int | None = None
    asset_condition: BaseAsset | None = None

    @property
    def summary(self) -> str:
        """A line for people."""
        return self.description or type(self).__name__

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        """What the data of a run that is started by hand is about."""
        return DataInterval.exact(run_after)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The run that is due next; None for never.

        Args:
            last_automated_data_interval: What the data of the last such run is about; None before the first.
            restriction: Between which instants it may be due.
        """
        del last_automated_data_interval, restriction
        raise DagTypeError(f"Timetable class {type(self).__name__} has no next_dagrun_info() method.", fix="write one")

    def serialize(self) -> dict[str, Any]:
        """The timetable as JSON."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:
        """The opposite of `serialize`."""
        return cls(**data)

    def validate(self) -> None:
        """Check the timetable."""


class _Cron(Timetable):
    """At instants that a cron text gives.

    Args:
        cron: The cron text or preset.
        timezone: The name of the time zone, or a time zone, in which it holds.
    """

    def __init__(self, cron: str, timezone: Any = "UTC") -> None:
        if not isinstance(cron, str) or not cron.strip():
            raise DagValueError(f"{type(self).__name__}: cron={cron!r} cannot be used.", fix="give a cron text")
        self.cron = cron
        self.timezone = timezone

    @property
    def summary(self) -> str:
        zone = getattr(self.timezone, "name", None) or str(self.timezone)
        return self.cron if zone.upper() == "UTC" else f"{self.cron} ({zone})"


class CronDataIntervalTimetable(_Cron):
    """A run at each instant of a cron text, about the time since the one before."""


class CronTriggerTimetable(_Cron):
    """A run at each instant of a cron text, about that instant.

    Args:
        cron: As in the base.
        timezone: As in the base.
        interval: How long before the instant the time that the data is about begins.
        run_immediately: Whether, or for how long after it, a missed instant before the start of the DAG counts.
    """

    def __init__(
        self,
        cron: str,
        timezone: Any = "UTC",
        *,
        interval: timedelta = timedelta(),
        run_immediately: bool | timedelta = False,
    ) -> None:
        super().__init__(cron, timezone)
        self.interval = interval
        self.run_immediately = run_immediately


class MultipleCronTriggerTimetable(Timetable):
    """As `CronTriggerTimetable`, for several cron texts."""

    def __init__(
        self,
        *crons: str,
        timezone: Any = "UTC",
        interval: timedelta = timedelta(),
        run_immediately: bool | timedelta = False,
    ) -> None:
        if not crons:
            raise DagValueError("MultipleCronTriggerTimetable() has no cron text.", fix="give at least one")
        self.timetables = [
            CronTriggerTimetable(cron, timezone, interval=interval, run_immediately=run_immediately) for cron in crons
        ]

    @property
    def summary(self) -> str:
        return ", ".join(timetable.summary for timetable in self.timetables)


class _Delta(Timetable):
    """At even distances.

    Args:
        delta: The distance: a timedelta or a relativedelta.
    """

    def __init__(self, delta: Any) -> None:
        self.delta = delta

    @property
    def summary(self) -> str:
        return f"every {self.delta}"


class DeltaDataIntervalTimetable(_Delta):
    """A run after each interval, about that interval."""


class DeltaTriggerTimetable(_Delta):
    """A run after each interval, about an instant.

    Args:
        delta: As in the base.
        interval: How long before the instant the time that the data is about begins.
    """

    def __init__(self, delta: Any, *, interval: Any = timedelta()) -> None:
        super().__init__(delta)
        self.interval = interval


class NullTimetable(Timetable):
    """Runs are started by hand only."""

    can_be_scheduled = False

    @property
    def summary(self) -> str:
        return "None"


class OnceTimetable(Timetable):
    """One run, as soon as it may be."""

    @property
    def summary(self) -> str:
        return "@once"


class ContinuousTimetable(Timetable):
    """A run as soon as the one before has ended."""

    active_runs_limit = 1

    @property
    def summary(self) -> str:
        return "@continuous"


class EventsTimetable(Timetable):
    """A run at each of some instants.

    Args:
        event_dates: The instants.
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
        self.event_dates = list(event_dates) if presorted else sorted(event_dates)
        self.restrict_to_events = restrict_to_events
        self.description = description or f"{len(self.event_dates)} events"


class AssetTriggeredTimetable(Timetable):
    """A run when assets have been made.

    Args:
        assets: Which.
    """

    def __init__(self, assets: BaseAsset) -> None:
        self.asset_condition = assets

    @property
    def summary(self) -> str:
        return f"assets: {self.asset_condition.describe()}" if self.asset_condition else "assets"


class AssetOrTimeSchedule(AssetTriggeredTimetable):
    """A run when a timetable says so, and also when assets have been made.

    Args:
        timetable: The timetable.
        assets: The assets, or a condition on them.
        datasets: The older name of `assets`.
    """

    def __init__(self, *, timetable: Timetable, assets: Any = None, datasets: Any = None) -> None:
        super().__init__(to_condition(datasets if assets is None else assets))
        self.timetable = timetable

    @property
    def summary(self) -> str:
        return f"{self.timetable.summary}, or {super().summary}"


#: What the `schedule` of a DAG takes.
Schedule: TypeAlias = str | timedelta | Timetable | BaseAsset | Collection[BaseAsset] | None

#: Texts that stand for timetables, and are no cron texts.
_PRESETS: dict[str, type[Timetable]] = {"@once": OnceTimetable, "@continuous": ContinuousTimetable}


def to_condition(value: Any) -> BaseAsset:
    """Assets, or a condition on them, as one condition; a list stands for all of them.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(value, BaseAsset):
        return value
    items = list(value) if isinstance(value, list | tuple | set) else []
    if not items or not all(isinstance(item, BaseAsset) for item in items):
        raise ValueError("an Asset, a list of them or a condition on them")
    return items[0] if len(items) == 1 else AssetAll(*items)


def to_timetable(value: Any) -> Timetable | None:
    """What the `schedule` of a DAG takes, as a timetable; None for runs that are started by hand only.

    Raises:
        ValueError: It is something else; says what is wanted.
    """
    if value is None or value == "None" or isinstance(value, NullTimetable):
        return None
    if isinstance(value, Timetable):
        return value
    if isinstance(value, str):
        return _PRESETS[value]() if value in _PRESETS else CronDataIntervalTimetable(value)
    if isinstance(value, timedelta) or type(value).__name__ == "relativedelta":
        return DeltaDataIntervalTimetable(value)
    if isinstance(value, BaseAsset | list | tuple | set):
        return AssetTriggeredTimetable(to_condition(value))
    raise ValueError("a cron text, a preset such as '@daily', a timedelta, a timetable, assets or None")
