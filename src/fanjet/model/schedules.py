"""When runs of a DAG are due, as data: what parsing makes of the `schedule` of a DAG.

`fanjet.schedules` says which runs follow from it. Nothing here holds code; a timetable class of an author's own is only
named, and asked in a worker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple, TypeAlias

import msgspec


class FixedDelta(msgspec.Struct, frozen=True, tag="seconds"):
    """So many seconds: a timedelta."""

    seconds: float = 0.0


class CalendarDelta(msgspec.Struct, frozen=True, kw_only=True, tag="calendar"):
    """Months, days and what else a calendar knows: a relativedelta. The fields are those of dateutil's class."""

    years: int = 0
    months: int = 0
    days: int | float = 0
    leapdays: int = 0
    hours: int | float = 0
    minutes: int | float = 0
    seconds: int | float = 0
    microseconds: int | float = 0
    #: What takes the place of a part of a date; None leaves the part as it is.
    year: int | None = None
    month: int | None = None
    day: int | None = None
    #: 0 for Monday, and which one of them (1 for the next, -1 for the last; None counts as 1).
    weekday: tuple[int, int | None] | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    microsecond: int | None = None


Delta: TypeAlias = FixedDelta | CalendarDelta

NO_TIME = FixedDelta()


class CronIntervals(msgspec.Struct, frozen=True, kw_only=True, tag="cron_intervals"):
    """A run at each instant of a cron text, about the time since the one before."""

    cron: str
    #: An IANA name, or a fixed offset such as ``+05:30``.
    timezone: str = "UTC"


class CronTrigger(msgspec.Struct, frozen=True, kw_only=True, tag="cron"):
    """A run at each instant of one or more cron texts, about that instant or the time right before it."""

    #: At least one. Where several give the same instant, there is one run.
    crons: tuple[str, ...]
    timezone: str = "UTC"
    #: How long before the instant the time that the data is about begins.
    interval: Delta = NO_TIME
    #: Of a DAG without start and runs: whether the last instant before now counts; as seconds, if it is no longer ago.
    #: False: if it is no longer ago than a tenth of the time between two, or five minutes.
    run_immediately: bool | float = False


class DeltaIntervals(msgspec.Struct, frozen=True, kw_only=True, tag="delta_intervals"):
    """A run after each of even intervals, about that interval."""

    delta: Delta


class DeltaTrigger(msgspec.Struct, frozen=True, kw_only=True, tag="delta"):
    """A run at even distances, about that instant or the time right before it."""

    delta: Delta
    interval: Delta = NO_TIME


class OnceSchedule(msgspec.Struct, frozen=True, tag="once"):
    """One run, as soon as it may be."""


class ContinuousSchedule(msgspec.Struct, frozen=True, tag="continuous"):
    """A run as soon as the one before has ended."""


class EventsSchedule(msgspec.Struct, frozen=True, kw_only=True, tag="events"):
    """A run at each of some instants, as seconds since the epoch, in order."""

    instants: tuple[float, ...]
    #: Whether a run that is started by hand is about the instant before it.
    restrict_to_events: bool = False


class AssetName(NamedTuple):
    """An asset of which there is something new."""

    name: str
    uri: str
    #: The aliases under which tasks reported it.
    aliases: frozenset[str] = frozenset()


class AssetNeed(msgspec.Struct, frozen=True, kw_only=True, tag="asset"):
    """Something new of one asset. None for the name or the URI of one that is declared elsewhere by the other."""

    name: str | None = None
    uri: str | None = None

    def fits(self, asset: AssetName) -> bool:
        return self.name in {None, asset.name} and self.uri in {None, asset.uri}

    def is_met(self, seen: Collection[AssetName]) -> bool:
        """Whether the condition holds when there is something new of these assets."""
        return any(self.fits(asset) for asset in seen)

    def leaves(self) -> Iterator[AssetNeed | AliasNeed]:
        """The single assets and aliases in it, in the order of writing."""
        yield self


class AliasNeed(msgspec.Struct, frozen=True, tag="alias"):
    """Something new of any asset that tasks report under an alias."""

    name: str

    def fits(self, asset: AssetName) -> bool:
        return self.name in asset.aliases

    def is_met(self, seen: Collection[AssetName]) -> bool:
        """As in `AssetNeed`."""
        return any(self.fits(asset) for asset in seen)

    def leaves(self) -> Iterator[AssetNeed | AliasNeed]:
        """As in `AssetNeed`."""
        yield self


class AllAssets(msgspec.Struct, frozen=True, tag="all"):
    """All of several conditions."""

    parts: tuple[AssetCondition, ...]

    def is_met(self, seen: Collection[AssetName]) -> bool:
        """As in `AssetNeed`."""
        return all(part.is_met(seen) for part in self.parts)

    def leaves(self) -> Iterator[AssetNeed | AliasNeed]:
        """As in `AssetNeed`."""
        for part in self.parts:
            yield from part.leaves()


class AnyAsset(msgspec.Struct, frozen=True, tag="any"):
    """At least one of several conditions."""

    parts: tuple[AssetCondition, ...]

    def is_met(self, seen: Collection[AssetName]) -> bool:
        """As in `AssetNeed`."""
        return any(part.is_met(seen) for part in self.parts)

    def leaves(self) -> Iterator[AssetNeed | AliasNeed]:
        """As in `AssetNeed`."""
        for part in self.parts:
            yield from part.leaves()


AssetCondition: TypeAlias = AssetNeed | AliasNeed | AllAssets | AnyAsset


class CustomSchedule(msgspec.Struct, frozen=True, kw_only=True, tag="custom"):
    """A timetable class of the author's: only the loaded DAG can say when runs are due."""

    #: The class, with its module, for people.
    class_name: str
    #: Whether it gives runs of its own accord, and whether one run follows another in even distances.
    can_be_scheduled: bool = True
    periodic: bool = True
    #: Whether it gives runs ids of its own.
    names_runs: bool = False
    #: The assets that start runs as well; None for none.
    assets: AssetCondition | None = None


#: The schedules that clocks answer for, without code of the author's.
TimeSchedule: TypeAlias = (
    CronIntervals | CronTrigger | DeltaIntervals | DeltaTrigger | OnceSchedule | ContinuousSchedule | EventsSchedule
)


class AssetSchedule(msgspec.Struct, frozen=True, kw_only=True, tag="assets"):
    """A run when there is something new of assets."""

    assets: AssetCondition


class AssetOrTimeSchedule(msgspec.Struct, frozen=True, kw_only=True, tag="assets_or_time"):
    """A run when another schedule says so, and also when there is something new of assets."""

    assets: AssetCondition
    time: TimeSchedule | CustomSchedule


ScheduleSpec: TypeAlias = TimeSchedule | AssetSchedule | AssetOrTimeSchedule | CustomSchedule


def find_condition(spec: ScheduleSpec | None) -> AssetCondition | None:
    """What assets a schedule waits for; None for none."""
    return spec.assets if isinstance(spec, AssetSchedule | AssetOrTimeSchedule | CustomSchedule) else None


class Interval(NamedTuple):
    """The time that the data of a run is about, as seconds since the epoch."""

    start: float
    end: float


class Due(NamedTuple):
    """A run that is due, in seconds since the epoch."""

    #: When it may start.
    run_after: float
    logical_date: float
    interval_start: float
    interval_end: float

    @property
    def interval(self) -> Interval:
        return Interval(self.interval_start, self.interval_end)


def due_about(start: float, end: float) -> Due:
    """A run that is due at the end of the time that its data is about."""
    return Due(end, start, start, end)
