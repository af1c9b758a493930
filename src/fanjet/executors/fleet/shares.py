"""Who has to let go of slots when several programs want them."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable

from fanjet.executors.fleet.crew import Crew
from fanjet.executors.local.worker_handle import WorkerHandle


def find_closed(crews: Iterable[Crew], unmet: Collection[Crew], slots: int, turn_s: float) -> set[int]:
    """Workers that get nothing more until they have run dry, so that their slots go to whoever is next.

    A worker serves one program and is sent tries ahead, so a program with many short tries would keep its slots for
    ever. Which program gets a slot that came free is not decided here: runs are asked in the order of their priorities
    and turns.

    Args:
        crews: All.
        unmet: Those that wanted more than they were granted the last time.
        slots: How many tries may be busy.
        turn_s: How long a worker may be busy before its slot is wanted back.
    """
    held = {crew: busy for crew in crews if (busy := _list_busy(crew))}
    if sum(map(len, held.values())) < slots:
        return set()
    fair = math.floor(slots / max(len(held.keys() | set(unmet)), 1))
    if not any(crew.is_ready and len(held.get(crew, ())) < max(fair, 1) for crew in unmet):
        return set()
    latest = time.monotonic() - turn_s
    closed: set[int] = set()
    for busy in held.values():
        oldest = sorted(busy, key=lambda worker: worker.busy_since)[: max(len(busy) - fair, 0)]
        closed.update(worker.number for worker in oldest if worker.busy_since < latest)
    return closed


def _list_busy(crew: Crew) -> list[WorkerHandle]:
    return [worker for worker in crew.workers.values() if worker.assignments and not worker.quiet]
