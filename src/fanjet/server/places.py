"""What the server reads and writes: the database, opened for each request, and the way to start a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, Protocol

from fanjet.settings.values import Settings
from fanjet.store.connections import open_writer
from fanjet.store.database import Database
from fanjet.store.port import Connection
from fanjet.store.service_queries import ServiceReader


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
        with ServiceReader.open(self.database) as reader:
            yield reader

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection for this thread and request that can write.

        Raises:
            ExecutionError: The database cannot be written.
        """
        with closing(open_writer(self.database, self.settings.db_busy_timeout_s)) as connection:
            yield connection
