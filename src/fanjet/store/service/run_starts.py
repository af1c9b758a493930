"""Runs that wait for a scheduler of a service, and those that one has left behind.

A run that a service is asked for is a row in the state QUEUED without an owner. Functions run inside the journal's open
transaction or on its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from fanjet.model.backfills import decode_options
from fanjet.model.runs import RunInfo
from fanjet.store.database.port import Connection
from fanjet.store.journal.leases import Leases
from fanjet.store.queries.row_columns import RUN_COLUMNS, make_info, make_run
from fanjet.store.queries.rows import RunRow

#: By DAG and backfill (0: none): how many runs are waiting, and how many are under way, of DAGs that are not paused.
_COUNT_OPEN: Final = """
SELECT r.dag_id, coalesce(r.backfill, 0), sum(CASE WHEN r.state = 0 THEN 1 ELSE 0 END),
       sum(CASE WHEN r.state = 1 THEN 1 ELSE 0 END), min(CASE WHEN r.state = 0 THEN r.run END)
FROM run AS r WHERE r.ended_at IS NULL AND r.state IN (0, 1) AND r.queued_at IS NOT NULL
     AND EXISTS (SELECT 1 FROM run AS q WHERE q.state = 0 AND q.dag_id = r.dag_id AND q.ended_at IS NULL)
GROUP BY r.dag_id, coalesce(r.backfill, 0) ORDER BY 5"""
_FIND_PAUSED: Final = "SELECT 1 FROM dag WHERE dag_id = ? AND is_paused <> 0"
_FIND_BACKFILL: Final = "SELECT is_paused, body FROM backfill WHERE backfill = ?"
_COUNT_ACTIVE: Final = """
SELECT count(*) FROM run
WHERE state = 1 AND dag_id = ? AND ended_at IS NULL AND queued_at IS NOT NULL AND coalesce(backfill, 0) = ?"""
#: Schedulers at work, runs that wait or are under way, and those of them that one scheduler has.
_COUNT_PARTS: Final = """
SELECT (SELECT count(*) FROM session WHERE role = 'scheduler' AND until > shared_clock()), count(*),
       coalesce(sum(CASE WHEN lease_session = ? THEN 1 ELSE 0 END), 0)
FROM run WHERE ended_at IS NULL AND state IN (0, 1) AND queued_at IS NOT NULL"""
#: Of a run: its version and backfill, and how many runs of the same have been under way for longer.
_FIND_PLACE: Final = """
SELECT o.version, coalesce(o.backfill, 0), (
    SELECT count(*) FROM run AS r
    WHERE r.state = 1 AND r.dag_id = o.dag_id AND r.ended_at IS NULL AND r.queued_at IS NOT NULL
          AND coalesce(r.backfill, 0) = coalesce(o.backfill, 0)
          AND (CASE WHEN r.queued_at > r.started_at THEN r.queued_at ELSE r.started_at END, r.run)
            < (CASE WHEN o.queued_at > o.started_at THEN o.queued_at ELSE o.started_at END, o.run))
FROM run AS o WHERE o.run = ?"""
LIST_QUEUED: Final = """
SELECT run, version FROM run
WHERE state = 0 AND dag_id = ? AND ended_at IS NULL AND coalesce(backfill, 0) = ? AND asks IS NULL
      AND (lease_session IS NULL OR lease_session = ? OR lease_until <= shared_clock())
ORDER BY run LIMIT ?"""
#: Of a backfill, by date: runs that it takes again have kept their numbers, so these do not tell.
LIST_QUEUED_FORWARDS: Final = LIST_QUEUED.replace("ORDER BY run", "ORDER BY logical_date, run")
LIST_QUEUED_BACKWARDS: Final = LIST_QUEUED.replace("ORDER BY run", "ORDER BY logical_date DESC, run DESC")
_LIST_QUEUED_AFTER: Final = """
SELECT run, version FROM run
WHERE run > ? AND state = 0 AND ended_at IS NULL AND queued_at IS NOT NULL ORDER BY run LIMIT ?"""
_FIND_NEWEST_QUEUED: Final = """
SELECT max(run) FROM run WHERE state = 0 AND ended_at IS NULL AND queued_at IS NOT NULL"""
_START: Final = "UPDATE run SET state = 1, started_at = ? WHERE run = ? AND state = 0"
#: What is fixed about a run, for `make_info`.
_INFO: Final = """
SELECT run, run_id, dag_id, run_type, logical_date, data_interval_start, data_interval_end, created_at, started_at,
       conf, params, asset_events
