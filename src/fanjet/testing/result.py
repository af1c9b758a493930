"""What became of a run in a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus
from fanjet.model.values import RETURN_VALUE
from fanjet.testing.failure_report import render_failures
from fanjet.testing.instance_result import InstanceResult
from fanjet.testing.places import UnknownTaskError, find_place, say_nearest
from fanjet.testing.task_result import TaskResult
from fanjet.testing.virtual_clock import VirtualClock


class DagResult:
    """A run that is over.

    Args:
        spec: What was run.
        info: What was fixed about the run.
        status: How it ended.
        tasks: By id, in the order of the DAG.
        clock: The time that it lived in.
        messages: What else was told, such as that a callback failed.
    """

    def __init__(
        self,
        spec: DagSpec,
        info: RunInfo,
        status: RunStatus,
        tasks: Mapping[str, TaskResult],
        clock: VirtualClock,
        messages: Sequence[str],
    ) -> None:
        self.dag_id = spec.dag_id
        self.run_id = info.run_id
        self.logical_date: datetime | None = info.logical_date
        #: ``success`` or ``failed``.
        self.state = status.label
        #: By id.
        self.tasks = dict(tasks)
        #: Stands where it stood when the run was over.
        self.clock = clock
        #: What else was told, such as that a callback of the DAG failed.
        self.messages = list(messages)
        self._spec = spec

    def __getitem__(self, name: str) -> Any:
        """A `TaskResult` by id; for ``'train[3]'`` an `InstanceResult`.

        Raises:
            UnknownTaskError: There is no such task.
            UnknownInstanceError: The task has no such instance.
        """
        if name in self.tasks:
            return self.tasks[name]
        task_id = name.partition("[")[0] if isinstance(name, str) else name
        if task_id not in self.tasks:
            raise UnknownTaskError(f"The run of '{self.dag_id}' has no task {name!r}. {say_nearest(name, self.tasks)}")
        task, path = find_place(self._spec, name, "result")
        return self.tasks[task.task_id].find(path or ())

    def __iter__(self) -> Iterator[str]:
        return iter(self.tasks)

    def __contains__(self, task_id: object) -> bool:
        return task_id in self.tasks

    @property
    def succeeded(self) -> bool:
        """Whether the run is a success."""
        return self.state == RunStatus.SUCCESS.label

    @property
    def failures(self) -> list[InstanceResult]:
        """All instances that failed or could not run because of a failure before them."""
        bad = {"failed", "upstream_failed"}
        return [each for task in self.tasks.values() for each in task if each.state in bad]

    @property
    def states(self) -> dict[str, list[str]]:
        """The states of all instances by task."""
        return {task_id: task.states for task_id, task in self.tasks.items()}

    def xcom(self, task_id: str, key: str = RETURN_VALUE, *, map_index: int | tuple[int, ...] | None = None) -> Any:
        """What an instance pushed under a key; None where there is nothing.

        Args:
            task_id: The task.
            key: The key; what a task returned has ``return_value``.
            map_index: Which instance of a mapped task.
        """
        task = self[task_id]
        return (task if map_index is None else task[map_index]).xcom(key)

    def assert_success(self) -> DagResult:
        """Check that the run is a success.

        Returns:
            The result itself, to go on with.

        Raises:
            AssertionError: It failed; says what, where and why.
        """
        __tracebackhide__ = True
        if not self.succeeded:
            error = next((each.error for each in self.failures if each.error is not None), None)
            raise AssertionError(self.report()) from error
        return self

    def assert_failed(self) -> DagResult:
        """Check that the run failed.

        Returns:
            The result itself, to go on with.

        Raises:
            AssertionError: It is a success.
        """
        __tracebackhide__ = True
        if self.succeeded:
            raise AssertionError(self.report())
        return self

    def report(self) -> str:
        """A line for each task, then what failed and what it printed."""
        told = render_failures(self.dag_id, self.state, self.tasks, self.failures)
        return "\n".join([told, *([""] if self.messages else []), *self.messages])

    def __repr__(self) -> str:
        counts = "; ".join(f"{task_id}: {task.count_states()}" for task_id, task in self.tasks.items())
        first = next((each for each in self.failures if each.reason), None)
        why = f" ({first}: {first.reason})" if first is not None else ""
        return f"<run of '{self.dag_id}': {self.state}{why}; {counts}>"
