"""Plays the scheduler of many runs of many programs."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fanjet.executors.fleet.executor import FleetExecutor
from fanjet.model.events import ProgramFailed, TriesEnded, TriesReturned
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.requests import Count
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import State
from fanjet.parsing.loader import load_file

PATIENCE_S = 20.0


class FleetDriver:
    """Launches what there is room for, runs in turn, and notes how it ends."""

    def __init__(self, executor: FleetExecutor) -> None:
        self.executor = executor
        self.fence = self.number = 0
        self.program_of_run: dict[int, Program] = {}
        self.todo: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self.states: defaultdict[int, dict[int, State]] = defaultdict(dict)
        self.values: defaultdict[int, dict[int, object]] = defaultdict(dict)
        self.errors: dict[tuple[int, int], str] = {}
        self.failed: dict[int, str] = {}
        self.events: list[object] = []
        self.launches: list[Launch] = []
        self.segments: defaultdict[int, set[int]] = defaultdict(set)
        self.most_busy = self.most_workers = 0
        executor.connect(lambda run, request: Count(count=request.prefix[0] * 2))

    def open(self, program: Program) -> int:
        self.number += 1
        now = datetime.now(UTC)
        info = RunInfo(
            number=self.number, run_id=f"r{self.number}", dag_id=program.spec.dag_id, created_at=now, started_at=now
        )
        self.program_of_run[self.number] = program
        self.executor.open_run(info, program)
        return self.number

    def close(self, run: int) -> None:
        self.todo = defaultdict(list, {key: left for key, left in self.todo.items() if key[0] != run})
        self.executor.close_run(run)

    def queue(self, run: int, task_id: str, indexes) -> None:
        self.todo[run, self.program_of_run[run].spec.task(task_id).number] += list(indexes)

    def turn(self, timeout_s: float = 0.2) -> None:
        room, launches = self.executor.room(), []
        for run, task in sorted(self.todo, key=lambda _: os.urandom(1)):
            left = self.todo[run, task]
            for worker, count in room.grant(run, task, len(left)) if left else []:
                launches += self._make_launches(run, task, worker, [left.pop(0) for _ in range(count)])
        self.launches += launches
        self.executor.launch(launches)
        workers = self.workers()
        self.most_busy = max(self.most_busy, self.executor.busy())
        self.most_workers = max(self.most_workers, sum(not worker.retiring for worker in workers))
        self.take(self.executor.poll(timeout_s))

    def _make_launches(self, run: int, task: int, worker: int, indexes: list[int]) -> list[Launch]:
        launches: list[Launch] = []
        for index in indexes:
            last = launches[-1] if launches else None
            if last is not None and last.first + last.count == index:
                launches[-1] = msgspec.structs.replace(last, count=last.count + 1)
                continue
            self.fence += 1
            launches.append(
                Launch(
                    fence=self.fence, run=run, task=task, parent=(), first=index, count=1, try_number=1, worker=worker
                )
            )
        return launches

    def take(self, events) -> None:
        self.events += events
        for event in events:
            match event:
                case TriesEnded():
                    for at, index in enumerate(event.indexes):
                        assert index not in self.states[event.run], f"{event.run}: {index} ended twice"
                        self.states[event.run][index] = State(event.states[at])
                        self.values[event.run][index] = event.values[at]
                        if at in event.extras:
                            self.errors[event.run, index] = event.extras[at].error
                        self.segments[event.run].add(event.log_segments[at])
                case TriesReturned():
                    self.todo[event.run, event.task] += event.indexes
                case ProgramFailed():
                    self.failed[event.run] = event.reason
                    self.close(event.run)

    def run_until(self, condition, patience_s: float = PATIENCE_S, timeout_s: float = 0.2) -> None:
        give_up_at = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < give_up_at, (dict(self.states), self.failed)
            self.turn(timeout_s)

    def run_all(self, patience_s: float = PATIENCE_S) -> None:
        """Until everything has ended, or its program has failed."""
        self.run_until(lambda: not any(self.todo.values()) and not self.executor.busy(), patience_s)

    def workers(self):
        return [worker for crew in self.executor._crews for worker in crew.workers.values()]

    def crew(self, run: int):
        return self.executor._crews.of_run[run]

    def guard_pids(self) -> list[int]:
        return [crew.family.pool.guard._pid for crew in self.executor._crews if crew.family is not None]

    def zygote_pid(self, run: int) -> int:
        guard = self.crew(run).family.pool.guard._pid
        return min(list_children(guard))


def list_children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def count_descriptors() -> int:
    """How many this process has open, without those of what earlier tests have left to the garbage collector."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def read_spec(path: Path, root: Path) -> DagSpec:
    """The spec of a DAG file, which is loaded right here."""
    with contextlib.redirect_stdout(None):
        loaded = load_file(path, root)
    assert not loaded.errors, loaded.errors
    return loaded.dags[0].spec
