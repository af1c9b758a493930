"""What happened: the past-tense inputs of the engine. Many tries arrive as one event made of columns.

All lists of one event have the same length, one entry per instance, unless a field says otherwise. Instants are
seconds since the epoch (UTC).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from fanjet.model.paths import Path


class TryExtra(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What few ends of tries carry."""

    #: The rendered `map_index_template`.
    label: str | None = None
    #: Why the try failed, for people: exception, place, and what to do. The whole traceback is in the log.
    error: str | None = None
    #: The try failed in a way that no retry mends (AirflowFailException and its kind).
    no_retry: bool = False
    #: The numbers of tasks that a branch or short circuit skips, in the scope of the instance (SEMANTICS 11, 0.2).
    skips: tuple[int, ...] = ()
    #: When a rescheduled try wants to go on, and a deferred one gives up; None for never. Of a failed one: when a retry
    #: is to begin, None for the task's delay.
    resume_at: float | None = None
    #: Opaque data that a rescheduled or deferred try gets back when it goes on.
    carry: bytes | None = None
    #: The callbacks of this end could not run in the worker (it died) and are still owed.
    owes_callbacks: bool = False
    #: The rendered template fields of a task that has templates: a JSON object, secrets masked, cut to some 16 KB.
    rendered: str | None = None


class TriesEnded(msgspec.Struct, kw_only=True, gc=False):
    """Tries of one launch ended, in the order of their ends.

    `states` holds SUCCESS, FAILED, SKIPPED, UP_FOR_RESCHEDULE or DEFERRED (`State` numbers); whether a FAILED one is
    retried is the engine's decision.
    """

    run: int
    task: int
    parent: Path
    #: The launch that the tries belong to; a fence that the engine does not know any more makes them late.
    fence: int
    try_number: int
    indexes: list[int]
    states: bytearray
    started_at: list[float]
    ended_at: list[float]
    #: Where the output of each try lies: segment number, first byte, number of bytes.
    log_segments: list[int]
    log_offsets: list[int]
    log_lengths: list[int]
    #: The encoded return value (`fanjet.model.values`), None when there is none.
    values: list[bytes | None]
    #: For a task that feeds a map: the number of items of its result, -1 without a result. Empty for other tasks.
    item_counts: list[int]
    #: By position in the columns.
    extras: dict[int, TryExtra]


class TriesReturned(msgspec.Struct, frozen=True, kw_only=True):
    """Tries of a launch that never started and never will under its fence: recalled, or their worker died."""

    run: int
    task: int
    fence: int
    indexes: list[int]


class XComPushed(msgspec.Struct, frozen=True, kw_only=True):
    """A running try pushed a value under a key of its own."""

    run: int
    task: int
    parent: Path
    index: int
    fence: int
    key: str
    value: bytes


class MapsMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """A worker answered `MeasureMaps`: lengths of one map at consecutive positions of its enclosing map."""

    run: int
    map: int
    #: The path that the measured positions have in common; their own paths are ``join(parent, index)``.
    parent: Path
    indexes: list[int]
    #: -1 where the source cannot be mapped over; `errors` then says why.
    counts: list[int]
    #: By index.
    errors: dict[int, str]


class CallbacksRan(msgspec.Struct, frozen=True, kw_only=True):
    """A worker ran callbacks that were owed (`RunCallbacks`); `error` is None when all went well."""

    run: int
    #: None for the callbacks of the DAG itself.
    task: int | None
    parent: Path
    index: int
    error: str | None
    #: Which deadline of the DAG had passed; None where it was about something else.
    deadline: int | None = None


class TriggersFired(msgspec.Struct, frozen=True, kw_only=True):
    """Triggers that deferred tries wait for have fired or failed."""

    run: int
    at: float
    #: As in `WatchTriggers`; those of waits that are over are late.
    tickets: list[int]
    #: What each try gets back.
    carries: list[bytes]


class ProgramFailed(msgspec.Struct, frozen=True, kw_only=True):
    """What a run executes cannot be had: its DAG file does not load, is not what it was, or ends processes for ever.

    Everything of the run that executors had is back by then. For the scheduler, which ends the run; no machine sees it.
    """

    run: int
    at: float
    #: For people: what went wrong, where, and what to do.
    reason: str


class ClockTicked(msgspec.Struct, frozen=True, kw_only=True):
    """Time passed; whatever was due by `at` may go on."""

    run: int
    at: float


class CancelRequested(msgspec.Struct, frozen=True, kw_only=True):
    """What runs is cancelled and fails, what waits is skipped over.

    Of the whole run, which then ends as failed; or only of one task.
    """

    run: int
    at: float
    reason: str
    #: None for the whole run.
    task: int | None = None
    #: What lies at and below these; ``((),)`` is everything.
    paths: tuple[Path, ...] = ((),)


class RerunRequested(msgspec.Struct, frozen=True, kw_only=True):
    """Instances are to run again, with all that depends on them. Source: SEMANTICS 15."""

    run: int
    at: float
    #: Their tasks; None for all.
    tasks: tuple[int, ...] | None = None
    #: What lies at and below these; ``((),)`` is everything.
    paths: tuple[Path, ...] = ((),)
    #: Only those that are failed or upstream_failed, or were skipped because the run was cancelled or failed fast.
    failed_only: bool = False
    #: Leave alone what depends on them.
    only: bool = False


class MarkRequested(msgspec.Struct, frozen=True, kw_only=True):
    """Instances get a state by hand. What depends on them and did not succeed is judged again."""

    run: int
    at: float
    task: int
    paths: tuple[Path, ...]
    #: SUCCESS, FAILED or SKIPPED (`State` number).
    state: int


Event: TypeAlias = (
    TriesEnded
    | TriesReturned
    | XComPushed
    | MapsMeasured
    | CallbacksRan
    | TriggersFired
    | ProgramFailed
    | ClockTicked
    | CancelRequested
    | RerunRequested
    | MarkRequested
)
