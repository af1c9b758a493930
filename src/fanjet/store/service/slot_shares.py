"""What the schedulers of a service hold of the limits that they share.

A row a scheduler. Functions run inside an open transaction with the lock ``pools``, so that never more slots are held
than there are. What a scheduler holds is free for others only when nothing that it has launched counts any more: when
it has given it back, or when its runs have been taken from it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

import msgspec

from fanjet.model.sharing import Standing
from fanjet.store.database.port import Connection
from fanjet.store.journal.leases import is_orphan

_LIST: Final = """
SELECT h.session, h.body, h.until - shared_clock(), shared_clock(), s.host, s.pid, s.process
FROM slot_share AS h JOIN session AS s ON s.session = h.session ORDER BY h.session"""
_PUT: Final = """
INSERT INTO slot_share (session, body, until) VALUES (?, ?, shared_clock() + ?)
ON CONFLICT (session) DO UPDATE SET body = excluded.body, until = excluded.until"""
_FORGET: Final = "DELETE FROM slot_share WHERE session = ?"
_HAS_LEASE: Final = (
    "SELECT 1 FROM run WHERE ended_at IS NULL AND lease_session = ? AND lease_until > shared_clock() LIMIT 1"
)
_COUNT_RUNS: Final = "SELECT count(*) FROM run WHERE ended_at IS NULL AND lease_session = ?"
_LIST_RUNS: Final = "SELECT r.run FROM run AS r WHERE r.ended_at IS NULL AND r.lease_session = ? ORDER BY r.run"
_TAKE_AWAY: Final = """
UPDATE run SET lease_session = NULL, lease_until = 0, lease_fence = lease_fence + 1
WHERE ended_at IS NULL AND lease_session = ?"""

_decode_standing = msgspec.json.Decoder(Standing).decode


class Others(NamedTuple):
    """What the other schedulers have told."""

    #: By session; of those that hold anything.
    standings: dict[int, Standing]
    #: Those whose process is gone.
    gone: frozenset[int]
    #: The instant by the clock that all share, so that whose turn it is is the same for all; 0 where there are none.
    at: float


def list_others(connection: Connection, session: int, *, gone: Collection[int]) -> Others:
    """What others hold. Who has not been heard of for too long loses its runs, and holds nothing then.

    Args:
        connection: In a transaction with the lock ``pools``.
        session: The scheduler that asks.
        gone: Whose process was gone the last time: since then what it had started has been killed too.
    """
    standings = {}
    still: set[int] = set()
    rows = connection.execute(_LIST).fetchall()
    for number, body, left_s, _, *process in rows:
        if number == session:
            continue
        is_gone = is_orphan(*process)
        if (left_s <= 0 or (is_gone and number in gone)) and _bury(connection, number, is_gone=is_gone):
            continue
        still |= {number} if is_gone else set()
        standings[int(number)] = _decode_standing(body)
    return Others(standings, frozenset(still), rows[0][3] if rows else 0.0)


def put(connection: Connection, session: int, standing: Standing, lease_s: float) -> None:
    """Tell how it stands with a scheduler, which may be alive for so long."""
    connection.execute(_PUT, (session, msgspec.json.encode(standing).decode(), lease_s))


def give_back(connection: Connection, session: int) -> None:
    """A scheduler holds nothing any more."""
    connection.execute(_FORGET, (session,))


def _bury(connection: Connection, session: int, *, is_gone: bool) -> bool:
    """Take all runs from a scheduler that may be dead, so that what it has launched counts no more; whether that is so.

    It may be in the middle of a transaction; whoever asks then does not wait for its end.
    """
    if not is_gone and connection.execute(_HAS_LEASE, (session,)).fetchone() is not None:
        return False
    locking = connection.locking("r")
    free = connection.execute(_LIST_RUNS + (f"{locking} SKIP LOCKED" if locking else ""), (session,)).fetchall()
    (count,) = connection.execute(_COUNT_RUNS, (session,)).fetchone()
    if len(free) < count:
        return False
    connection.execute(_TAKE_AWAY, (session,))
    give_back(connection, session)
    return True
