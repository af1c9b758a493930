"""``python -m fanjet.parsing FILE ROOT FD [strict]``: load a file and write the report to a socket.

Variables and connections of the store are asked for there too.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from threading import Lock

import msgspec

from fanjet.errors import ExecutionError
from fanjet.model.requests import Failure, Found, Lookup, Request, Response
from fanjet.parsing.child import LENGTH_BYTES, STRICT, Asked, Reported, pack
from fanjet.parsing.dag_warnings import collect_warnings
from fanjet.parsing.loader import load_file, make_report
from fanjet.parsing.report import ParseReport
from fanjet.runtime.lookups import LOOKUPS


def main() -> None:
    """Load, report, and end without waiting for anything that the file started."""
    path, root, fd, strict = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), STRICT in sys.argv[4:]
    sys.argv[1:] = []
    os.set_inheritable(fd, False)
    parent = Parent(socket.socket(fileno=fd))
    with LOOKUPS.asking_through(parent.ask, is_loading=True), collect_warnings() as told:
        report = _load_strictly(path, root) if strict else _load(path, root)
    parent.send(Reported(msgspec.structs.replace(report, warnings=told)))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class Parent:
    """The process that started this one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = Lock()

    def send(self, frame: Asked | Reported) -> None:
        """Write one frame."""
        self._connection.sendall(pack(frame))

    def ask(self, request: Request) -> Response:
        """Ask, and wait for the answer; for the threads of the file that is being loaded."""
        assert isinstance(request, Lookup), request
        with self._lock:
            self.send(Asked(request))
            length = int.from_bytes(self._read(LENGTH_BYTES), "big")
            return msgspec.msgpack.decode(self._read(length), type=Found | Failure)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self._connection.recv(size - len(data))
            if not piece:
                raise ExecutionError("The process that checks the file is gone.")
            data += piece
        return data


def _load(path: Path, root: Path) -> ParseReport:
    started_at = time.monotonic()
    loaded = load_file(path, root)
    return make_report(loaded, time.monotonic() - started_at)


def _load_strictly(path: Path, root: Path) -> ParseReport:
    from fanjet.parsing.rules.strict_load import load_strictly  # noqa: PLC0415 - brings jinja2 and more

    return load_strictly(path, root)


if __name__ == "__main__":
    main()
