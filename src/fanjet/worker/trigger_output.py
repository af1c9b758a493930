"""What triggers print: thousands share one process, so each line is told by the trigger that runs at that moment."""

from __future__ import annotations

import io
from contextvars import ContextVar
from typing import TextIO

from fanjet.runtime.secrets import SECRETS

#: The most that is kept for the log of one try.
_MOST_CHARS = 64_000


class TriggerOutput:
    """What one trigger has printed, secrets masked."""

    def __init__(self, name: str) -> None:
        #: Of the instance.
        self.name = name
        self._texts: list[str] = []
        self._room = _MOST_CHARS

    def add(self, text: str) -> None:
        """Keep a text, as far as there is room."""
        if self._room > 0:
            self._texts.append(text[: self._room])
            self._room -= len(text)

    def text(self) -> str:
        """All of it."""
        cut = "\n[fanjet: the output of the trigger was cut here]\n" if self._room < 0 else ""
        return SECRETS.mask("".join(self._texts)) + cut


_current: ContextVar[TriggerOutput | None] = ContextVar("trigger_output", default=None)


def capture(name: str) -> TriggerOutput:
    """Keep what the running trigger prints from now on."""
    output = TriggerOutput(name)
    _current.set(output)
    return output


class SharedStream(io.TextIOBase):
    """Standard output of a process in which triggers run: keeps what they print, and passes it on masked."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override] # a writable attribute there
        return self._stream.encoding

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, text: str) -> int:
        output = _current.get()
        if output is not None:
            output.add(text)
        self._stream.write(SECRETS.mask(text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()
