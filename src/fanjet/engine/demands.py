"""What waits for limits that schedulers share."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fanjet.engine.limits import Limits
from fanjet.engine.ready import Kind, PriorityLevel
from fanjet.model.sharing import Needs, Want


def list_wants(
    levels: Iterable[tuple[int, PriorityLevel]], limits: Limits, refused: Collection[Kind], most: int
) -> tuple[Want, ...]:
    """What would be launched now if the limits that are shared let it.

    Args:
        levels: What is ready, with its priorities in descending order.
        limits: The limits.
        refused: Of what there is no room for.
        most: For how many tries there is room.
    """
    wants: dict[tuple[int, Needs], int] = {}
    left = most
    for priority, level in levels:
        for run, queue in level.runs.items():
            if not left:
                break
            for tasks in queue.tasks():
                needs = () if tasks.kind in refused else limits.find_needs(run, tasks.task)
                count = min(tasks.count, left, limits.find_own_allowance(run, tasks.task)) if needs else 0
                if count:
                    wants[priority, needs] = wants.get((priority, needs), 0) + count
                    left -= count
    return tuple(Want(priority, count, needs) for (priority, needs), count in wants.items())
