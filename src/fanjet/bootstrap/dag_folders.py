"""What commands do about the DAGs of a service: look at the folder now, pause DAGs, wait for a run to start."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from fanjet.errors import OperationError
from fanjet.model.states import RunStatus
from fanjet.parsing.report import ParseError
from fanjet.settings.values import Settings
from fanjet.store.bells import ring
from fanjet.store.connections import open_writer
from fanjet.store.dag_files import list_folders
from fanjet.store.dag_overview import DagOverview
from fanjet.store.database import Database
from fanjet.store.service_switches import set_paused

_LOOK_EVERY_S = 0.1
#: A run that waits for longer than this gets an explanation.
_EXPLAINED_AFTER_S = 2.0


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
        OperationError: There are several folders, and the settings name none.
        ExecutionError: The store failed, or the disk is full.
    """
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
            set_paused(connection, dag_id, paused=paused)
        ring(connection)


def wait_for_start(settings: Settings, run: int, explain: Callable[[str], None]) -> None:
    """Wait until a scheduler has taken a run up.

    Args:
        settings: Name the database.
        run: The number of the run.
        explain: Is told, once, why it takes long.

    Raises:
        NotFoundError: The run is gone.
        ExecutionError: The database cannot be read.
    """
    began, is_explained = time.monotonic(), False
    with DagOverview.open(Database.of(settings)) as reader:
        while (row := reader.get_service_run(run)).run.state is RunStatus.QUEUED and row.run.ended_at is None:
            if not is_explained and time.monotonic() - began > _EXPLAINED_AFTER_S:
                explain(_say_why(reader, row.run.info.dag_id))
                is_explained = True
            time.sleep(_LOOK_EVERY_S)


def _say_why(reader: DagOverview, dag_id: str) -> str:
    dag = reader.get_known_dag(dag_id)
    if dag.is_paused:
        return f"DAG {dag_id!r} is paused: the run waits for `fanjet dags unpause {dag_id}`."
    if not reader.list_schedulers(time.time()):
        return "No scheduler is at work: the run waits for `fanjet up`."
    return f"The run waits: DAG {dag_id!r} may have as many runs under way as it is allowed."
