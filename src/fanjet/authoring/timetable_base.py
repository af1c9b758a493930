"""The base of timetables, and what they are asked and answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from fanjet.authoring.assets import BaseAsset
from fanjet.authoring.instants import INSTANTS
from fanjet.errors import DagTypeError
from fanjet.model.schedules import Due, Interval


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
    """A run that is due. Runs here have no partitions: the last two fields stay None."""

    run_after: datetime
    data_interval: DataInterval | None
    partition_date: datetime | None = None
    partition_key: str | None = None

    @classmethod
    def exact(cls, at: datetime) -> Self:
        """A run at an instant, about that instant."""
        return cls(at, DataInterval.exact(at))

    @classmethod
    def interval(cls, start: datetime, end: datetime) -> Self:
        """A run right after the time that its data is about."""
        return cls(end, DataInterval(start, end))

    @property
    def logical_date(self) -> datetime | None:
        return self.data_interval.start if self.data_interval else None


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

    def next_dagrun_info_v2(
        self, *, last_dagrun_info: DagRunInfo | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """As `next_dagrun_info`, told of the run before instead of its interval."""
        last = last_dagrun_info.data_interval if last_dagrun_info else None
        return self.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)

    def generate_run_id(
        self, *, run_type: Any, run_after: datetime, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        """The id of a run.

        Args:
            run_type: Such as ``scheduled``.
            run_after: When it is due.
            data_interval: What its data is about.
            extra: More that may become known.
        """
        del data_interval, extra
        return f"{getattr(run_type, 'value', run_type)}__{run_after.isoformat()}"

    def serialize(self) -> dict[str, Any]:
        """The timetable as JSON."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:
        """The opposite of `serialize`."""
        return cls(**data)

    def validate(self) -> None:
        """Check the timetable."""


def to_interval(interval: DataInterval | None) -> Interval | None:
    """What a timetable calls an interval, in seconds since the epoch."""
    return None if interval is None else Interval(interval.start.timestamp(), interval.end.timestamp())


def show_interval(interval: Interval) -> DataInterval:
    """The opposite of `to_interval`."""
    return DataInterval(show_instant(interval.start), show_instant(interval.end))


def show_due(due: Due) -> DagRunInfo:
    """A run that is due, as a timetable says it."""
    return DagRunInfo(show_instant(due.run_after), show_interval(due.interval))


def show_instant(at: float) -> datetime:
    """Seconds since the epoch, as authors see an instant."""
    return INSTANTS.show(datetime.fromtimestamp(at, UTC))
