"""The folder's process of a service: keeps the database up to date with the DAG folder until it is asked to end."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from contextlib import closing
from threading import Event, Thread

from fanjet.bootstrap.service.folder_meters import FolderMeters
from fanjet.bootstrap.service.stop_event import stopped_by_signals
from fanjet.errors import FanjetError
from fanjet.folder.counters import Counters
from fanjet.folder.dag_folder import DagFolder
from fanjet.settings.values import Settings
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.service.metrics import ProcessMetrics, put_metrics

_log = logging.getLogger("fanjet.folder")
_WRITE_EVERY_S = 5.0
#: Until the first look is done.
_WRITE_FIRST_AFTER_S = 0.5


def run(settings: Settings, pulse: Callable[[], None]) -> None:
    """Look at the folder until SIGTERM or SIGINT.

    Args:
        settings: The settings.
        pulse: Called about once a second, and between two files that are loaded.

    Raises:
        ExecutionError: The database cannot be opened, or is another one than before: the next process writes all that
            is in the folder into the new one.
    """
    with DagFolder(settings) as folder, stopped_by_signals() as stop:
        measuring = Thread(target=_measure, args=(settings, folder.counters, stop), name="metrics", daemon=True)
        measuring.start()
        _log.info("Looking at %s.", folder.folder)
        folder.run_until_stopped(stop, pulse)
        measuring.join()


def _measure(settings: Settings, counters: Counters, stop: Event) -> None:
    """Write down what is measured, in a thread and a connection of its own, until `stop` is set."""
    meters, told = FolderMeters(), False
    while not stop.wait(_WRITE_EVERY_S if meters.was_read else _WRITE_FIRST_AFTER_S):
        process = ProcessMetrics(
            role="folder", host=socket.gethostname(), pid=os.getpid(), samples=meters.read(counters)
        )
        try:
            with (
                closing(open_writer(Database.of(settings), settings.db_busy_timeout_s)) as connection,
                connection.transaction(),
            ):
                put_metrics(connection, process)
        except FanjetError as error:
            if not told:
                _log.warning("What is measured cannot be written down: %s", error)
            told = True
        else:
            told = False
