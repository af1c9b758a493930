"""What is to be done: the imperative outputs of the engine.

The scheduler hands the first group to the journal (one transaction a batch), then carries out the second.
Where a change has `indexes`, they are positions under `parent`; a `range` where they are consecutive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from fanjet.model.events import TriesEnded, XComPushed
from fanjet.model.paths import Path
from fanjet.model.states import RunStatus, State


class RecordTries(msgspec.Struct, frozen=True, kw_only=True):
    """Write the accepted tries of an event with the states that the engine decided."""

    ended: TriesEnded
    #: The accepted positions of the event's columns; None for all. Late and unknown tries are left out.
    positions: list[int] | None
    #: The state of each accepted instance (`State` numbers), also UP_FOR_RETRY.
    states: bytes
    #: For UP_FOR_RETRY and UP_FOR_RESCHEDULE when the instance goes on, for DEFERRED when it gives up, if ever. By
    #: position in the event's columns.
    resume_at: dict[int, float]


class RecordCancelled(msgspec.Struct, frozen=True, kw_only=True):
    """Write when cancelled tries began and where their output lies; their ends are refused. The scheduler's own."""

    ended: TriesEnded
    #: The cancelled positions of the event's columns.
    positions: list[int]


class EndInstances(msgspec.Struct, frozen=True, kw_only=True):
    """Write the end of instances that ended without a try (skipped, upstream_failed, an empty task's success)."""

    run: int
    task: int
    parent: Path
    indexes: Sequence[int]
    state: State
    at: float
    #: Why, when it is not plain from upstream; for example that a source cannot be mapped over.
    reason: str | None = None
    #: Of the try that was out and is refused from now on; 0 for none.
    try_number: int = 0
    #: Whether results from before stay, because a person gave the state. Those of removed instances always do.
    keeps_results: bool = False


class SetMapLength(msgspec.Struct, frozen=True, kw_only=True):
    """Write the length of a map at one place. It was expanded to so many positions."""

    run: int
    map: int
    parent: Path
    count: int


class ClearInstances(msgspec.Struct, frozen=True, kw_only=True):
    """Write that instances begin again: what was recorded of them becomes an earlier try.

    Their results stay readable until the next end, so that nothing else shifts meanwhile (SEMANTICS 15.6).
    """

    run: int
    task: int
    parent: Path
    indexes: Sequence[int]
    at: float


class ReopenMap(msgspec.Struct, frozen=True, kw_only=True):
    """Write what the positions of an expanded map stand for, and whether its length is open again.

    Its sources are run again, or have been without it. `SetMapLength` ends that.
    """

    run: int
    map: int
    parent: Path
    #: Of `fanjet.engine.items`; opaque.
    items: bytes


class ReopenRun(msgspec.Struct, frozen=True, kw_only=True):
    """Write that the run goes on, and which tasks now wait for all that is upstream of them.

    `patient` holds numbers of tasks and, above those, of mapped groups (`fanjet.engine.plan.Node`).
    """

    run: int
    at: float
    patient: tuple[int, ...]


class RecordXCom(msgspec.Struct, frozen=True, kw_only=True):
    """Write a pushed value."""

    pushed: XComPushed


class RecordFirings(msgspec.Struct, frozen=True, kw_only=True):
    """Write what deferred instances get back: their triggers have fired, and they go on as soon as there is a slot."""

    run: int
    task: int
    parent: Path
    indexes: list[int]
    carries: list[bytes]


class EndRun(msgspec.Struct, frozen=True, kw_only=True):
    """Write the end of the run."""

    run: int
    state: RunStatus
    at: float


class QueueInstances(msgspec.Struct, frozen=True, kw_only=True):
    """Instances are ready: admission may launch them."""

    run: int
    task: int
    parent: Path
    indexes: Sequence[int]
    try_number: int = 1
    #: How many tries were before the instances were last cleared; the others count against the allowed retries.
    tries_before: int = 0
    #: What a rescheduled or deferred try gets back; then there is one index.
    carry: bytes | None = None


class DequeueInstances(msgspec.Struct, frozen=True, kw_only=True):
    """Take whatever of the task is still queued under `parent` out of the queue again."""

    run: int
    task: int
    parent: Path
    #: Only these; None for everything at any level below `parent`.
    indexes: Sequence[int] | None = None


class MeasureMaps(msgspec.Struct, frozen=True, kw_only=True):
    """Have a worker find the lengths of a map at these positions of its enclosing map (`MapsMeasured`)."""

    run: int
    map: int
    parent: Path
    indexes: Sequence[int]


class CancelTries(msgspec.Struct, frozen=True, kw_only=True):
    """Stop tries that run; their late results will be refused."""

    run: int
    fence: int
    indexes: Sequence[int]


class WatchTriggers(msgspec.Struct, frozen=True, kw_only=True):
    """Have triggers run that deferred tries wait for; `TriggersFired` follows."""

    run: int
    #: Of each wait: unique in one machine, so that what a trigger says is never taken for a later wait.
    tickets: list[int]
    #: What each try left (`fanjet.model.deferrals`).
    carries: list[bytes]


class DropTriggers(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody waits for these triggers any more."""

    run: int
    tickets: list[int]
    #: Whether the wait was ended from outside, not by its timeout, so that the trigger also ends what it watched.
    killed: bool


#: Of a run that is under way, and of one that has not started.
DEADLINES = ("deadline", "waiting_deadline")


class RunCallbacks(msgspec.Struct, frozen=True, kw_only=True):
    """Have a worker run callbacks that no worker could run at the end of the try, or those of the DAG."""

    run: int
    #: None for the callbacks of the DAG itself.
    task: int | None
    parent: Path
    index: int
    #: Of `DEADLINES`: which deadline of the DAG, 0-based.
    try_number: int
    #: ``success``, ``failure``, ``retry`` or ``skipped``; or one of `DEADLINES`, of the DAG.
    kind: str
    #: Why it failed; of `DEADLINES`: when that was, in ISO 8601.
    error: str | None


class KeepDeadlines(msgspec.Struct, frozen=True, kw_only=True):
    """Write when the deadlines of a run are."""

    run: int
    #: By the number of the deadline, in seconds since the epoch; None for one that is over or never is.
    instants: tuple[float | None, ...]


#: What the journal writes.
Record: TypeAlias = (
    RecordTries
    | RecordCancelled
    | EndInstances
    | SetMapLength
    | ClearInstances
    | ReopenMap
    | ReopenRun
    | RecordXCom
    | RecordFirings
    | EndRun
    | KeepDeadlines
)
Change: TypeAlias = (
    Record | QueueInstances | DequeueInstances | MeasureMaps | CancelTries | WatchTriggers | DropTriggers | RunCallbacks
)


def find_run(record: Record) -> int:
    """The number of the run that a record is of."""
    match record:
        case RecordTries(ended=ended) | RecordCancelled(ended=ended):
            return ended.run
        case RecordXCom(pushed=pushed):
            return pushed.run
        case _:
            return record.run
