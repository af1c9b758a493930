"""What goes on in the tries of a run, taken down as it happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from types import TracebackType
from typing import Any, TextIO

from fanjet.model.paths import Path
from fanjet.model.requests import Request, Response
from fanjet.model.states import State
from fanjet.runtime.client import TryClient
from fanjet.runtime.secrets import SECRETS
from fanjet.testing.instance_result import TryRecord, instant

_PACKAGE = str(FilePath(__file__).parent.parent) + os.sep


class Tape:
    """The tries of a run by task number and path, in their order."""

    def __init__(self) -> None:
        self.tries: dict[tuple[int, Path], list[TryRecord]] = {}
        #: The try that runs now.
        self.current: TryRecord | None = None

    @contextmanager
    def recording(self, task: int, path: Path, try_number: int, at: float) -> Iterator[TryRecord]:
        """Take down one try, or the next part of one that was rescheduled."""
        records = self.tries.setdefault((task, path), [])
        if records and records[-1].number == try_number and records[-1].state == State.UP_FOR_RESCHEDULE.label:
            record = records[-1]
            record.reschedules += 1
        else:
            record = TryRecord(try_number, instant(at), instant(at))
            records.append(record)
        outer, self.current = self.current, record
        heard: list[str] = []
        try:
            with _overhearing(heard):
                yield record
        finally:
            self.current = outer
            record.output += SECRETS.mask("".join(heard))


class RecordingClient:
    """A `TryClient` that takes down what is pushed.

    Args:
        client: The way to the world.
        tape: Where to.
    """

    def __init__(self, client: TryClient, tape: Tape) -> None:
        self._tape = tape
        self._client = client

    def ask(self, request: Request) -> Response:
        """Ask and wait for the answer."""
        return self._client.ask(request)

    def push(self, key: str, value: bytes) -> None:
        """Push an XCom of the running try."""
        if self._tape.current is not None:
            self._tape.current.pushed[key] = value
        self._client.push(key, value)


class _Tee:
    """A stream that is heard on its way; it is the real one in all else, so that debuggers find their terminal."""

    def __init__(self, stream: TextIO, heard: list[str]) -> None:
        self._stream = stream
        self._heard = heard

    def write(self, text: str) -> int:
        self._heard.append(text)
        return self._stream.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _overhearing(heard: list[str]) -> Iterator[None]:
    real = sys.stdout, sys.stderr
    tees = _Tee(sys.stdout, heard), _Tee(sys.stderr, heard)
    sys.stdout, sys.stderr = tees
    try:
        yield
    finally:
        # pytest puts streams of its own there when someone debugs.
        if sys.stdout is tees[0]:
            sys.stdout = real[0]
        if sys.stderr is tees[1]:
            sys.stderr = real[1]


def authors_part(trace: TracebackType | None) -> TracebackType | None:
    """A traceback from the first line that is not Fanjet's own; the whole one where there is none."""
    part = trace
    while part is not None and part.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        part = part.tb_next
    return part or trace
