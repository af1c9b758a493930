"""What PgBouncer does, as far as a test needs it: it lends connections to the server, by session or transaction."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

#: For how long a client has a connection.
Loan: TypeAlias = Literal["session", "transaction"]
_INTRODUCES_SECRETS = (80877103, 80877104)  # asks for TLS, for GSS
_ENDS_A_REQUEST = b"QS"


class LendingPooler:
    """Between clients and a server.

    Args:
        folder: Of the server's socket.
        lends: By what. Those that are lent by transaction are one.
    """

    def __init__(self, folder: Path, lends: Loan) -> None:
        self._address = str(folder / ".s.PGSQL.5432")
        self._is_shared = lends == "transaction"
        self._shared: _Backend | None = None
        self._lock = threading.Lock()
        pooler = self

        class Client(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError, EOFError):  # either side has gone
                    pooler._serve(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Client)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def url(self, name: str) -> str:
        """The URL of a database by way of it."""
        return f"postgresql://postgres@127.0.0.1:{self._server.server_address[1]}/{name}"

    def close(self) -> None:
        """Let nobody in any more."""
        self._server.shutdown()
        self._server.server_close()
        if self._shared is not None:
            self._shared.close()

    def _serve(self, client: socket.socket) -> None:
        startup = _read_startup(client)
        backend = self._find_backend(startup)
        client.sendall(backend.welcome)
        try:
            self._pass_on(client, backend)
        finally:
            if not self._is_shared:
                backend.close()

    def _find_backend(self, startup: bytes) -> _Backend:
        with self._lock:
            if not self._is_shared:
                return _Backend(self._address, startup)
            self._shared = self._shared or _Backend(self._address, startup)
            return self._shared

    def _pass_on(self, client: socket.socket, backend: _Backend) -> None:
        while True:
            message = _read_message(client)
            with backend.lock:  # until the transaction is over
                while True:
                    if message[:1] == b"X":
                        return
                    backend.socket.sendall(message)
                    if message[:1] in _ENDS_A_REQUEST and backend.answer(client) == b"I":
                        break
                    message = _read_message(client)


class _Backend:
    def __init__(self, address: str, startup: bytes) -> None:
        self.lock = threading.Lock()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(address)
        self.socket.sendall(startup)
        #: What a client is told; the process of the server is not among it.
        self.welcome = b"".join(
            message[:5] + struct.pack(">I", 1) + message[9:] if message[:1] == b"K" else message
            for message in self._read_answer()
        )

    def answer(self, client: socket.socket) -> bytes:
        """Hand an answer on; returns whether a transaction is open."""
        last = b""
        for message in self._read_answer():
            client.sendall(message)
            last = message
        return last[5:6]

    def close(self) -> None:
        self.socket.close()

    def _read_answer(self) -> Iterator[bytes]:
        while True:
            message = _read_message(self.socket)
            yield message
            if message[:1] == b"Z":
                return


def _read_startup(client: socket.socket) -> bytes:
    while True:
        head = _read(client, 8)
        size, code = struct.unpack(">II", head)
        if code not in _INTRODUCES_SECRETS:
            return head + _read(client, size - 8)
        client.sendall(b"N")


def _read_message(peer: socket.socket) -> bytes:
    head = _read(peer, 5)
    return head + _read(peer, struct.unpack(">I", head[1:])[0] - 4)


def _read(peer: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = peer.recv(size - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found
