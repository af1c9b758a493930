"""What the scheduler asks of every executor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from fanjet.model.changes import CancelTries, DropTriggers, MeasureMaps, RunCallbacks, WatchTriggers
from fanjet.model.events import Event
from fanjet.model.launches import Launch
from fanjet.model.programs import Program
from fanjet.model.requests import Request, Response
from fanjet.model.runs import RunInfo

#: Answers what a running try asks, for the run with this number.
Serve: TypeAlias = Callable[[int, Request], Response]


class Room(Protocol):
    """A snapshot of what an executor can take now; granting books it in the snapshot."""

    def grant(self, run: int, task: int, wanted: int) -> list[tuple[int, int]]:
        """Book up to `wanted` tries of a task.

        Returns:
            (worker, number of tries) pairs; empty when there is no room for this task at present.
        """

    def count_free(self) -> int:
        """How many slots are free beside those that were granted."""


class Executor(Protocol):
    """Runs tries somewhere. All methods are called from the scheduler's thread and none blocks but `poll`."""

    def open_run(self, info: RunInfo, program: Program | None = None) -> None:
        """Prepare for tries of a run; again, so that workers forget what they have read of its values.

        Args:
            info: The run.
            program: What it executes. An executor that has loaded a DAG file of its own only compares; None trusts it.

        Raises:
            OperationError: The executor has loaded another program.
        """

    def close_run(self, number: int) -> None:
        """Nothing of a run will be launched or ordered any more; what still runs of it ends without being heard of."""

    def room(self) -> Room:
        """What could be launched now."""

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start tries whose launches are committed, on the workers that `Room.grant` named.

        A worker that has gone since gives its tries back as `TriesReturned`.
        """

    def measure(self, request: MeasureMaps) -> None:
        """Have lengths measured; `MapsMeasured` follows."""

    def run_callbacks(self, request: RunCallbacks) -> None:
        """Have owed callbacks run; `CallbacksRan` follows."""

    def cancel(self, request: CancelTries) -> None:
        """Stop tries: raise in the task, then, after a grace, kill its process tree."""

    def watch_triggers(self, request: WatchTriggers) -> None:
        """Have triggers run, which take up no slot; `TriggersFired` follows for each."""

    def drop_triggers(self, request: DropTriggers) -> None:
        """Nobody waits for these triggers any more."""

    def poll(self, timeout_s: float) -> list[Event]:
        """Wait until something happens or the time is over, and say what happened.

        Also serves what tries ask meanwhile, watches time limits and recalls prefetched tries from busy workers.
        """

    def busy(self) -> int:
        """The number of tries that are running now, without those only prefetched."""

    def is_fed(self) -> bool:
        """Whether no slot is free and every worker has much to go on with before it needs more.

        Then nobody waits for what the scheduler decides, and it may hear more before it does.
        """

    def stop_launching(self) -> list[Event]:
        """Take back everything that has not started (`TriesReturned`); running tries go on."""

    def close(self, *, kill: bool) -> None:
        """End all workers: after their running tries, or at once with everything they started."""
