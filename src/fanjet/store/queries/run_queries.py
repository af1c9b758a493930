"""Finding runs, and the versions of the DAGs that they run."""

from __future__ import annotations

from difflib import get_close_matches

import msgspec

from fanjet.errors import OperationError
from fanjet.model.history import RunHistory
from fanjet.model.spec import DagSpec
from fanjet.store.database.faults import explained
from fanjet.store.journal.histories import read_history
from fanjet.store.queries.reading import Reading
from fanjet.store.queries.row_columns import RUN_COLUMNS, make_run
from fanjet.store.queries.rows import RunRow, VersionRow

#: From the column `spec` of `dag_version`.
decode_spec = msgspec.json.Decoder(DagSpec).decode
_MOST_SUGGESTIONS = 3
_SUGGEST_AMONG = 200
#: Of the numbers that the databases know.
_MOST_DIGITS = 18


class RunQueries(Reading):
    """Queries about runs."""

    def find_run(self, text: str) -> RunRow:
        """The run that a person means: its number, its run id, ``dag_id/run_id``, or how one run id alone begins.

        Raises:
            OperationError: There is none, or more than one.
        """
        if text.isdecimal() and len(text) <= _MOST_DIGITS and (rows := self._runs("r.run = ?", int(text))):
            return rows[0]
        dag_id, slash, run_id = text.partition("/")
        runs = self._runs("r.dag_id = ? AND r.run_id = ?", dag_id, run_id) if slash else []
        runs = runs or self._runs("r.run_id = ?", text)
        runs = runs or self._runs(
            "substr(r.run_id, 1, CAST(? AS INTEGER)) = ?", len(text), text, limit=_MOST_SUGGESTIONS + 1
        )
        if len(runs) == 1:
            return runs[0]
        raise OperationError(self._explain_many(text, runs) if runs else self._explain_none(text))

    def list_runs(self, dag_id: str | None = None, limit: int = 50) -> list[RunRow]:
        """Runs, the newest first."""
        if dag_id is None:
            return self._runs("TRUE", limit=limit)
        return self._runs("r.dag_id = ?", dag_id, limit=limit)

    def latest_unfinished_run(self) -> RunRow | None:
        """The newest run that was begun and has not ended, and that no living scheduler owns."""
        runs = self._runs("r.ended_at IS NULL AND r.state <> 0", limit=None)
        return next((run for run in runs if not run.owned), None)

    def find_note(self, run: int) -> str | None:
        """What people keep with a run; None for nothing."""
        rows = self._select("note", "FROM run WHERE run = ?", run)
        return None if not rows else rows[0][0]

    def get_spec(self, run: int) -> DagSpec:
        """The DAG as the run knows it.

        Raises:
            OperationError: There is no such run.
        """
        return self.get_version(run).spec

    def get_version(self, run: int) -> VersionRow:
        """The version of the DAG that the run started with.

        Raises:
            OperationError: There is no such run.
        """
        rows = self._select(
            "v.version, v.spec, v.bundle, v.root, v.file",
            "FROM run AS r JOIN dag_version AS v ON v.version = r.version WHERE r.run = ?",
            run,
        )
        if not rows:
            raise OperationError(f"There is no run {run}.")
        version, spec, bundle, root, file = rows[0]
        return VersionRow(version=version, spec=decode_spec(spec), bundle=bundle, root=root, file=file)

    def get_history(self, run: int) -> RunHistory:
        """Everything recorded of a run, as the engine goes on from it.

        Raises:
            OperationError: There is no such run.
        """
        with explained(self._path):
            return read_history(self._connection, run)

    def _runs(self, condition: str, *parameters: object, limit: int | None = 50) -> list[RunRow]:
        rows = self._select(
            RUN_COLUMNS,
            "FROM run AS r LEFT JOIN session AS s ON s.session = r.lease_session "
            f"WHERE {condition} ORDER BY r.run DESC" + ("" if limit is None else f" LIMIT {limit:d}"),
            *parameters,
        )
        return [make_run(columns) for columns in rows]

    def _explain_many(self, text: str, runs: list[RunRow]) -> str:
        shown = ", ".join(f"{run.info.number} ({run.info.dag_id}/{run.info.run_id})" for run in runs)
        return f"More than one run is called {text!r}: {shown}. Give its number."

    def _explain_none(self, text: str) -> str:
        runs = self.list_runs(limit=_SUGGEST_AMONG)
        if not runs:
            return "There are no runs yet: `fanjet run FILE` makes the first."
        near = get_close_matches(text, [run.info.run_id for run in runs], n=_MOST_SUGGESTIONS, cutoff=0.5)
        latest = runs[0].info
        hint = f"Did you mean {' or '.join(near)}?" if near else f"The latest is {latest.number}, of {latest.dag_id}."
        return f"There is no run {text!r}. {hint} `fanjet runs` lists all."
