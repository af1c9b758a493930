"""What a timetable of an author's is asked, by whoever cannot run its code."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from fanjet.model.schedules import Due, Interval

#: Why there is a run.
RunKind: TypeAlias = Literal["scheduled", "backfill", "asset_triggered", "manual"]


class NextRuns(msgspec.Struct, frozen=True, kw_only=True, tag="next"):
    """Which runs are due next?"""

    dag_id: str
    #: What the latest scheduled run is about; None before the first.
    after: Interval | None = None
    #: How many runs at most.
    most: int = 50
    #: Not as of now but as seen at this instant, in seconds since the epoch: of the runs that were missed before it,
    #: one that makes up for all of them comes first where the DAG does not catch up.
    seen_at: float | None = None
    #: Whether all of them are wanted; else those count that it gave before it failed, if any.
    wants_all: bool = False


class RunsBetween(msgspec.Struct, frozen=True, kw_only=True, tag="between"):
    """Which runs does the schedule have in a span of time, both ends included?"""

    dag_id: str
    first: float
    last: float
    #: How many runs at most.
    most: int


class StartedRun(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """What is a run about that something else than the clock starts, and what is its id?"""

    dag_id: str
    kind: RunKind
    #: When it may start: its logical date, else when it was asked for, unless the clock has started it; seconds since
    #: the epoch.
    run_after: float
    #: Whether it is about some time at all.
    has_interval: bool = True
    #: What it is about, where that is known.
    interval: Interval | None = None


TimetableQuestion: TypeAlias = NextRuns | RunsBetween | StartedRun


class NamedRun(msgspec.Struct, frozen=True, array_like=True):
    """A run as its timetable has it."""

    due: Due
    run_id: str


class Unsaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a timetable has still to say of a run before it can start."""

    #: The time that it is about.
    interval: bool = False
    run_id: bool = False
    #: Of a run that the clock has started: when it was due.
    run_after: float | None = None
