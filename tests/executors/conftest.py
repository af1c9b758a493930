from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fanjet.executors.local.executor import LocalExecutor
from fanjet.executors.local.options import LocalOptions
from fanjet.model.events import TriesEnded, TriesReturned
from fanjet.model.launches import Launch
from fanjet.model.requests import Count
from fanjet.model.runs import RunInfo

SESSION = 7
_PRELUDE = """
import os, signal, subprocess, sys, time
from fanjet import DAG, task
"""


class Outcome:
    """How one try ended."""

    def __init__(self, event: TriesEnded, at: int, log_folder: Path) -> None:
        self.state = event.states[at]
        self.value = event.values[at]
        self.extra = event.extras.get(at)
        self.error = self.extra.error if self.extra else None
        self.segment, self.offset = event.log_segments[at], event.log_offsets[at]
        self.length = event.log_lengths[at]
        self.started_at, self.ended_at = event.started_at[at], event.ended_at[at]
        self._path = log_folder / f"{self.segment:016x}.log"

    @property
    def log(self) -> str:
        if not self.length:
            return ""
        with self._path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length).decode()


class Driver:
    """Plays the scheduler: launches everything there is room for and notes how it ends."""

    def __init__(self, executor: LocalExecutor, log_folder: Path) -> None:
        self.executor = executor
        self.log_folder = log_folder
        self.fence = 0
        self.outcomes: dict[int, Outcome] = {}
        self.events: list[object] = []
        self.launches: list[Launch] = []
        self.todo: list[int] = []
        self.task = 0
        self.returned = 0
        self.launch_ranges = False
        executor.connect(lambda run, request: Count(count=request.prefix[0] * 2))

    def start(self, task_id: str, indexes) -> None:
        spec = self.executor.family.loaded.specs[0]
        self.task = spec.task(task_id).number
        self.todo = list(indexes)
        self.outcomes = {}

    def run(self, task_id: str, indexes) -> dict[int, Outcome]:
        """Run tries to their ends."""
        wanted = list(indexes)
        self.start(task_id, wanted)
        while len(self.outcomes) < len(wanted):
            self.turn()
        return self.outcomes

    def turn(self, timeout_s: float = 0.2) -> None:
        launches = []
        for worker, count in self.executor.room().grant(1, self.task, len(self.todo)) if self.todo else []:
            launches += self._make_launches(worker, [self.todo.pop(0) for _ in range(count)])
        self.launches += launches
        self.executor.launch(launches)
        self.take(self.executor.poll(timeout_s))

    def _make_launches(self, worker: int, indexes: list[int]) -> list[Launch]:
        """One launch per range of consecutive indexes, or per index."""
        launches: list[Launch] = []
        for index in indexes:
            last = launches[-1] if launches and self.launch_ranges else None
            if last is not None and last.first + last.count == index:
                launches[-1] = msgspec.structs.replace(last, count=last.count + 1)
                continue
            self.fence += 1
            launches.append(
                Launch(
                    fence=self.fence, run=1, task=self.task, parent=(), first=index, count=1, try_number=1,
                    worker=worker,
                )
            )  # fmt: skip
        return launches

    def take(self, events) -> None:
        self.events += events
        for event in events:
            if isinstance(event, TriesEnded):
                for at, index in enumerate(event.indexes):
                    assert index not in self.outcomes, f"{index} ended twice"
                    self.outcomes[index] = Outcome(event, at, self.log_folder)
            elif isinstance(event, TriesReturned):
                self.returned += len(event.indexes)
                self.todo += event.indexes

    @property
    def worker_pids(self) -> list[int]:
        return [worker.pid for worker in self.executor.family.workers.values() if worker.pid]


@pytest.fixture
def write_dag(tmp_path):
    def write(body: str, name: str = "flow.py") -> Path:
        path = tmp_path / "dags" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(_PRELUDE + textwrap.dedent(body))
        return path

    return write


@pytest.fixture
def start(tmp_path, write_dag, monkeypatch):
    """Start an executor on the text of a DAG file that defines tasks and calls them in ``with DAG``."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    executors = []

    def start_executor(body: str, **options) -> Driver:
        executor = LocalExecutor.start(
            write_dag(body),
            tmp_path / "dags",
            session=SESSION,
            home=tmp_path / "home",
            options=LocalOptions(**options),
            runners="plain_runners:make_runners",
        )
        executors.append(executor)
        loaded = executor.wait_loaded(20.0)
        assert not loaded.errors, loaded.errors
        now = datetime.now(UTC)
        executor.open_run(RunInfo(number=1, run_id="r", dag_id=loaded.specs[0].dag_id, created_at=now, started_at=now))
        return Driver(executor, tmp_path / "home" / "logs")

    yield start_executor
    for executor in executors:
        executor.close(kill=True)
