"""The result of a run: the value of the task that its DAG marks for it."""

from __future__ import annotations

import msgspec

from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.model.states import State
from fanjet.store.queries.instance_queries import InstanceQueries


class DagResult(msgspec.Struct, frozen=True):
    """What is there of the result of a run."""

    #: The task that is marked.
    task: TaskSpec
    #: How many of its instances have succeeded, each of which has a value or None.
    succeeded: int
    #: The value in the formats of `fanjet.model.values`; None for None, and of a mapped task, which has many.
    value: bytes | None

    @property
    def is_mapped(self) -> bool:
        """Whether the result is a value per instance."""
        return self.task.depth > 0


def find_dag_result(reader: InstanceQueries, run: int, spec: DagSpec) -> DagResult | None:
    """The result of a run; None when its DAG has none."""
    if spec.result is None:
        return None
    task = spec.tasks[spec.result]
    if task.depth:
        counts = reader.counts(run).get(task.number)
        return DagResult(task, counts.counts[State.SUCCESS] if counts else 0, None)
    row = reader.find_instance(run, task.number, ())
    if row is None or row.state is not State.SUCCESS:
        return DagResult(task, 0, None)
    return DagResult(task, 1, row.value)
