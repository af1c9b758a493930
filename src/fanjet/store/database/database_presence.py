"""Whether the database of a process that seldom needs it is still the one that it has written to."""

from __future__ import annotations

import logging
import time

from fanjet.errors import DatabaseReplacedError, ExecutionError
from fanjet.store.database.database_file import DatabaseFile
from fanjet.store.database.port import Connection

_log = logging.getLogger("fanjet.store")
_EVERY_S = 5.0


class DatabasePresence:
    """Looks now and then.

    Args:
        connection: Used by the thread that looks, outside of transactions.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._file = DatabaseFile(connection.database.path) if connection.dialect == "sqlite" else None
        self._looks_at = 0.0

    def look(self) -> None:
        """Look, where it is time. That it cannot be reached now says nothing.

        Raises:
            DatabaseReplacedError: It is gone, or another one.
        """
        if time.monotonic() < self._looks_at:
            return
        self._looks_at = time.monotonic() + _EVERY_S
        if self._file is not None:
            self._file.check()
            return
        try:
            self._connection.select("SELECT 1")  # on a connection that was lost meanwhile it is another one's
        except ExecutionError as error:
            if isinstance(error, DatabaseReplacedError):
                raise
            _log.debug("%s", error)
