"""From columns of the database to rows of `fanjet.store.queries.rows`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from fanjet.model.paths import decode
from fanjet.model.runs import RunInfo
from fanjet.model.states import RunStatus, State
from fanjet.store.journal.leases import is_orphan
from fanjet.store.journal.summaries import DURATION_UNIT_S, parse_summary
from fanjet.store.queries.rows import InstanceRow, LogPiece, RunRow, TaskCounts, TryRow

#: One row as sqlite3 gives it; the constants below say what is in it.
Columns: TypeAlias = Any

RUN_COLUMNS = (
    "r.run, r.run_id, r.dag_id, r.run_type, r.logical_date, r.data_interval_start, r.data_interval_end, r.created_at, "
    "r.started_at, r.conf, r.params, r.asset_events, r.state, r.version, r.ended_at, "
    "r.lease_until - shared_clock(), s.host, s.pid, s.process, r.queued_at"
)
SUMMARY_COLUMNS = (
    "success, failed, skipped, upstream_failed, up_for_retry, up_for_reschedule, deferred, removed, valued, durations, "
    "first_started_at, last_ended_at"
)
INSTANCE_COLUMNS = (
    "path, state, try_number, started_at, ended_at, label, error, value, log_segment, log_offset, log_length, "
    "resume_at, rendered"
)
TRY_COLUMNS = "try_number, state, started_at, ended_at, label, error, log_segment, log_offset, log_length, rendered"


#: So many of `RUN_COLUMNS` are fixed when a run is created.
_INFO_COLUMNS = 12


def make_info(columns: Columns) -> RunInfo:
    """What is fixed about a run, from the first of `RUN_COLUMNS`."""
    number, run_id, dag_id, run_type, logical_date, interval_start, interval_end, *columns = columns
    created_at, started_at, conf, params, asset_events = columns
    return RunInfo(
        number=number,
        run_id=run_id,
        dag_id=dag_id,
        run_type=run_type,
        logical_date=_find_instant(logical_date),
        data_interval_start=_find_instant(interval_start),
        data_interval_end=_find_instant(interval_end),
        created_at=datetime.fromtimestamp(created_at, UTC),
        started_at=datetime.fromtimestamp(started_at, UTC),
        conf=conf,
        params=params,
        asset_events=() if asset_events is None else tuple(msgspec.json.decode(asset_events)),
    )


def encode_events(numbers: tuple[int, ...]) -> str | None:
    """The numbers of events as the column `asset_events` has them."""
    return msgspec.json.encode(numbers).decode() if numbers else None


def make_run(columns: Columns) -> RunRow:
    """A run from `RUN_COLUMNS`."""
    state, version, ended_at, lease_left_s, host, pid, process, queued_at = columns[_INFO_COLUMNS:]
    return RunRow(
        info=make_info(columns[:_INFO_COLUMNS]),
        state=RunStatus(state),
        version=version,
        ended_at=_find_instant(ended_at),
        owned=host is not None and lease_left_s > 0 and not is_orphan(host, pid, process),
        owner_host=host,
        owner_pid=pid,
        queued_at=_find_instant(queued_at),
    )


def make_counts(columns: Columns) -> TaskCounts:
    """Sums of a task from `SUMMARY_COLUMNS`."""
    summary = parse_summary(columns)
    return TaskCounts(
        counts=tuple(summary.counts),
        valued=summary.valued,
        durations=tuple(
            (DURATION_UNIT_S * 2**bucket, count) for bucket, count in enumerate(summary.durations) if count
        ),
        first_started_at=summary.first_started_at,
        last_ended_at=summary.last_ended_at,
    )


def make_instance(columns: Columns) -> InstanceRow:
    """An instance from `INSTANCE_COLUMNS`."""
    path, state, try_number, started_at, ended_at, label, error, value, segment, offset, length, *columns = columns
    resume_at, rendered = columns
    return InstanceRow(
        path=decode(path),
        state=State(state),
        try_number=try_number,
        started_at=started_at,
        ended_at=ended_at,
        label=label,
        error=error,
        value=value,
        log=_find_log(segment, offset, length),
        resume_at=resume_at,
        rendered=rendered,
    )


def make_try(columns: Columns) -> TryRow:
    """A try from `TRY_COLUMNS`."""
    try_number, state, started_at, ended_at, label, error, segment, offset, length, rendered = columns
    return TryRow(
        try_number=try_number,
        state=State(state),
        started_at=started_at,
        ended_at=ended_at,
        label=label,
        error=error,
        log=_find_log(segment, offset, length),
        rendered=rendered,
    )


def _find_log(segment: int | None, offset: int | None, length: int | None) -> LogPiece | None:
    if segment is None or offset is None or length is None:
        return None
    return LogPiece(segment=segment, offset=offset, length=length)


def _find_instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
