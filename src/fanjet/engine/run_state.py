"""The machine of one run: events in, changes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fanjet.engine.clearing import blocks_below
from fanjet.engine.contexts import open_top
from fanjet.engine.core import Core
from fanjet.engine.downstream import hand_on
from fanjet.engine.judging import judge_all
from fanjet.engine.maps import measured
from fanjet.engine.marks import cancel_task, mark
from fanjet.engine.reruns import plan_rerun, rerun
from fanjet.engine.restore import rebuild
from fanjet.engine.skips import cancel, fail_fast
from fanjet.engine.snapshot import Snapshot, take_snapshot
from fanjet.engine.tries import launched, pushed, resume, tries_ended, tries_returned
from fanjet.engine.triggers import fired
from fanjet.errors import InvariantError
from fanjet.model.changes import Change, EndRun, RunCallbacks
from fanjet.model.events import (
    CallbacksRan,
    CancelRequested,
    ClockTicked,
    Event,
    MapsMeasured,
    MarkRequested,
    RerunRequested,
    TriesEnded,
    TriesReturned,
    TriggersFired,
    XComPushed,
)
from fanjet.model.history import RunHistory
from fanjet.model.launches import Launch
from fanjet.model.paths import NOT_MAPPED, Path
from fanjet.model.reruns import RerunPlan
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus, State


class RunState:
    """Decides, from what happened, what is ready, skipped, retried and over in one run.

    Deterministic: the same events give the same changes. Time comes in with the events.
    """

    def __init__(self, run: int, spec: DagSpec) -> None:
        self._core = Core(run, spec)

    @property
    def run(self) -> int:
        """The number of the run."""
        return self._core.run

    @property
    def status(self) -> RunStatus:
        """QUEUED before `start`, then RUNNING until the changes hold `EndRun`."""
        return self._core.status

    def start(self, at: float) -> list[Change]:
        """Begin: maps over literals expand, tasks that wait for nothing become ready."""
        core = self._core
        if core.status is not RunStatus.QUEUED:
            raise InvariantError(f"run {core.run} has started before")
        core.status = RunStatus.RUNNING
        core.now = at
        open_top(core)
        self._settle()
        return self._take_changes()

    @classmethod
    def restore(
        cls, run: int, spec: DagSpec, history: RunHistory, at: float, *, status: RunStatus = RunStatus.RUNNING
    ) -> tuple[RunState, list[Change]]:
        """The machine that had recorded this history, all its open tries taken back.

        Args:
            run: The number of the run.
            spec: Its DAG.
            history: What was recorded.
            at: Now.
            status: That of the run. A machine of a run that is over waits for `RerunRequested` or `MarkRequested`.

        Returns:
            The machine, and what it needs now: what is ready is queued, what was being measured is measured again.
        """
        machine = cls(run, spec)
        core = machine._core
        core.status = status
        core.now = at
        rebuild(core, history)
        machine._settle()
        resume(core, core.timers.take_due(at))
        return machine, machine._take_changes()

    def apply(self, events: Sequence[Event]) -> list[Change]:
        """Take in what happened, in this order, each with all that follows from it."""
        for event in events:
            if event.run != self._core.run:
                raise InvariantError(f"run {self._core.run} was given an event of run {event.run}")
            self._take_in(event)
            self._settle()
        return self._take_changes()

    def launched(self, launches: Sequence[Launch]) -> None:
        """Queued instances of this run were launched."""
        for launch in launches:
            launched(self._core, launch)

    def next_wake_at(self) -> float | None:
        """When a `ClockTicked` has something to do; None when nothing waits for time."""
        return self._core.timers.next_at()

    def counts(self, task: int) -> Sequence[int]:
        """How many instances of a task exist, by `State` number. A map that has not expanded has none yet."""
        return self._core.counts[task]

    def length_known(self, task: int) -> bool:
        """Whether a task has all the instances that it will have."""
        return not self._core.unexpanded[task]

    def find_state(self, task: int, path: Path) -> State | None:
        """The state of an instance, None where there is none (yet)."""
        found = self._core.find_block(task, path)
        return None if found is None else found[0].state(found[1])

    def state_of(self, task: int, path: Path) -> State:
        """The state of an instance; NONE for one that does not exist (yet)."""
        return self.find_state(task, path) or State.NONE

    def instances(self, task: int) -> Iterator[tuple[Path, State]]:
        """All instances of a task in the order of their paths."""
        blocks = self._core.blocks[task]
        for parent in sorted(blocks):
            block = blocks[parent]
            for position in range(len(block.states)):
                yield block.path(position), block.state(position)

    def plan_rerun(self, event: RerunRequested) -> RerunPlan:
        """What the event would take; nothing is changed."""
        return plan_rerun(self._core, event)

    def find_instances(self, task: int, path: Path) -> Iterator[tuple[Path, State]]:
        """The instances of a task at and below a path."""
        for block, positions in blocks_below(self._core, task, path):
            for position in positions:
                yield block.path(position), block.state(position)

    def snapshot(self) -> Snapshot:
        """All that the future depends on: machines with equal snapshots answer equal events with equal changes."""
        return take_snapshot(self._core)

    def _take_in(self, event: Event) -> None:
        core = self._core
        match event:
            case TriesEnded():
                tries_ended(core, event)
            case TriesReturned():
                tries_returned(core, event)
            case MapsMeasured():
                measured(core, event)
            case XComPushed():
                pushed(core, event)
            case TriggersFired():
                fired(core, event)
            case ClockTicked():
                core.now = max(core.now, event.at)
                resume(core, core.timers.take_due(event.at))
            case CancelRequested():
                if core.status is RunStatus.RUNNING and event.task is not None:
                    cancel_task(core, event)
                elif core.status is RunStatus.RUNNING:
                    core.now = max(core.now, event.at)
                    core.cancelled = True
                    cancel(core, event.reason)
            case RerunRequested():
                rerun(core, event)
            case MarkRequested():
                mark(core, event)
            case CallbacksRan():
                core.story.add("callbacks ran", -1 if event.task is None else event.task, event.parent, [event.index])

    def _settle(self) -> None:
        """Go on until nothing follows any more."""
        core = self._core
        while True:
            judge_all(core)
            if core.failed:
                core.failed = False
                if core.spec.fail_fast:
                    fail_fast(core)
                    continue
            if not core.ends:
                break
            hand_on(core, core.ends.popleft())
        if not core.tasks_left and core.status is RunStatus.RUNNING:
            self._end_run()

    def _end_run(self) -> None:
        core = self._core
        failed = core.cancelled or any(
            core.counts[leaf][State.FAILED] or core.counts[leaf][State.UPSTREAM_FAILED] for leaf in core.spec.leaves
        )
        core.status = RunStatus.FAILED if failed else RunStatus.SUCCESS
        core.changes.append(EndRun(run=core.run, state=core.status, at=core.now))
        kind = "failure" if failed else "success"
        if kind in core.spec.callbacks:
            core.changes.append(
                RunCallbacks(run=core.run, task=None, parent=(), index=NOT_MAPPED, try_number=1, kind=kind, error=None)
            )

    def _take_changes(self) -> list[Change]:
        changes = self._core.changes
        self._core.changes = []
        return changes
