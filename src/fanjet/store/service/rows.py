"""What the queries of a service return. Instants are seconds since the epoch, unless a type says otherwise."""

from __future__ import annotations

from typing import Any

import msgspec

from fanjet.model.spec import DagSpec
from fanjet.store.queries.rows import RunRow


class SchedulerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduler of a service."""

    session: int
    host: str
    pid: int
    started_at: float
    #: It is at work for so long, if it does not say more; 0 when it is no longer.
    left_s: float


class DagRow(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG of a service."""

    dag_id: str
    #: The number of its newest version.
    version: int
    folder: str
    #: Relative to the folder.
    file: str
    #: Whether its file is there and has it.
    is_present: bool
    is_paused: bool
    seen_at: float
    #: When it is due next by the clock; None for never, or not known yet.
    next_run_after: float | None
    #: Why that is not known, for people; None when all is well.
    plan_error: str | None
    spec: DagSpec


class ImportErrorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a DAG folder that could not be loaded as a whole, or whose timetables fail."""

    folder: str
    #: Relative to the folder.
    file: str
    parsed_at: float
    #: As they were written down.
    errors: list[Any]


class ServiceRunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run with what a service knows of it beside."""

    run: RunRow
    note: str | None
    backfill: int | None
