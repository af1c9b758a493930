"""Drives a run to its end by a table of outcomes, again and again; says which instances had a try."""

from __future__ import annotations

from typing import Any

from engine.drive import FAILED, OK, SKIPPED, Drive
from engine.graphs import Graph
from engine.history import Recorder
from fanjet.engine.run_state import RunState
from fanjet.model.changes import Change, ClearInstances, DequeueInstances, EndInstances, MeasureMaps, QueueInstances
from fanjet.model.events import CancelRequested, MapsMeasured, MarkRequested, RerunRequested, TryExtra
from fanjet.model.paths import Path, join, split
from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, RunStatus, State

#: An instance: its task and its path; tests leave the path out where it is ``()``.
Key = tuple[int, Path]
Outcome = State | int | None | tuple[int, ...]
#: What had a try, or was touched in another way: by task, paths in order.
Paths = dict[int, list[Path]]


class RerunDrive(Drive):
    """A run whose tries end as a table says.

    Outcomes by instance, or by task for all its instances: a state; a number of items of a success; None for a success
    without a value; a tuple of tasks that a branch leaves out. What is not in the table succeeds with a value of two
    items.
    """

    def __init__(self, graph: Graph | DagSpec, outcomes: dict[Any, Outcome] | None = None, **others: Any) -> None:
        self.recorder: Recorder | None = None
        self.clock = 10.0
        self.outcomes: dict[Any, Outcome] = outcomes or {}
        #: By measured map and context; 2 for what is not in it.
        self.lengths: dict[tuple[int, Path], int] = {}
        self.unmeasured: set[tuple[int, Path]] = set()
        self.tries: dict[Key, int] = {}
        #: Refused try, cleared, ended without a try: whatever was recorded lately.
        self.touched: set[Key] = set()
        super().__init__(graph, **others)

    def note(self, changes: list[Change]) -> list[Change]:
        if self.recorder is None:
            self.recorder = Recorder(self.spec)
        self.recorder.write(changes)
        for change in changes:
            match change:
                case QueueInstances():
                    for index in change.indexes:
                        self.tries[change.task, join(change.parent, index)] = change.tries_before
                case DequeueInstances():
                    self._dequeue(change)
                case ClearInstances() | EndInstances():
                    self.touched |= {(change.task, join(change.parent, index)) for index in change.indexes}
                case MeasureMaps():
                    self.unmeasured |= {(change.map, join(change.parent, index)) for index in change.indexes}
        return super().note(changes)

    def _dequeue(self, change: DequeueInstances) -> None:
        if change.indexes is not None:
            for index in change.indexes:
                del self.ready[change.task, join(change.parent, index)]
            return
        size = len(change.parent)
        for task, path in list(self.ready):
            if task == change.task and path[:size] == change.parent:
                del self.ready[task, path]

    def launch_one(self, task: int, path: Path = ()) -> int:
        """Launch one instance; returns the fence."""
        launch = self._launch(task, path)
        return launch.fence

    def _launch(self, task: int, path: Path) -> Any:
        before = self.tries[task, path]
        return self.launch(task, path, tries_before=before) if path else self.launch(task, tries_before=before)

    def finish(self, outcomes: dict[Any, Outcome] | None = None) -> Paths:
        """To the end of the run. Further outcomes replace those in the table.

        Returns:
            What had a try.
        """
        self.outcomes.update(outcomes or {})
        ran: dict[int, list[Path]] = {}
        while self.machine.status is RunStatus.RUNNING:
            if self.ready:
                task, path = min(self.ready)
                ran.setdefault(task, []).append(path)
                self.end_one(task, path)
            elif self.unmeasured:
                self._measure(self.unmeasured.pop())
            else:
                wake_at = self.machine.next_wake_at()
                assert wake_at is not None, f"nothing goes on: {self.machine.snapshot()}"
                self.clock = max(self.clock, wake_at)
                self.tick(self.clock)
        self.check_restored()
        for task in self.spec.tasks:
            assert self.machine.length_known(task.number)
            assert all(state in ENDED for _, state in self.machine.instances(task.number))
        return {task: sorted(set(paths)) for task, paths in ran.items()}

    def end_one(self, task: int, path: Path = ()) -> list[Change]:
        """A ready instance is launched and ends as the table says."""
        outcome = self.outcomes.get((task, path), self.outcomes.get(task, 2))
        self.clock += 1.0
        launch = self._launch(task, path)
        state, items, values, extras = OK, 2, None, None
        if isinstance(outcome, State):
            state = outcome
        elif isinstance(outcome, tuple):
            extras = {0: TryExtra(skips=outcome)}
        elif outcome is None:
            values, items = [None], -1
        else:
            items = outcome
        feeds = self.spec.tasks[task].feeds_map
        items = items if state == OK else -1
        event = self.ends(launch, [state], at=self.clock, values=values, items=items if feeds else None, extras=extras)
        return self.apply(event)

    def _measure(self, key: tuple[int, Path]) -> None:
        number, context = key
        parent, index = split(context, len(self.spec.maps[number].scope))
        count = self.lengths.get(key, 2)
        errors = {index: "no length"} if count < 0 else {}
        self.apply(MapsMeasured(run=1, map=number, parent=parent, indexes=[index], counts=[count], errors=errors))

    def check_restored(self) -> None:
        """A machine made from what was recorded is the one that lived."""
        assert self.recorder is not None
        machine, _ = RunState.restore(1, self.spec, self.recorder.history(), self.clock, status=self.machine.status)
        mine, theirs = machine.snapshot(), self.machine.snapshot()
        assert mine == theirs, {key: (mine[key], theirs[key]) for key in mine if mine[key] != theirs[key]}

    # --- by hand ---

    def ask(self, task: int | None = None, *paths: Path, **others: Any) -> list[Change]:
        """Request a rerun; check that the restored machine does the same and that the preview said so."""
        self.clock += 1.0
        tasks = None if task is None else (task,)
        event = RerunRequested(run=1, at=self.clock, tasks=tasks, paths=paths or ((),), **others)
        if not self.machine.snapshot()["launches"]:
            assert self.recorder is not None
            twin, _ = RunState.restore(1, self.spec, self.recorder.history(), self.clock, status=self.machine.status)
            assert twin.plan_rerun(event) == self.machine.plan_rerun(event)
            changes = twin.apply([event])
            self.touched = set()
            assert self.apply(event) == changes
            mine, theirs = twin.snapshot(), self.machine.snapshot()
            assert mine == theirs, {key: (mine[key], theirs[key]) for key in mine if mine[key] != theirs[key]}
            return changes
        self.touched = set()
        return self.apply(event)

    def rerun(
        self, task: int | None = None, *paths: Path, to: dict[Any, Outcome] | None = None, **others: Any
    ) -> Paths:
        """Rerun (all, a task, or some of its instances) and drive to the end; returns what had a try."""
        self.ask(task, *paths, **others)
        return self.finish(to)

    def mark(self, state: State, task: int, *paths: Path) -> list[Change]:
        self.clock += 1.0
        self.touched = set()
        return self.apply(MarkRequested(run=1, at=self.clock, task=task, paths=paths or ((),), state=state))

    def cancel(self, task: int | None = None, *paths: Path) -> list[Change]:
        self.clock += 1.0
        return self.apply(CancelRequested(run=1, at=self.clock, reason="by hand", task=task, paths=paths or ((),)))

    def show(self, task: int) -> dict[Path, State]:
        return self.states(task)

    @property
    def status(self) -> RunStatus:
        return self.machine.status


__all__ = ["FAILED", "OK", "SKIPPED", "RerunDrive"]


def paths(*positions: int) -> list[Path]:
    """Of instances in the outermost map."""
    return [(position,) for position in positions]
