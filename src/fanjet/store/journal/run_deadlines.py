"""When runs have to have ended. Functions run inside the journal's open transaction or on its reader."""

from __future__ import annotations

from typing import Final

import msgspec

from fanjet.model.changes import KeepDeadlines
from fanjet.model.states import RunStatus
from fanjet.store.database.port import Connection

_KEEP: Final = "UPDATE run SET deadlines = ? WHERE run = ?"
_FIND: Final = "SELECT deadlines FROM run WHERE run = ?"
_FIND_OPENED: Final = """
SELECT CASE WHEN queued_at > started_at THEN queued_at ELSE started_at END FROM run
WHERE run = ? AND queued_at IS NOT NULL"""
_FIND_MEAN: Final = """
SELECT count(*), avg(latest.took_s) FROM (
    SELECT ended_at - started_at AS took_s FROM run
    WHERE dag_id = ? AND state = ? AND ended_at IS NOT NULL ORDER BY run DESC LIMIT ?
) AS latest"""

_decode = msgspec.json.Decoder(list[float | None]).decode


def keep(connection: Connection, record: KeepDeadlines) -> None:
    """Write the instants."""
    connection.execute(_KEEP, (msgspec.json.encode(record.instants).decode(), record.run))


def find(reader: Connection, run: int) -> list[float | None] | None:
    """The instants by the number of the deadline; None before anybody has looked for them."""
    row = reader.execute(_FIND, (run,)).fetchone()
    return None if row is None or row[0] is None else _decode(row[0])


def find_opened_at(reader: Connection, run: int) -> float | None:
    """When a run of a service has started, or was opened again; None for one of `fanjet run`."""
    row = reader.execute(_FIND_OPENED, (run,)).fetchone()
    return None if row is None else float(row[0])


def find_mean_runtime_s(reader: Connection, dag_id: str, *, most: int, least: int) -> float | None:
    """How long the latest runs of a DAG that succeeded took, at most so many; None where there are too few."""
    count, mean_s = reader.execute(_FIND_MEAN, (dag_id, int(RunStatus.SUCCESS), most)).fetchone()
    return float(mean_s) if count >= max(1, least) else None
