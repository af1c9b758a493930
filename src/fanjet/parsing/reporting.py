"""The side of a process that loads a DAG file for another one: it reports, and asks for variables meanwhile."""

from __future__ import annotations

import hashlib
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from fanjet.errors import ExecutionError
from fanjet.model.requests import Failure, Found, Lookup, Request, Response
from fanjet.model.timetables import TimetableQuestion
from fanjet.parsing.conversation import LENGTH_BYTES, Asked, AsksTimetable, Reported, pack
from fanjet.parsing.dag_warnings import collect_warnings
from fanjet.parsing.loader import execute_file, load_file, make_report
from fanjet.parsing.report import ParseReport
from fanjet.parsing.used_files import UsedFiles
from fanjet.runtime.lookups import LOOKUPS

_decode_response = msgspec.msgpack.Decoder(Found | Failure).decode


class Parent:
    """The process that wants to know what is in a file."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = Lock()

    def send(self, frame: Asked | AsksTimetable | Reported) -> None:
        """Write one frame."""
        self._connection.sendall(pack(frame))

    def ask(self, request: Request) -> Response:
        """Ask, and wait for the answer; for the threads of the file that is being loaded."""
        assert isinstance(request, Lookup), request
        with self._lock:
            self.send(Asked(request))
            length = int.from_bytes(self._read(LENGTH_BYTES), "big")
            response: Response = _decode_response(self._read(length))
            return response

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self._connection.recv(size - len(data))
            if not piece:
                raise ExecutionError("The process that checks the file is gone.")
            data += piece
        return data


def report(parent: Parent, path: Path, root: Path) -> None:
    """Load a file and report what is in it."""
    with LOOKUPS.asking_through(parent.ask, is_loading=True), collect_warnings() as told:
        started_at = time.monotonic()
        found = make_report(load_file(path, root), time.monotonic() - started_at)
    parent.send(Reported(msgspec.structs.replace(found, warnings=told)))


def report_strictly(parent: Parent, path: Path, root: Path) -> None:
    """As `report`, with what the rules find."""
    from fanjet.parsing.rules.strict_load import load_strictly  # noqa: PLC0415 - brings jinja2 and more

    with LOOKUPS.asking_through(parent.ask, is_loading=True), collect_warnings() as told:
        found = load_strictly(path, root)
    parent.send(Reported(msgspec.structs.replace(found, warnings=told)))


def report_with_answers(parent: Parent, path: Path, root: Path, questions: Sequence[TimetableQuestion]) -> None:
    """As `report`, also what timetables say that only their code can ask.

    Args:
        parent: Wants to know it.
        path: The file.
        root: The root of its bundle.
        questions: About its DAGs.
    """
    from fanjet.parsing.asked_timetables import answer_questions  # noqa: PLC0415 - hardly ever wanted

    def begin(dag_id: str) -> None:
        parent.send(AsksTimetable(dag_id))

    with LOOKUPS.asking_through(parent.ask, is_loading=True), collect_warnings() as told:
        started_at = time.monotonic()
        loaded = load_file(path, root)
        answers = [] if loaded.errors else answer_questions(loaded, path, questions, begin)
        found = make_report(loaded, time.monotonic() - started_at)
    parent.send(Reported(msgspec.structs.replace(found, warnings=told, answers=answers)))


def report_with_uses(parent: Parent, path: Path, root: Path) -> None:
    """As `report`, also which files of the project were used, and what text exactly was run."""
    uses = UsedFiles(str(root))
    ran: list[bytes] = []

    def execute(text: bytes, path: Path, variables: dict[str, Any]) -> None:
        ran.append(text)
        execute_file(text, path, variables)

    with LOOKUPS.asking_through(parent.ask, is_loading=True), collect_warnings() as told, uses.watched():
        started_at = time.monotonic()
        found = make_report(load_file(path, root, execute=execute), time.monotonic() - started_at)
    parent.send(Reported(_complete(found, told, uses, b"".join(ran))))


def _complete(found: ParseReport, told: list[Any], uses: UsedFiles, text: bytes) -> ParseReport:
    sha256 = hashlib.sha256(text).hexdigest() if text or not found.errors else ""
    return msgspec.structs.replace(found, warnings=told, used=uses.take(sys.modules), sha256=sha256)
