"""A door to PostgreSQL that can be far away, and slammed at a chosen moment: the network fails as networks do."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Literal, Self, TypeAlias

#: Before the server has read the commit, or after it has carried it out and before its answer is passed on.
Moment: TypeAlias = Literal["before", "after"]
_PIECE_BYTES = 1 << 16
_SOCKET = ".s.PGSQL.5432"
#: How often it looks whether the delay is another one.
_LOOK_EVERY_S = 0.05


class CuttingProxy:
    """Passes bytes between a socket of its own and the server's.

    Args:
        folder: Where its socket goes.
        server: The folder of the server's socket.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        #: What stands in URLs as the host.
        self.folder = folder
        self._path, self._server = folder / _SOCKET, server / _SOCKET
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self._path))
        self._door.listen()
        self.cut_at_commit: Moment | None = None
        self.cuts = 0
        #: How long each byte is under way, in either direction.
        self.delay_s = 0.0
        #: How often a client has begun to speak after the server had, on all connections: what it waits for.
        self.trips = 0
        self._clients: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.let_nobody_in()
        self.cut_all()  # else a test that fails would wait for clients that live
        for thread in self._threads:
            thread.join()

    def cut_all(self) -> None:
        """End all connections."""
        for client in list(self._clients):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def let_nobody_in(self) -> None:
        """Who is in stays in."""
        self._path.unlink(missing_ok=True)
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        self._clients.add(client)
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(str(self._server))
            _Connection(self, client, server).pass_on()
        self._clients.discard(client)


class _Connection:
    """One client's."""

    def __init__(self, proxy: CuttingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        #: By where it goes: what is under way, and since when.
        self._under_way: dict[socket.socket, deque[tuple[float, bytes]]] = {client: deque(), server: deque()}
        self._has_server_spoken = True
        self._cuts_at_answer = False

    def pass_on(self) -> None:
        """Until one of them ends it, or it is cut."""
        while True:
            for end in select([self._client, self._server], [], [], self._find_patience_s())[0]:
                piece = end.recv(_PIECE_BYTES)
                if not piece or self._cuts(end, piece):
                    return
                self._count(end)
                goes_to = self._server if end is self._client else self._client
                self._under_way[goes_to].append((time.monotonic(), piece))
            self._arrive()

    def _count(self, end: socket.socket) -> None:
        if end is self._client and self._has_server_spoken:
            self._proxy.trips += 1
            self._has_server_spoken = False

    def _find_patience_s(self) -> float | None:
        since = [pieces[0][0] for pieces in self._under_way.values() if pieces]
        if not since:
            return None
        return min(max(min(since) + self._proxy.delay_s - time.monotonic(), 0.0), _LOOK_EVERY_S)

    def _arrive(self) -> None:
        """What is under way arrives at once when there is no delay any more."""
        for end, pieces in self._under_way.items():
            while pieces and pieces[0][0] + self._proxy.delay_s <= time.monotonic():
                self._has_server_spoken |= end is self._client
                end.sendall(pieces.popleft()[1])

    def _cuts(self, end: socket.socket, piece: bytes) -> bool:
        """Whether the connection ends here, before this piece."""
        if b"COMMIT" not in piece:
            return False
        if end is self._server:
            return self._cuts_at_answer
        moment, self._proxy.cut_at_commit = self._proxy.cut_at_commit, None
        self._cuts_at_answer = moment == "after"
        self._proxy.cuts += moment is not None
        return moment == "before"
