"""Which runs have ended since somebody last looked, each told to one looker only."""

from __future__ import annotations

from fanjet.store.database.port import Connection

_KEY = "traced_until"
_FIND = "SELECT value FROM meta WHERE key = ?"
_BEGIN = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
_MOVE = "UPDATE meta SET value = ? WHERE key = ? AND value = ?"
_LIST = "SELECT run, ended_at FROM run WHERE ended_at > ? AND ended_at <= ? ORDER BY ended_at, run"


def claim_ended_runs(connection: Connection, *, before: float) -> list[int]:
    """Runs that have ended up to an instant and were not claimed yet.

    The first call of all claims nothing: what ended earlier is history.

    Args:
        connection: One that can write.
        before: Seconds since the epoch; a little in the past, as ends are told some moments later.

    Returns:
        Their numbers, in the order of their ends. Nobody else gets them.
    """
    with connection.transaction():
        row = connection.execute(_FIND, (_KEY,)).fetchone()
        if row is None:
            connection.execute(_BEGIN, (_KEY, repr(before)))
            return []
        since = str(row[0])
        rows = connection.execute(_LIST, (float(since), before)).fetchall()
        if not rows or not connection.execute(_MOVE, (repr(float(rows[-1][1])), _KEY, since)).rowcount:
            return []  # none, or another looker was quicker
    return [int(run) for run, _ in rows]
