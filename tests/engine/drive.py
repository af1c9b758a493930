"""Drives one machine by hand: what is ready, end it like this, look at what follows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, TypeVar

from engine.graphs import Graph
from fanjet.engine.run_state import RunState
from fanjet.model.changes import Change, EndInstances, MeasureMaps, QueueInstances
from fanjet.model.events import ClockTicked, Event, MapsMeasured, TriesEnded, TryExtra
from fanjet.model.launches import Launch
from fanjet.model.paths import Path, join, split
from fanjet.model.spec import DagSpec
from fanjet.model.states import State

Kind = TypeVar("Kind")
OK, FAILED, SKIPPED, UF = State.SUCCESS, State.FAILED, State.SKIPPED, State.UPSTREAM_FAILED
NONE, SCHEDULED, RUNNING, RETRY = State.NONE, State.SCHEDULED, State.RUNNING, State.UP_FOR_RETRY


class Drive:
    """A started run."""

    def __init__(self, graph: Graph | DagSpec, **others: Any) -> None:
        self.spec = graph.build(**others) if isinstance(graph, Graph) else graph
        self.machine = RunState(1, self.spec)
        self.fences = itertools.count(1)
        self.changes: list[Change] = []
        #: By instance: the try that is next, and what it gets back.
        self.ready: dict[tuple[int, Path], tuple[int, bytes | None]] = {}
        self.note(self.machine.start(0.0))

    def note(self, changes: list[Change]) -> list[Change]:
        self.changes += changes
        for change in changes:
            if isinstance(change, QueueInstances):
                for index in change.indexes:
                    self.ready[change.task, join(change.parent, index)] = (change.try_number, change.carry)
            elif isinstance(change, EndInstances):
                for index in change.indexes:
                    self.ready.pop((change.task, join(change.parent, index)), None)
        return changes

    def apply(self, *events: Event) -> list[Change]:
        return self.note(self.machine.apply(events))

    def tick(self, at: float) -> list[Change]:
        return self.apply(ClockTicked(run=1, at=at))

    def launch(self, task: int, *paths: Path, tries_before: int = 0) -> Launch:
        """Launch consecutive instances."""
        parent, first = split(paths[0] if paths else (), self.spec.tasks[task].depth)
        tries = {self.ready.pop((task, path)) for path in paths or [()]}
        (try_number, carry), *others = tries
        assert not others
        launch = Launch(
            fence=next(self.fences),
            run=1,
            task=task,
            parent=parent,
            first=first,
            count=max(len(paths), 1),
            try_number=try_number,
            worker=0,
            carry=carry,
            tries_before=tries_before,
        )
        self.machine.launched([launch])
        return launch

    def ends(
        self,
        launch: Launch,
        states: Iterable[State] = (OK,),
        *,
        indexes: Iterable[int] | None = None,
        at: float = 1.0,
        values: Iterable[bytes | None] | None = None,
        items: int | None = None,
        extras: dict[int, TryExtra] | None = None,
    ) -> TriesEnded:
        """The event that tries of a launch ended."""
        column = bytearray(states)
        count = len(column)
        return TriesEnded(
            run=1,
            task=launch.task,
            parent=launch.parent,
            fence=launch.fence,
            try_number=launch.try_number,
            indexes=list(launch.indexes if indexes is None else indexes),
            states=column,
            started_at=[at] * count,
            ended_at=[at] * count,
            log_segments=[0] * count,
            log_offsets=[0] * count,
            log_lengths=[0] * count,
            values=[b"j1" if state == OK else None for state in column] if values is None else list(values),
            item_counts=[] if items is None else [items] * count,
            extras=extras or {},
        )

    def end(self, task: int, *paths: Path, states: State | Iterable[State] = OK, **others: Any) -> list[Change]:
        """Launch consecutive instances and end them, all in one state or one state each."""
        launch = self.launch(task, *paths)
        column = [states] * launch.count if isinstance(states, State) else states
        return self.apply(self.ends(launch, column, **others))

    def measure(self, counts: dict[Path, int]) -> list[Change]:
        """Answer what is to be measured, by context."""
        asked = [change for change in self.changes if isinstance(change, MeasureMaps)]
        events = [
            MapsMeasured(
                run=1,
                map=change.map,
                parent=change.parent,
                indexes=[index],
                counts=[counts[join(change.parent, index)]],
                errors={index: "an int has no length"} if counts[join(change.parent, index)] < 0 else {},
            )
            for change in asked
            for index in change.indexes
            if join(change.parent, index) in counts
        ]
        return self.apply(*events)

    def states(self, task: int) -> dict[Path, State]:
        return dict(self.machine.instances(task))

    def state(self, task: int, path: Path = ()) -> State:
        return self.machine.state_of(task, path)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """All changes of one kind so far."""
        return [change for change in self.changes if isinstance(change, kind)]