FROM run"""
_FIND_INFO: Final = f"{_INFO} WHERE run = ?"
_LIST_HELD: Final = f"""{_INFO}
WHERE ended_at IS NULL AND state = 1 AND queued_at IS NOT NULL AND lease_session = ?"""
_LIST_LEFT: Final = f"""
SELECT {RUN_COLUMNS} FROM run AS r LEFT JOIN session AS s ON s.session = r.lease_session
WHERE r.ended_at IS NULL AND r.state = 1 AND r.queued_at IS NOT NULL
      AND (r.lease_session IS NULL OR r.lease_session <> ?)
ORDER BY r.run"""  # noqa: S608 - constants
_FIND_RUN: Final = f"""
SELECT {RUN_COLUMNS} FROM run AS r LEFT JOIN session AS s ON s.session = r.lease_session
WHERE r.run = ? AND r.queued_at IS NOT NULL AND r.state <> 0"""  # noqa: S608 - constants

_LOCK: Final = "SELECT r.run FROM run AS r WHERE r.run = ?"
_IS_LEFT: Final = "SELECT 1 FROM run WHERE run = ? AND ended_at IS NULL AND state = 1"
_IS_ASKED: Final = "SELECT 1 FROM command WHERE run = ? AND answered_at IS NULL LIMIT 1"

#: The most runs of a DAG (or of a backfill, whose number is the second argument, else 0) at once, for a version.
MostActive = Callable[[int, int], int | None]


class Started(NamedTuple):
    """What a scheduler has taken up."""

    #: What is fixed about each run, with the number of its version.
    runs: list[tuple[RunInfo, int]]
    #: Where it may have no more runs, and some wait: the newest of these, which another scheduler may take up.
    left: int | None


def start_queued(
    connection: Connection,
    leases: Leases,
    session: int,
    *,
    wanted: int,
    find_most_active: MostActive,
    lease_s: float,
    at: float,
) -> Started:
    """Start runs that wait, the oldest of each DAG first, those of a backfill in its order, and become their owner.

    Where there are other schedulers, no more than leave the same number to each of them.

    Args:
        connection: In a transaction with the lock ``queue``: only one at a time counts runs in order to start more.
        leases: Those of the scheduler.
        session: The number of the scheduler.
        wanted: The most to start.
        find_most_active: Gives the limit for a version and a backfill; None for no limit.
        lease_s: How long the leases hold.
        at: The instant at which the runs start.
    """
    started: list[tuple[RunInfo, int]] = []
    schedulers, runs, own = connection.execute(_COUNT_PARTS, (session,)).fetchone()
    part = -(-runs // schedulers) - own if schedulers > 1 else None
    wanted = wanted if part is None else min(wanted, part)
    if wanted <= 0:
        return Started(started, _find_newest(connection))
    for dag_id, backfill, waiting, _active, _oldest in connection.execute(_COUNT_OPEN).fetchall():
        list_queued = _choose_order(connection, backfill)
        if not waiting or list_queued is None:
            continue
        paused = connection.execute(_FIND_PAUSED, (dag_id,))
        counted = connection.execute(_COUNT_ACTIVE, (dag_id, backfill))
        queued = connection.execute(list_queued, (dag_id, backfill, session, wanted - len(started))).fetchall()
        (active,) = counted.fetchone()
        if paused.fetchone() is not None:
            continue
        chosen: list[tuple[int, int]] = []
        for run, version in queued:
            most = find_most_active(version, backfill)
            if most is not None and active + len(chosen) >= most:
                break
            chosen.append((run, version))
        started += _start(connection, leases, session, chosen, lease_s=lease_s, at=at)
        if len(started) >= wanted:
            break
    return Started(started, _find_newest(connection) if len(started) == part else None)


def _start(
    connection: Connection,
    leases: Leases,
    session: int,
    chosen: Sequence[tuple[int, int]],
    *,
    lease_s: float,
    at: float,
) -> list[tuple[RunInfo, int]]:
    """Start runs, with their versions, unless they have ended while they waited."""
    begun = [(run, version, connection.execute(_START, (at, run))) for run, version in chosen]
    taken = [(run, version) for run, version, cursor in begun if cursor.rowcount]
    leases.take_all([run for run, _ in taken], session, lease_s=lease_s)
    found = [(connection.execute(_FIND_INFO, (run,)), version) for run, version in taken]
    return [(make_info(cursor.fetchone()), version) for cursor, version in found]


def _find_newest(connection: Connection) -> int | None:
    newest = connection.execute(_FIND_NEWEST_QUEUED).fetchone()[0]
    return None if newest is None else int(newest)


def take(connection: Connection, leases: Leases, run: int, session: int, *, is_asked: bool, lease_s: float) -> bool:
    """Become the owner of a run that nobody carries out, if it is still as it was when it was looked at.

    Another scheduler may have taken it since, done what there was to do, and let go of it.

    Args:
        connection: In a transaction.
        leases: Those of the scheduler.
        run: The run.
        session: The number of the scheduler.
        is_asked: Whether it is taken because something is asked of it, not because it has not ended.
        lease_s: How long the lease holds.

    Returns:
        False when there is nothing to do any more.

    Raises:
        RunOwnedError: Another live scheduler owns it.
    """
    connection.execute(_LOCK + connection.locking("r"), (run,))
    if connection.execute(_IS_ASKED if is_asked else _IS_LEFT, (run,)).fetchone() is None:
        return False
    leases.take(run, session, lease_s=lease_s)
    return True


class Place(NamedTuple):
    """Where a run stands among those of its DAG, or of its backfill, that are under way."""

    version: int
    #: 0 for none.
    backfill: int
    #: How many have been under way for longer.
    before: int


def find_place(connection: Connection, run: int) -> Place:
    """The place of a run that is there."""
    return Place(*connection.execute(_FIND_PLACE, (run,)).fetchone())


def list_left(connection: Connection, session: int) -> list[RunRow]:
    """Runs of services that are under way and that no scheduler which may be alive carries out."""
    rows = connection.execute(_LIST_LEFT, (session,)).fetchall()
    return [run for run in (make_run(columns) for columns in rows) if not run.owned]


def list_held(connection: Connection, session: int) -> list[RunInfo]:
    """Runs of services that are under way and whose lease this scheduler holds."""
    return [make_info(row) for row in connection.execute(_LIST_HELD, (session,)).fetchall()]


def list_queued_after(connection: Connection, run: int, limit: int) -> list[tuple[int, int]]:
    """Runs with greater numbers that wait for a scheduler, with their versions, in the order of their numbers."""
    return [(int(number), int(version)) for number, version in connection.select(_LIST_QUEUED_AFTER, run, limit)]


def find_queued(connection: Connection, run: int) -> RunInfo | None:
    """A run that waits for a scheduler; None when it has started or ended."""
    row = connection.execute(f"{_FIND_INFO} AND state = 0 AND ended_at IS NULL", (run,)).fetchone()
    return None if row is None else make_info(row)


def find_unowned(connection: Connection, run: int) -> RunInfo | None:
    """A run that a service has started, if no scheduler that may be alive carries it out."""
    row = connection.execute(_FIND_RUN, (run,)).fetchone()
    found = None if row is None else make_run(row)
    return None if found is None or found.owned else found.info


def _choose_order(connection: Connection, backfill: int) -> str | None:
    """The statement that lists what waits, in the order in which it starts; None while the backfill is paused."""
    if not backfill:
        return LIST_QUEUED
    row = connection.execute(_FIND_BACKFILL, (backfill,)).fetchone()
    if row is None:
        return LIST_QUEUED_FORWARDS
    is_paused, body = row
    if is_paused:
        return None
    backwards = decode_options(body).backwards
    return LIST_QUEUED_BACKWARDS if backwards else LIST_QUEUED_FORWARDS
