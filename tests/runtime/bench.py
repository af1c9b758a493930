"""Runs tries of a DAG in this process over `MemoryClient`, in the order of the tasks.

No engine: every instance runs whatever happened before it, so that tests choose what they look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any

from fanjet.authoring.dag import DAG
from fanjet.model.paths import Path, join
from fanjet.model.runs import RunInfo
from fanjet.model.states import State
from fanjet.parsing.spec_builder import build_spec
from fanjet.runtime.try_result import TryResult
from fanjet.runtime.try_runner import TryRunner
from fanjet.runtime.values import decode
from runtime.memory_client import MemoryClient

NOW = datetime(2024, 1, 31, 10, tzinfo=UTC)
RUN = RunInfo(
    number=1,
    run_id="run-1",
    dag_id="d",
    logical_date=NOW,
    data_interval_start=NOW,
    data_interval_end=NOW,
    created_at=NOW,
    started_at=NOW,
)


class Bench:
    """One DAG, one run.

    Args:
        dag: The DAG.
        folder: For the value store.
        run: The run.
        options: Of the runner.
    """

    def __init__(self, dag: DAG, folder: FilePath, run: RunInfo = RUN, **options: Any) -> None:
        self.built = build_spec(dag, file="dag.py")
        self.client = MemoryClient(folder / "values")
        self.runner = TryRunner(self.built, self.client, self.client.store, **options)
        self.run = run

    def number(self, task_id: str) -> int:
        return self.built.spec.task(task_id).number

    def result(self, task_id: str, path: Path = (), *, try_number: int = 1, carry: bytes | None = None) -> TryResult:
        """Run one try and record what it gave."""
        number = self.number(task_id)
        depth = self.built.spec.tasks[number].depth
        parent, index = (path[:-1], path[-1]) if depth and len(path) == depth else (path, -1)
        self.client.pushed.clear()
        result = self.runner.run(self.run, number, parent, index, try_number, carry)
        self.client.ended.add((number, join(parent, index)))
        if result.value is not None:
            self.client.record(number, join(parent, index), result.value)
        for key, value in self.client.pushed.items():
            self.client.record(number, join(parent, index), value, key)
        return result

    def value(self, task_id: str, path: Path = ()) -> Any:
        """Run one try that must succeed, and give its value."""
        result = self.result(task_id, path)
        assert result.state is State.SUCCESS, result
        return None if result.value is None else decode(result.value)

    def error(self, task_id: str, path: Path = ()) -> str:
        """Run one try that must fail, and give the error."""
        result = self.result(task_id, path)
        assert result.state is State.FAILED, result
        assert result.extra is not None
        assert result.extra.error
        return result.extra.error

    def fan_out(self, task_id: str, count: int, parent: Path = ()) -> list[Any]:
        """Run so many instances of a mapped task, and give their values."""
        spec = self.built.spec.task(task_id)
        assert spec.map is not None
        self.client.lengths[spec.map, parent] = count
        return [self.value(task_id, (*parent, index)) for index in range(count)]

    def expand(self, map_number: int, count: int, parent: Path = ()) -> None:
        """Note the length of a map."""
        self.client.lengths[map_number, parent] = count

    def measure(self, map_number: int, parent: Path = (), indexes: Sequence[int] = (-1,)) -> list[int]:
        """Measure a map that must be measurable."""
        counts, errors = self.runner.measure(self.run, map_number, parent, indexes)
        assert not errors
        return counts
