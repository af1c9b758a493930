"""Frames out of a stream of bytes, where nobody may block until a frame is whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec

_LENGTH_BYTES = 4
_Frame = TypeVar("_Frame")


class FrameBuffer(Generic[_Frame]):
    """Keeps what is not whole yet.

    Args:
        kind: The type of the frames, a union of tagged structs.
    """

    def __init__(self, kind: Any) -> None:
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._in = bytearray()

    def add(self, data: bytes) -> Iterator[_Frame]:
        """Take in bytes; gives the frames that are whole now."""
        buffer = self._in
        buffer += data
        at = 0
        while len(buffer) - at > _LENGTH_BYTES:
            end = at + _LENGTH_BYTES + int.from_bytes(buffer[at : at + _LENGTH_BYTES], "big")
            if len(buffer) < end:
                break
            frame: _Frame = self._decode(bytes(buffer[at + _LENGTH_BYTES : end]))
            at = end
            yield frame
        del buffer[:at]
