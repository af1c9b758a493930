"""What the server reads and writes: the database, opened for each request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fanjet.settings.values import Settings
from fanjet.store.connections import open_writer
from fanjet.store.database import Database
from fanjet.store.service_queries import ServiceReader


class Places:
    """The way from a request to the database.

    Args:
        settings: Name the database.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._database = Database.of(settings)

    def prepare(self) -> None:
        """Make the database where it is missing.

        Raises:
            ExecutionError: It cannot be made or reached, or is of a newer Fanjet.
        """
        open_writer(self._database, self.settings.db_busy_timeout_s).close()

    @contextmanager
    def reading(self) -> Iterator[ServiceReader]:
        """A connection for this thread and request.

        Raises:
            OperationError: There is no database.
            ExecutionError: It cannot be read.
        """
        with ServiceReader.open(self._database) as reader:
            yield reader
