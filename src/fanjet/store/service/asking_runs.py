"""Runs that cannot start before a timetable of the author's has said something of them: what they are about, their ids.

Functions run on the journal's reader or inside its open transaction.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fanjet.model.schedules import Interval
from fanjet.model.states import RunStatus
from fanjet.model.timetables import NamedRun, Unsaid
from fanjet.store.database.port import Connection

_LIST: Final = """
SELECT run, dag_id, run_id, version, run_type, logical_date, created_at, asks, data_interval_start, data_interval_end
FROM run
WHERE asks IS NOT NULL AND ended_at IS NULL ORDER BY run LIMIT ?"""
_FIND_OTHER: Final = "SELECT 1 FROM run WHERE dag_id = ? AND run_id = ? AND run <> ?"
_SAY: Final = """
UPDATE run SET run_id = ?, data_interval_start = ?, data_interval_end = ?, asks = NULL
WHERE run = ? AND asks IS NOT NULL"""
_REFUSE: Final = """
UPDATE run SET state = ?, ended_at = ?, note = coalesce(note, ?), asks = NULL
WHERE run = ? AND asks IS NOT NULL AND ended_at IS NULL"""

_decode_unsaid = msgspec.json.Decoder(Unsaid).decode


class AskingRun(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. Instants are seconds since the epoch."""

    run: int
    dag_id: str
    #: What it has so far.
    run_id: str
    version: int
    run_type: str
    logical_date: float | None
    created_at: float
    unsaid: Unsaid
    #: What it is about, where that is known.
    interval: Interval | None


def list_asking(reader: Connection, limit: int) -> list[AskingRun]:
    """The oldest of them."""
    return [
        AskingRun(
            run=run, dag_id=dag_id, run_id=run_id, version=version, run_type=kind, logical_date=date,
            created_at=created_at, unsaid=_decode_unsaid(asks),
            interval=None if start is None or end is None else Interval(start, end),
        )
        for run, dag_id, run_id, version, kind, date, created_at, asks, start, end in reader.select(_LIST, limit)
    ]  # fmt: skip


def say(connection: Connection, asking: AskingRun, answer: NamedRun) -> bool:
    """Write down what the timetable has said; False where the DAG has another run of that id."""
    run_id = answer.run_id if asking.unsaid.run_id else asking.run_id
    if connection.execute(_FIND_OTHER, (asking.dag_id, run_id, asking.run)).fetchone() is not None:
        return False
    interval = answer.due.interval if asking.unsaid.interval else asking.interval or (None, None)
    connection.execute(_SAY, (run_id, *interval, asking.run))
    return True


def refuse(connection: Connection, run: int, reason: str, at: float) -> bool:
    """End a run of which the timetable says nothing; whether it had not ended otherwise by now."""
    return connection.execute(_REFUSE, (int(RunStatus.FAILED), at, reason, run)).rowcount > 0
