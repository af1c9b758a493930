"""The database of a run that is being watched: read as it changes, also when another file takes its place."""

from __future__ import annotations

import os

from fanjet.errors import ExecutionError, OperationError
from fanjet.model.runs import RunInfo
from fanjet.model.spec import DagSpec
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import RunRow
from fanjet.store.queries.run_follower import RunFollower, RunProgress


class WatchedDatabase:
    """One run in a database.

    Args:
        database: Which one.
        run: The number of the run, its id or the start of its id; None for the latest that is under way.

    Raises:
        OperationError: There is no such run, or none is unfinished and none was named.
        ExecutionError: The database cannot be read.
    """

    def __init__(self, database: Database, run: str | None) -> None:
        self._database = database
        self._reader = Reader.open(database)
        try:
            row = find_watched(self._reader, run)
            self.info: RunInfo = row.info
            self._dag_version = row.version
            #: Another one when a rerun goes on with another version of the DAG.
            self.spec: DagSpec = self._reader.get_spec(self.info.number)
            self._file = self._identify_file()
        except BaseException:
            self._reader.close()
            raise
        self._follower: RunFollower = self._reader.follow(self.info.number, self.spec)
        self._data_version: int | None = None

    def close(self) -> None:
        """Close it."""
        self._reader.close()

    def look(self) -> RunProgress:
        """How far the run is.

        Raises:
            OperationError: The run is gone.
            ExecutionError: The database cannot be read now (`temporary`) or at all.
        """
        progress = self._follower.look()
        if progress.run.version != self._dag_version:
            self._dag_version = progress.run.version
            self.spec = self._reader.get_spec(self.info.number)
            self._follower = self._reader.follow(self.info.number, self.spec)
            progress = self._follower.look()
        return progress

    def has_changed(self) -> bool:
        """Whether somebody has written since this was asked last. Costs some microseconds.

        Raises:
            ExecutionError: The database is gone, another one without the run took its place, or it cannot be read.
        """
        self._follow_file()
        before, self._data_version = self._data_version, self._reader.data_version()
        return self._data_version != before

    def _follow_file(self) -> None:
        """Read the file that is there now, if it is another one."""
        file = self._identify_file()
        if file == self._file:
            return
        reader = Reader.open(self._database)
        self._reader.close()
        self._reader, self._file, self._data_version = reader, file, None
        info = self.info
        try:
            found: RunInfo | None = reader.get_run(info.number).info
        except OperationError:
            found = None
        if found is None or (found.dag_id, found.run_id) != (info.dag_id, info.run_id):
            raise ExecutionError(
                f"The database {self._database.shown} was replaced by another one, which has no run {info.number} "
                f"({info.dag_id}, {info.run_id}). `fanjet runs` lists what it has."
            )
        self._follower = reader.follow(info.number, self.spec)

    def _identify_file(self) -> tuple[int, int, bool]:
        """Tells the file from another one in its place, and one that is written from one that was not."""
        if self._database.url is not None:
            return 0, 0, True
        path = self._database.path
        try:
            status = os.stat(path)  # noqa: PTH116 - ten times a second
        except OSError as error:
            raise ExecutionError(
                f"The database {path} was removed while a run in it was watched ({error.strerror})."
            ) from error
        return status.st_dev, status.st_ino, os.path.exists(f"{path}-wal")  # noqa: PTH110 - as above


def find_watched(reader: Reader, text: str | None) -> RunRow:
    """The run that is meant; without a name the latest that somebody carries out, else the latest without an end.

    Raises:
        OperationError: There is none.
    """
    if text is not None:
        return reader.find_run(text)
    unfinished = reader.list_unfinished()
    owned = [run for run in unfinished if run.owned]
    if unfinished:
        return (owned or unfinished)[0]
    latest = reader.list_runs(limit=1)
    if not latest:
        raise OperationError("There are no runs yet: `fanjet run FILE` makes the first.")
    info = latest[0].info
    raise OperationError(
        f"No run is under way: the latest, run {info.number} of {info.dag_id}, has ended ({latest[0].state.label}). "
        f"`fanjet watch {info.number}` shows how it ended."
    )
