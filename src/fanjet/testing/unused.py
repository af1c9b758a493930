"""What a test gave and no instance took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fanjet.errors import OperationError
from fanjet.testing.places import show_instance
from fanjet.testing.stand_ins import StandIn
from fanjet.testing.task_result import TaskResult


def check_used(stand_ins: Iterable[StandIn], tasks: Mapping[str, TaskResult]) -> None:
    """Refuse values for instances that there were not: the test means something else than the DAG does.

    A map that never expanded, as what is before it failed or was skipped, has taken nothing, which may be meant.

    Raises:
        OperationError: There are more values than instances.
    """
    for stand_in in stand_ins:
        task = tasks[stand_in.task.task_id]
        depth = stand_in.task.depth
        if not depth or any(len(each.map_index) < depth for each in task):
            continue
        there = {each.map_index for each in task}
        if stand_in.values is not None and stand_in.count_values() > len(there):
            raise OperationError(
                f"values: there are {stand_in.count_values()} values for '{stand_in.task.task_id}', but it has "
                f"{len(there)} instances. Fix: give one value for each index."
            )
        for path in stand_in.by_path.keys() - there:
            raise OperationError(
                f"'{show_instance(stand_in.task.task_id, path)}' is given, but '{stand_in.task.task_id}' has "
                f"{len(there)} instances and none there."
            )
