"""A run that this scheduler holds the lease of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fanjet.engine.run_state import RunState
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.model.states import RunStatus


@dataclass(slots=True)
class OwnedRun:
    """The machine of a run with what the loop has to remember beside it; a `Snapshot` for displays."""

    info: RunInfo
    spec: DagSpec
    machine: RunState
    #: What it executes; None for the file that the executor has loaded.
    program: Program | None = None
    #: Whether it goes on from what is recorded.
    is_resumed: bool = False
    #: Started by a task of another run: the display shows that one.
    is_quiet: bool = False
    #: How many owed callbacks are with workers.
    callbacks_out: int = 0
    #: How many tries were launched and not heard of since, those that were cancelled included.
    tries_out: int = 0
    #: Of the first launch since the run came here; whoever lost a run and has it again may still hear of earlier ones.
    first_fence: int | None = None
    #: When the run has taken too long, counted from when this scheduler took it; None when that is never or was seen.
    times_out_at: float | None = None
    #: The same on a clock that nobody sets.
    may_last_until: float = 0.0
    #: When the deadlines of the DAG are, by number; None for one that is over or never is.
    deadlines: list[float | None] = field(default_factory=list)
    #: When the database is asked for them again, as it had failed; None where they are known.
    finds_deadlines_at: float | None = None
    #: Those that have passed and whose callbacks are with workers.
    deadlines_out: set[int] = field(default_factory=set)

    @property
    def over(self) -> bool:
        """Whether the run has its end state and nothing that it owes is under way any more."""
        return self.machine.status in {RunStatus.SUCCESS, RunStatus.FAILED} and not self.callbacks_out

    def note_launches(self, launches: Sequence[Launch]) -> None:
        """These are on their way to workers."""
        self.machine.launched(launches)
        self.tries_out += sum(launch.count for launch in launches)
        if self.first_fence is None:
            self.first_fence = min(launch.fence for launch in launches)

    def is_of_before(self, fence: int) -> bool:
        """Whether a launch was made before the run came here, or came back: nobody counts its tries any more."""
        return self.first_fence is None or fence < self.first_fence

    def next_wake_at(self) -> float | None:
        """When something is to be done about the run though nothing happens; None when nothing waits for time."""
        instants = [self.machine.next_wake_at(), self.times_out_at, self.finds_deadlines_at]
        if self.deadlines:
            instants += [at for _, at in self.list_deadlines()]
        return min((at for at in instants if at is not None), default=None)

    def list_deadlines(self) -> list[tuple[int, float]]:
        """Those that the run may still miss, with their numbers."""
        if self.machine.status in {RunStatus.SUCCESS, RunStatus.FAILED}:
            return []
        numbered = enumerate(self.deadlines)
        return [(number, at) for number, at in numbered if at is not None and number not in self.deadlines_out]

    def counts(self, task: int) -> Sequence[int]:
        """The number of instances of a task in each state, by `State` number."""
        return self.machine.counts(task)

    def length_known(self, task: int) -> bool:
        """Whether the task has all the instances that it will have."""
        return self.machine.length_known(task)
