"""A door to PostgreSQL that can be slow, and slammed at a chosen moment: the network fails as networks do."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Literal, Self, TypeAlias

#: Before the server has read the commit, or after it has carried it out and before its answer is passed on.
Moment: TypeAlias = Literal["before", "after"]
_PIECE_BYTES = 1 << 16
_SOCKET = ".s.PGSQL.5432"


class CuttingProxy:
    """Passes bytes between a socket of its own and the server's.

    Args:
        folder: Where its socket goes.
        server: The folder of the server's socket.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self._path, self._server = folder / _SOCKET, server / _SOCKET
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self._path))
        self._door.listen()
        self.cut_at_commit: Moment | None = None
        self.cuts = 0
        #: What each piece takes on its way.
        self.delay_s = 0.0
        self._clients: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.let_nobody_in()
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
            while True:
                for end in select([client, server], [], [])[0]:
                    piece = end.recv(_PIECE_BYTES)
                    if not piece or (end is client and b"COMMIT" in piece and self._cuts(server, piece)):
                        self._clients.discard(client)
                        return
                    self._delay()
                    (server if end is client else client).sendall(piece)

    def _delay(self) -> None:
        """What is on its way arrives at once when there is no delay any more."""
        began_at = time.monotonic()
        while (left_s := began_at + self.delay_s - time.monotonic()) > 0:
            time.sleep(min(left_s, 0.05))

    def _cuts(self, server: socket.socket, commit: bytes) -> bool:
        moment, self.cut_at_commit = self.cut_at_commit, None
        if moment == "after":
            server.sendall(commit)
            server.recv(_PIECE_BYTES)  # carried out, and nobody hears of it
        self.cuts += moment is not None
        return moment is not None
