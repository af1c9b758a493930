"""Following a run that another process carries out."""

from __future__ import annotations

from fanjet.errors import OperationError
from fanjet.model.paths import Path as MapPath
from fanjet.model.paths import encode
from fanjet.model.spec import DagSpec
from fanjet.store.database.faults import explained
from fanjet.store.queries import statements_progress as sql
from fanjet.store.queries.instance_queries import InstanceQueries
from fanjet.store.queries.rows import RunRow
from fanjet.store.queries.run_follower import RunFollower
from fanjet.store.queries.run_queries import RunQueries


class ProgressQueries(RunQueries, InstanceQueries):
    """Queries for those who watch."""

    def follow(self, run: int, spec: DagSpec) -> RunFollower:
        """What looks at a run again and again; usable while this reader is open."""
        return RunFollower(self._connection, self.get_run, self.counts, run, spec)

    def get_run(self, run: int) -> RunRow:
        """One run.

        Raises:
            OperationError: There is none with this number.
        """
        rows = self._runs("r.run = ?", run)
        if not rows:
            raise OperationError(f"There is no run {run}.")
        return rows[0]

    def list_unfinished(self) -> list[RunRow]:
        """The runs that have not ended, the newest first."""
        return self._runs("r.ended_at IS NULL", limit=None)

    def find_launch(self, run: int, task: int, path: MapPath) -> tuple[int, int] | None:
        """The fence of the latest launch of an instance and its index there, -1 when it is not mapped."""
        parent, index = (path[:-1], path[-1]) if path else ((), -1)
        with explained(self._path):
            row = self._connection.execute(sql.FIND_LAUNCH, (run, task, encode(parent), index, encode(path))).fetchone()
        return None if row is None else (row[0], index if row[1] >= 0 else -1)

    def data_version(self) -> int:
        """A number that changes whenever somebody else has written."""
        return self._connection.find_data_version()
