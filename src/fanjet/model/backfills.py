"""Backfills: the runs of a span of time, made up for."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

#: Which runs that are there already run again: none, those that failed, or all that have ended.
Reprocess: TypeAlias = Literal["none", "failed", "completed"]

#: What a backfill does about a date: a new run, the run that is there again, nothing because there is a run, or nothing
#: because one waits or is under way.
Step: TypeAlias = Literal["new", "again", "there", "under way"]


class BackfillOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How the runs of a backfill are made."""

    reprocess: Reprocess = "none"
    #: The latest first.
    backwards: bool = False
    #: The most of its runs at once; None for as many as the DAG allows.
    max_active_runs: int | None = None
    #: JSON, an object: the configuration of each run.
    conf: str = "{}"
    #: JSON, an object: the parameters of each run.
    params: str = "{}"


#: The inverse of `msgspec.json.encode`.
decode_options = msgspec.json.Decoder(BackfillOptions).decode


class BackfillDate(msgspec.Struct, frozen=True, kw_only=True):
    """One date of a backfill and what is done about it; instants are seconds since the epoch."""

    run_after: float
    logical_date: float
    interval_start: float
    interval_end: float
    step: Step
    #: The id of a new run.
    run_id: str
    #: The number of the run that is there; None where there is none.
    run: int | None = None


class BackfillRow(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill as it stands."""

    number: int
    dag_id: str
    from_date: float
    to_date: float
    options: BackfillOptions
    is_paused: bool
    created_at: float
    #: When it was cancelled; None if it was not.
    cancelled_at: float | None
    #: The number of its runs by the label of their state.
    runs: dict[str, int]

    @property
    def status(self) -> str:
        """``cancelled``, ``paused``, ``running``, ``queued`` or ``ended``."""
        if self.cancelled_at is not None:
            return "cancelled"
        if not (self.runs.get("queued") or self.runs.get("running")):
            return "ended"
        if self.is_paused:
            return "paused"
        return "running" if self.runs.get("running") else "queued"
