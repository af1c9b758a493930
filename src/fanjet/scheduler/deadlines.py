"""When runs have to have ended, and the order to tell whom a missed deadline names."""

from __future__ import annotations

from datetime import UTC, datetime

from fanjet.model.changes import RunCallbacks
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec, DeadlineSpec
from fanjet.store.journal.journal import Journal

#: The index of what is no instance of a map.
_NOT_MAPPED = -1


def find_deadlines(journal: Journal, spec: DagSpec, info: RunInfo) -> list[float | None]:
    """The deadlines of a run by number, in seconds since the epoch; None for one that it does not have.

    Raises:
        ExecutionError: The store failed.
    """
    kept = journal.find_deadlines(info.number)
    if kept is not None and len(kept) == len(spec.deadlines):
        return kept
    origins = [_find_origin(journal, deadline, info) for deadline in spec.deadlines]
    pairs = zip(origins, spec.deadlines, strict=True)
    return [None if origin is None else origin + deadline.interval_s for origin, deadline in pairs]


def _find_origin(journal: Journal, deadline: DeadlineSpec, info: RunInfo) -> float | None:
    match deadline.reference:
        case "fixed":
            return deadline.at
        case "logical_date":
            return None if info.logical_date is None else info.logical_date.timestamp()
        case "queued_at":
            return info.created_at.timestamp()
        case "average_runtime":
            mean_s = journal.find_mean_runtime_s(info.dag_id, most=deadline.max_runs, least=deadline.min_runs)
            return None if mean_s is None else info.created_at.timestamp() + mean_s


def order_callback(info: RunInfo, deadline: int, instant: float, *, is_waiting: bool) -> RunCallbacks:
    """What has the callback of a missed deadline run.

    Args:
        info: The run.
        deadline: The number of the deadline.
        instant: When it was.
        is_waiting: Whether the run has not started.
    """
    return RunCallbacks(
        run=info.number,
        task=None,
        parent=(),
        index=_NOT_MAPPED,
        try_number=deadline,
        kind="waiting_deadline" if is_waiting else "deadline",
        error=datetime.fromtimestamp(instant, UTC).isoformat(),
    )


def describe_miss(spec: DagSpec, info: RunInfo, deadline: int, instant: float) -> str:
    """A missed deadline, for people."""
    name = spec.deadlines[deadline].name
    which = "its deadline" if name is None else f"its deadline {name!r}"
    at = datetime.fromtimestamp(instant, UTC).isoformat()
    return f"Run {info.number} of DAG {info.dag_id!r} has missed {which} of {at}."
