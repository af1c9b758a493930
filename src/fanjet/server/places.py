"""What the server reads and writes: the database, opened for each request, and the way to start a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from fanjet.errors import NotFoundError
from fanjet.settings.values import Settings
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.database.port import Connection
from fanjet.store.service.queries import ServiceReader

_MOST_IDLE = 4


class StartRun(Protocol):
    """Asks for a run of a DAG; see `fanjet.bootstrap.triggered_runs`."""

    def __call__(
        self,
        dag_id: str,
        *,
        params: Mapping[str, Any],
        conf: Mapping[str, Any],
        logical_date: datetime | None,
        run_id: str | None,
        note: str | None,
    ) -> int:
        """The number of the run."""


class Places:
    """The way from a request to what it is about. Used from many threads.

    Args:
        settings: Name the database.
        start_run: Asks for runs.
    """

    def __init__(self, settings: Settings, start_run: StartRun) -> None:
        self.settings = settings
        self.database = Database.of(settings)
        self.start_run = start_run
        #: Readers that wait for the next request. Those of SQLite stay with their thread and are opened in a moment.
        self._idle: SimpleQueue[ServiceReader] | None = SimpleQueue() if self.database.dialect == "postgresql" else None

    def prepare(self) -> None:
        """Make the database where it is missing.

        Raises:
            ExecutionError: It cannot be made or reached, or is of a newer Fanjet.
        """
        open_writer(self.database, self.settings.db_busy_timeout_s).close()

    @contextmanager
    def reading(self) -> Iterator[ServiceReader]:
        """A connection for this thread and request, as all that reads takes it.

        Raises:
            ExecutionError: The database cannot be read.
        """
        reader = self._find_idle() or ServiceReader.open(self.database)
        try:
            yield reader
        except NotFoundError:
            self._give_back(reader)
            raise
        except BaseException:
            reader.close()
            raise
        else:
            self._give_back(reader)

    def _find_idle(self) -> ServiceReader | None:
        try:
            return None if self._idle is None else self._idle.get_nowait()
        except Empty:
            return None

    def _give_back(self, reader: ServiceReader) -> None:
        if self._idle is None or self._idle.qsize() >= _MOST_IDLE:
            reader.close()
        else:
            self._idle.put(reader)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection for this thread and request that can write.

        Raises:
            ExecutionError: The database cannot be written.
        """
        with closing(open_writer(self.database, self.settings.db_busy_timeout_s)) as connection:
            yield connection
