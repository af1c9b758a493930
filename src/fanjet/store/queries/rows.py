"""What queries return. Instants of runs are aware datetimes (UTC), those of instances seconds since the epoch."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fanjet.model.paths import Path
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus, State


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    info: RunInfo
    state: RunStatus
    #: The number of the DAG version that it started with.
    version: int
    ended_at: datetime | None
    #: Whether a scheduler that may be alive owns it.
    owned: bool
    #: The process that owns it, or owned it when it died; None when it was given up in good order.
    owner_host: str | None
    owner_pid: int | None
    #: Since when it waits or waited for a scheduler of a service; None for a run of `fanjet run`.
    queued_at: datetime | None

    @property
    def started_at(self) -> datetime | None:
        """When it started; None while it waits for that, and `info` has the instant at which it was asked for."""
        return None if self.state is RunStatus.QUEUED else self.info.started_at


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a DAG with its files."""

    version: int
    spec: DagSpec
    #: The hash of the files (`fanjet.store.files.bundles`).
    bundle: str
    root: str
    #: The DAG file, relative to the root.
    file: str


class TaskCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What the recorded instances of a task add up to. What waits or runs in its first try is not recorded."""

    #: By `State` number.
    counts: tuple[int, ...]
    #: Instances with a return value.
    valued: int
    #: The number of ended instances by duration: (less than so many seconds, count), growing, without empty ones.
    durations: tuple[tuple[float, int], ...]
    first_started_at: float | None
    last_ended_at: float | None


class LogPiece(msgspec.Struct, frozen=True, kw_only=True):
    """Where the output of a try lies (`fanjet.store.files.logs.read_log`)."""

    segment: int
    offset: int
    length: int


class InstanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """The latest recorded end of an instance."""

    path: Path
    state: State
    #: 0 for an instance that ended without a try.
    try_number: int
    #: None for an instance that ended without a try, or between two of them.
    started_at: float | None
    ended_at: float
    label: str | None
    error: str | None
    #: The return value in the formats of `fanjet.model.values`.
    value: bytes | None
    log: LogPiece | None
    #: When a waiting instance goes on.
    resume_at: float | None
    #: JSON: the rendered template fields of the latest try, of a task that has templates.
    rendered: str | None = None


class RunningRow(msgspec.Struct, frozen=True, kw_only=True):
    """A try that was handed to a worker and whose end is not recorded: it runs or is about to."""

    path: Path
    try_number: int
    #: The executor's number for the worker.
    worker: int
    launched_at: float


class TryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One try of an instance, or a part of one that was rescheduled or deferred."""

    try_number: int
    #: RUNNING for a try that the run's latest owner launched and whose end is not recorded; when that owner is dead
    #: (`RunRow.owned`), it is lost and will be launched again.
    state: State
    #: Of a running try: when it was launched.
    started_at: float | None
    ended_at: float | None
    label: str | None
    error: str | None
    log: LogPiece | None
    #: As in `InstanceRow`.
    rendered: str | None = None
