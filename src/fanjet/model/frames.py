"""What travels between an executor and a local worker, as msgpack with a 4-byte big-endian length before each frame."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from fanjet.model.events import TryExtra
from fanjet.model.paths import Path
from fanjet.model.requests import Request, Response
from fanjet.model.runs import RunInfo

# --- to the worker ---


class OpenRun(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """A run that tries of this worker will belong to; sent once before the first of them."""

    info: RunInfo


class RunTries(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Run these tries in order. The first has the sequence number `sequence`, the others follow on.

    Sequence numbers grow by one per try over the life of a worker; the shared slot speaks of tries by them.
    """

    sequence: int
    run: int
    fence: int
    task: int
    parent: Path
    first: int
    count: int
    try_number: int
    carry: bytes | None
    tries_before: int


class Measure(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Find the lengths of a map at `indexes` under `parent` (-1: at `parent` itself); a control try."""

    sequence: int
    run: int
    map: int
    parent: Path
    indexes: list[int]


class Callbacks(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """Run owed callbacks (`fanjet.model.changes.RunCallbacks`); a control try."""

    sequence: int
    run: int
    task: int | None
    parent: Path
    index: int
    try_number: int
    kind: str
    error: str | None
    #: How long they may take.
    limit_s: float | None = None


class Answer(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """The answer to the one open `Ask`."""

    response: Response


class Stop(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """Finish the running try, drop the others, exit."""


class CloseRun(msgspec.Struct, frozen=True, array_like=True, tag=10):
    """No more tries of this run will come."""

    run: int


class Forget(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """A task has changed a variable: what was answered before may be out of date. Comes before tries that follow it."""


class Watch(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """To a triggerer: run these triggers. Each is (run, ticket, carry); see `fanjet.model.changes.WatchTriggers`."""

    triggers: list[tuple[int, int, bytes]]


class Drop(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """To a triggerer: nobody waits for these any more; see `fanjet.model.changes.DropTriggers`."""

    run: int
    tickets: list[int]
    killed: bool


# --- from the worker ---


class Ended(msgspec.Struct, frozen=True, array_like=True, tag=11):
    """One try ended. Fields as in `fanjet.model.events.TriesEnded`; which try it was follows from `sequence`."""

    sequence: int
    state: int
    started_at: float
    ended_at: float
    log_segment: int
    log_offset: int
    log_length: int
    value: bytes | None
    #: -1 when the task feeds no map or there is no result.
    item_count: int
    extra: TryExtra | None


class Measured(msgspec.Struct, frozen=True, array_like=True, tag=12):
    """The answer to `Measure`; see `fanjet.model.events.MapsMeasured`."""

    sequence: int
    counts: list[int]
    errors: dict[int, str]


class CallbacksDone(msgspec.Struct, frozen=True, array_like=True, tag=13):
    """The answer to `Callbacks`."""

    sequence: int
    error: str | None


class Ask(msgspec.Struct, frozen=True, array_like=True, tag=14):
    """The running try asks; it waits for one `Answer`."""

    #: Of the asking try.
    sequence: int
    request: Request


class Pushed(msgspec.Struct, frozen=True, array_like=True, tag=15):
    """The running try pushed an XCom; not answered."""

    sequence: int
    key: str
    value: bytes


class Ready(msgspec.Struct, frozen=True, array_like=True, tag=16):
    """The worker has started and takes tries."""

    pid: int


class Fired(msgspec.Struct, frozen=True, array_like=True, tag=17):
    """From a triggerer: these have fired or failed. Each is (run, ticket, what the try gets back)."""

    triggers: list[tuple[int, int, bytes]]


ToWorker: TypeAlias = OpenRun | CloseRun | RunTries | Measure | Callbacks | Answer | Stop | Watch | Drop | Forget
FromWorker: TypeAlias = Ended | Measured | CallbacksDone | Ask | Pushed | Ready | Fired
