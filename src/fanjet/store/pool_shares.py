"""Pools that several schedulers share: each holds some of the slots for as long as it is at work.

Functions run inside an open transaction with the lock ``pools``, so that never more slots are held than there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from fanjet.store.port import Connection

_LIST_OTHERS: Final = "SELECT session FROM session WHERE role = 'scheduler' AND until > ? AND session <> ?"
_LIST_BLOCKS: Final = "SELECT pool, session, slots, wanted FROM pool_block WHERE until > ? AND session <> ?"
_PUT_BLOCK: Final = """
INSERT INTO pool_block (pool, session, slots, wanted, until) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (pool, session) DO UPDATE SET slots = excluded.slots, wanted = excluded.wanted, until = excluded.until"""
_FORGET_BLOCKS: Final = "DELETE FROM pool_block WHERE until <= ? OR session = ?"


class Demand(NamedTuple):
    """What a scheduler does with a pool."""

    #: Slots of what it has launched.
    used: int
    #: Those, and the slots of all that is ready to be launched.
    wanted: int


class _Block(NamedTuple):
    session: int
    slots: int
    wanted: int


def share(
    connection: Connection,
    session: int,
    totals: Mapping[str, int],
    demands: Mapping[str, Demand],
    *,
    until: float,
    at: float,
) -> dict[str, int]:
    """Take what a scheduler may hold of each pool from now on.

    Whoever wants more than others leave gets an equal part; who holds more than that gives it back as its tries end.

    Args:
        connection: In a transaction with the lock ``pools``.
        session: The scheduler.
        totals: The slots of each pool.
        demands: What the scheduler does with each of these.
        until: How long it holds them if it does not come again.
        at: The instant.
    """
    others = {int(number) for (number,) in connection.execute(_LIST_OTHERS, (at, session)).fetchall()}
    if not others:
        connection.execute(_FORGET_BLOCKS, (at, session))
        return dict(totals)
    blocks: dict[str, list[_Block]] = {}
    for pool, *block in connection.execute(_LIST_BLOCKS, (at, session)).fetchall():
        blocks.setdefault(pool, []).append(_Block(*block))
    held = {}
    for pool, total in totals.items():
        demand = demands.get(pool, Demand(0, 0))
        slots = held[pool] = _find_share(total, demand, blocks.get(pool, []), others)
        connection.execute(_PUT_BLOCK, (pool, session, slots, demand.wanted, until))
    return held


def give_back(connection: Connection, session: int, at: float) -> None:
    """A scheduler holds nothing any more."""
    connection.execute(_FORGET_BLOCKS, (at, session))


def _find_share(total: int, demand: Demand, blocks: list[_Block], others: set[int]) -> int:
    if others - {block.session for block in blocks}:
        return demand.used  # one that was alone until now has all of it, and is about to say so
    free = total - sum(block.slots for block in blocks)
    wanting = 1 + sum(block.wanted > 0 for block in blocks)
    fair = max(total // wanting, 1)
    someone_waits = any(block.slots < min(block.wanted, fair) for block in blocks)
    return max(demand.used, min(demand.wanted, free, fair if someone_waits else total))
