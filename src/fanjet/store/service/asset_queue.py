"""What is new of assets for the DAGs that wait for them.

Events of assets are looked at once, in their order, by whichever scheduler comes first; for each DAG that an event
concerns, the asset waits in `asset_use` until all that the DAG wants is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from fanjet.model.runs import NewRun
from fanjet.model.schedules import AliasNeed, AssetCondition, AssetName
from fanjet.store.database.port import Connection
from fanjet.store.service.planned_runs import insert_queued

_CURSOR: Final = "asset_cursor"
_EVENTS_AT_A_TIME: Final = 1000
_FIND_CURSOR: Final = "SELECT value FROM meta WHERE key = ?"
_PUT_CURSOR: Final = """
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"""
_FIND_LATEST: Final = "SELECT max(event) FROM asset_event"
_LIST_NEW: Final = "SELECT event, name, uri, aliases FROM asset_event WHERE event > ? ORDER BY event LIMIT ?"
_QUEUE: Final = """
INSERT INTO asset_use (dag_id, name, uri, event, first_event) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (dag_id, name, uri) DO UPDATE SET event = excluded.event"""
_LIST_WAITING: Final = "SELECT name, uri, event, first_event FROM asset_use WHERE dag_id = ?"
_LIST_BETWEEN: Final = """
SELECT event FROM asset_event WHERE name = ? AND uri = ? AND event BETWEEN ? AND ? ORDER BY event"""
_FORGET: Final = "DELETE FROM asset_use WHERE dag_id = ? AND event <= ?"
_LIST_ALIASES: Final = """
SELECT DISTINCT aliases FROM asset_event WHERE name = ? AND uri = ? AND event BETWEEN ? AND ?"""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG that waits for assets."""

    version: int
    condition: AssetCondition
    #: The run that it wants once they are there.
    run: NewRun


def find_latest(connection: Connection) -> int:
    """The number of the latest event; 0 before the first."""
    return int(connection.select(_FIND_LATEST)[0][0] or 0)


def start_by_assets(connection: Connection, waiting: Mapping[str, Waiting]) -> tuple[list[str], bool]:
    """Look at the events that nobody has looked at, and queue a run of each DAG that has all it waits for.

    Args:
        connection: In a transaction with the lock ``asset_event``.
        waiting: By id: the DAGs that wait for assets and are not paused.

    Returns:
        The DAGs that got a run, and whether more events wait.
    """
    row = connection.execute(_FIND_CURSOR, (_CURSOR,)).fetchone()
    if row is None:  # what happened before anybody could wait for it starts nothing
        latest = connection.execute(_FIND_LATEST).fetchone()
        connection.execute(_PUT_CURSOR, (_CURSOR, str((latest and latest[0]) or 0)))
        return [], False
    events = connection.execute(_LIST_NEW, (int(row[0]), _EVENTS_AT_A_TIME)).fetchall()
    if not events:
        return [], False
    concerned: dict[str, None] = {}
    for event, name, uri, aliases in events:
        asset = AssetName(name, uri, frozenset(msgspec.json.decode(aliases)))
        for dag_id, each in waiting.items():
            if any(need.fits(asset) for need in each.condition.leaves()):
                connection.execute(_QUEUE, (dag_id, name, uri, event, event))
                concerned[dag_id] = None
    connection.execute(_PUT_CURSOR, (_CURSOR, str(events[-1][0])))
    started = [dag_id for dag_id in concerned if _start_if_met(connection, dag_id, waiting[dag_id])]
    return started, len(events) == _EVENTS_AT_A_TIME


def _start_if_met(connection: Connection, dag_id: str, waiting: Waiting) -> bool:
    rows: Sequence[tuple[str, str, int, int]] = connection.execute(_LIST_WAITING, (dag_id,)).fetchall()
    if not waiting.condition.is_met(_list_seen(connection, rows, waiting.condition)):
        return False
    numbers = [
        int(number)
        for name, uri, event, first in rows
        for (number,) in connection.execute(_LIST_BETWEEN, (name, uri, first, event)).fetchall()
    ]
    run = msgspec.structs.replace(waiting.run, asset_events=tuple(sorted(numbers)))
    insert_queued(connection, dag_id, waiting.version, run)
    connection.execute(_FORGET, (dag_id, max(event for _, _, event, _ in rows)))
    return True


def _list_seen(
    connection: Connection, rows: Sequence[tuple[str, str, int, int]], condition: AssetCondition
) -> list[AssetName]:
    """The assets that wait, each with the aliases of all its events that wait."""
    if not any(isinstance(need, AliasNeed) for need in condition.leaves()):
        return [AssetName(name, uri) for name, uri, _, _ in rows]
    return [
        AssetName(name, uri, _find_aliases(connection, name, uri, first, event)) for name, uri, event, first in rows
    ]


def _find_aliases(connection: Connection, name: str, uri: str, first: int, last: int) -> frozenset[str]:
    lists = connection.execute(_LIST_ALIASES, (name, uri, first, last)).fetchall()
    return frozenset(alias for (text,) in lists for alias in msgspec.json.decode(text))
