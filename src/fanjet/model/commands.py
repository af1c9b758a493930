"""What a person asks of a run that a scheduler owns."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from fanjet.model.events import CancelRequested, MarkRequested, RerunRequested

#: The event that the scheduler takes in. Its instant is replaced by the one at which it does.
Request: TypeAlias = RerunRequested | MarkRequested | CancelRequested

#: Whoever asks waits so long for the answer, and then takes the request back; what is older was left behind by one that
#: was killed, and is not carried out.
ANSWER_WITHIN_S = 60.0

_KINDS: dict[str, type[Request]] = {"rerun": RerunRequested, "mark": MarkRequested, "cancel": CancelRequested}
_DECODERS: dict[str, msgspec.json.Decoder[Request]] = {
    kind: msgspec.json.Decoder(event) for kind, event in _KINDS.items()
}


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it waits in the store."""

    #: Its number there.
    number: int
    run: int
    request: Request


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner of a run did about a command."""

    command: int
    run: int
    text: str


def kind_of(request: Request) -> str:
    """The word for a request: ``rerun``, ``mark`` or ``cancel``."""
    return next(kind for kind, event in _KINDS.items() if isinstance(request, event))


def encode_request(request: Request) -> str:
    """As the store keeps it."""
    return msgspec.json.encode(request).decode()


def decode_request(kind: str, body: str) -> Request:
    """The inverse of `encode_request`.

    Raises:
        KeyError: There is no such kind.
    """
    return _DECODERS[kind].decode(body)
