"""Tries that wait for triggers: they are watched, they fire, or nobody waits for them any more."""

from __future__ import annotations

from collections.abc import Iterable

from fanjet.engine.blocks import Block
from fanjet.engine.core import Core
from fanjet.engine.deferrals import Wait
from fanjet.engine.transitions import Cause
from fanjet.model.changes import RecordFirings, WatchTriggers
from fanjet.model.events import TriggersFired


def watch(core: Core, waits: Iterable[Wait]) -> None:
    """Have the triggers of these instances run."""
    tickets: list[int] = []
    carries: list[bytes] = []
    for wait in waits:
        tickets.append(core.deferrals.add(wait))
        carries.append(wait.carry)
    if tickets:
        core.changes.append(WatchTriggers(run=core.run, tickets=tickets, carries=carries))


def fired(core: Core, event: TriggersFired) -> None:
    """The instances go on with what their triggers gave; that is recorded, as no trigger can be asked twice."""
    core.now = max(core.now, event.at)
    records: dict[Block, RecordFirings] = {}
    for ticket, carry in zip(event.tickets, event.carries, strict=True):
        wait = core.deferrals.take(ticket)
        if wait is None:
            continue  # late: it was cleared, cancelled, or timed out meanwhile
        block, position = wait.block, wait.position
        record = records.get(block)
        if record is None:
            record = RecordFirings(run=core.run, task=block.task, parent=block.parent, indexes=[], carries=[])
            records[block] = record
            core.changes.append(record)
        record.indexes.append(block.index(position))
        record.carries.append(carry)
        if wait.timer is not None:
            core.timers.cancel(wait.timer)
        core.queue(block, range(position, position + 1), Cause.FIRED, try_number=wait.try_number, carry=carry)
