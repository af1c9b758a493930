"""What cancelled tries left behind: their ends are refused, but when they ran and what they printed stays."""

from __future__ import annotations

from typing import Final

from fanjet.model.changes import RecordCancelled
from fanjet.model.paths import encode, join
from fanjet.store.database.port import Connection
from fanjet.store.journal.summaries import Summaries, find_bucket

#: The row of the instance where the try is its last, else that of an earlier try; both were written without a start.
_FILL_INSTANCE: Final = """
UPDATE instance SET started_at = ?, log_segment = ?, log_offset = ?, log_length = ?
WHERE run = ? AND task = ? AND path = ? AND try_number = ? AND state = 4 AND started_at IS NULL RETURNING ended_at"""
_FILL_TRY: Final = """
UPDATE try SET started_at = ?, log_segment = ?, log_offset = ?, log_length = ?
WHERE run = ? AND task = ? AND path = ? AND try_number = ? AND state = 4 AND started_at IS NULL"""


def write_cancelled(connection: Connection, record: RecordCancelled, summaries: Summaries) -> None:
    """Add to cancelled tries when they began and where their output lies. Runs in the journal's open transaction."""
    ended = record.ended
    for at in record.positions:
        started_at = ended.started_at[at]
        log = (ended.log_segments[at], ended.log_offsets[at], ended.log_lengths[at])
        path = encode(join(ended.parent, ended.indexes[at]))
        row = (started_at, *log, ended.run, ended.task, path, ended.try_number)
        filled = connection.execute(_FILL_INSTANCE, row).fetchone()
        if filled is None:
            connection.execute(_FILL_TRY, row)
        else:
            summary = summaries.touch(ended.run, ended.task)
            summary.durations[find_bucket(filled[0] - started_at)] += 1
            summary.widen(started_at, filled[0])
