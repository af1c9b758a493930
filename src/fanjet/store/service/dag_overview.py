"""What a person wants to see of the DAGs of a service at a glance."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Self

import msgspec

from fanjet.errors import NotFoundError, OperationError
from fanjet.model.states import RunStatus
from fanjet.store.database.connections import find_reader
from fanjet.store.database.database import Database
from fanjet.store.service.queries import ServiceReader
from fanjet.store.service.rows import DagRow

_PAGE = 500
_MOST_NEAR = 3


class LastRun(msgspec.Struct, frozen=True, kw_only=True):
    """The newest run of a DAG. Instants are seconds since the epoch."""

    run: int
    state: RunStatus
    started_at: float
    ended_at: float | None


class DagOverview(ServiceReader):
    """Queries over all DAGs at once."""

    @classmethod
    def open(cls, place: Path | Database) -> Self:
        """Open a database; a home stands for its SQLite file.

        Raises:
            OperationError: There is none yet.
            ExecutionError: It cannot be read, or is of a newer Fanjet.
        """
        connection = find_reader(place)
        if connection is None:
            raise OperationError("No DAG folder has been looked at yet: `fanjet up --dags FOLDER` serves one.")
        return cls(connection)

    def list_all_dags(self) -> list[DagRow]:
        """The DAGs whose files are there, by id."""
        found: list[DagRow] = []
        while page := self.list_dags(after=found[-1].dag_id if found else "", limit=_PAGE):
            found += page
        return found

    def list_last_runs(self) -> dict[str, LastRun]:
        """By DAG id: the newest run, where there is any."""
        rows = self._select(
            "dag_id, run, state, started_at, ended_at",
            "FROM run WHERE run IN (SELECT max(run) FROM run GROUP BY dag_id)",
        )
        return {
            dag_id: LastRun(run=run, state=RunStatus(state), started_at=started_at, ended_at=ended_at)
            for dag_id, run, state, started_at, ended_at in rows
        }

    def count_versions(self, dag_id: str) -> int:
        """How many versions of a DAG there are."""
        return int(self._select("count(*)", "FROM dag_version WHERE dag_id = ?", dag_id)[0][0])

    def find_errors_of(self, folder: str, file: str) -> list[dict[str, object]]:
        """What is wrong with a file of a folder, as its errors are written down."""
        rows = self.list_import_errors()
        return next((row.errors for row in rows if (row.folder, row.file) == (folder, file)), [])

    def get_known_dag(self, dag_id: str) -> DagRow:
        """A DAG; also one whose file is gone.

        Raises:
            NotFoundError: No file of the service has, or had, this DAG; near names are suggested.
        """
        try:
            return self.get_dag(dag_id)
        except NotFoundError:
            known = [row[0] for row in self._select("dag_id", "FROM dag WHERE is_present = 1 ORDER BY dag_id")]
            raise NotFoundError(_explain_none(dag_id, known)) from None


def _explain_none(dag_id: str, known: list[str]) -> str:
    if not known:
        return f"There is no DAG {dag_id!r}: no DAG folder has been looked at. `fanjet up --dags FOLDER` does."
    near = get_close_matches(dag_id, known, n=_MOST_NEAR)
    hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else "`fanjet dags list` names all."
    return f"There is no DAG {dag_id!r}. {hint}"
