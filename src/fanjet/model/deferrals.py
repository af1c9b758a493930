"""What a try that waits for a trigger leaves for itself, and what the trigger adds to it: opaque to the engine."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from fanjet.model.paths import Path

#: Begins such data, so that it is told from what a rescheduled sensor keeps.
_MARK = b"D"


class Outcome(IntEnum):
    """How a trigger ended."""

    #: It fired: the method goes on with what it said.
    EVENT = 0
    #: It failed, could not be made, or ended without an event.
    FAILED = 1
    #: It ends the task.
    TASK_SUCCESS = 2
    TASK_FAILED = 3
    TASK_SKIPPED = 4


class Firing(msgspec.Struct, frozen=True, array_like=True):
    """What came of a trigger."""

    outcome: Outcome
    #: What the event says, encoded as a value (`fanjet.model.values`); of an end of the task its XComs by key.
    payload: bytes | None = None
    #: Why it failed, for people.
    error: str | None = None
    #: What the trigger printed and logged, secrets masked.
    output: str = ""


class Deferral(msgspec.Struct, frozen=True, array_like=True):
    """One wait of one try."""

    dag_id: str
    run_id: str
    run: int
    task_id: str
    path: Path
    try_number: int
    #: ``module.Class`` of the trigger.
    classpath: str
    #: What it is made with: a dict, encoded as a value.
    kwargs: bytes
    #: The method of the operator that goes on.
    method: str
    #: What it gets besides context and event: a dict, encoded as a value.
    method_kwargs: bytes
    timeout_s: float | None = None
    #: None as long as the trigger is waited for, and for ever if the time is over first.
    firing: Firing | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Deferral).decode


def encode_deferral(deferral: Deferral) -> bytes:
    """The bytes that travel and rest."""
    return _MARK + _encode(deferral)


def find_deferral(carry: bytes | None) -> Deferral | None:
    """What a try that goes on had waited for; None when it was no trigger."""
    return _decode(carry[1:]) if carry is not None and carry[:1] == _MARK else None


def fire(deferral: Deferral, firing: Firing) -> bytes:
    """What the try gets back."""
    return encode_deferral(msgspec.structs.replace(deferral, firing=firing))
