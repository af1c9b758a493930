"""What commands do about the DAGs of a service: look at the folder now, pause DAGs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from fanjet.bootstrap.service.preflight import prepare_folder
from fanjet.errors import OperationError
from fanjet.parsing.report import ParseError
from fanjet.settings.values import Settings
from fanjet.store.database.bells import ring
from fanjet.store.database.connections import open_writer
from fanjet.store.database.database import Database
from fanjet.store.service.dag_files import list_folders
from fanjet.store.service.dag_overview import DagOverview
from fanjet.store.service.switches import set_paused


class FolderLook(NamedTuple):
    """What a look at a DAG folder found."""

    folder: Path
    #: How many files were loaded, and how many DAGs the folder has.
    files: int
    dags: int
    errors: list[ParseError]


def look_at_folder(settings: Settings) -> FolderLook:
    """Load all files of the DAG folder now, whether they have changed or not.

    Raises:
        OperationError: There are several folders, and the settings name none; or the one that they name is not there.
        ExecutionError: The store failed, or the disk is full.
    """
    if settings.dags is not None:
        prepare_folder(settings)
    from fanjet.folder.dag_folder import DagFolder  # noqa: PLC0415 - most commands need it not

    with DagFolder(settings, _find_folder(settings), is_service=False) as folder:
        looked = folder.look_once(anew=True)
        return FolderLook(folder.folder, looked.loaded, folder.counters.dags, folder.errors)


def _find_folder(settings: Settings) -> Path:
    """That of the settings, else the one that the service has."""
    if settings.dags is not None:
        return settings.dags
    with closing(open_writer(Database.of(settings), settings.db_busy_timeout_s)) as connection:
        folders = list_folders(connection)
    if len(folders) > 1:
        raise OperationError(f"There are several DAG folders: {', '.join(folders)}. Name one with --dags.")
    return Path(folders[0]) if folders else settings.dags_folder


def switch(settings: Settings, dag_ids: Sequence[str], *, paused: bool) -> None:
    """Pause DAGs or have them go on, all of them or none.

    Raises:
        NotFoundError: There is no such DAG; near names are suggested.
        ExecutionError: The database failed.
    """
    database = Database.of(settings)
    with DagOverview.open(database) as reader:
        for dag_id in dag_ids:
            reader.get_known_dag(dag_id)
    with closing(open_writer(database, settings.db_busy_timeout_s)) as connection:
        for dag_id in dag_ids:
            set_paused(connection, dag_id, paused=paused, at=time.time())
        ring(connection)
