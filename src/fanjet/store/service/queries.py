"""What a service is asked about itself: its DAGs and runs, who is at work, and how much there is to do."""

from __future__ import annotations

import msgspec

from fanjet.errors import NotFoundError
from fanjet.model.states import RunStatus, State
from fanjet.store.journal.leases import is_orphan
from fanjet.store.journal.summaries import COUNTED_STATES
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.row_columns import RUN_COLUMNS, Columns, make_run
from fanjet.store.queries.rows import RunRow
from fanjet.store.queries.run_queries import decode_spec
from fanjet.store.service.metrics import ProcessMetrics, list_metrics
from fanjet.store.service.rows import DagRow, ImportErrorRow, SchedulerRow, ServiceRunRow

#: What is wrong counts for the version that it was found with.
_HAS_PLAN_ERROR = "d.plan_error IS NOT NULL AND d.planned_version = d.version AND d.is_present <> 0"
_OR_PLANNED = f"UNION SELECT d.folder, d.file FROM dag AS d WHERE {_HAS_PLAN_ERROR}"  # noqa: S608 - constants
_DAG_COLUMNS = (
    "d.dag_id, d.version, d.folder, d.file, d.is_present, d.is_paused, d.seen_at, d.next_run_after, v.spec, "
    f"CASE WHEN {_HAS_PLAN_ERROR} THEN d.plan_error END"
)
_DAG_SOURCE = "FROM dag AS d JOIN dag_version AS v ON v.version = d.version"
_RUN_SOURCE = "FROM run AS r LEFT JOIN session AS s ON s.session = r.lease_session"
_OWN_RUN_COLUMNS = "r.note, r.backfill"

#: Nobody says for longer that it will be at work.
_LONGEST_LEASE_S = 60.0


class ServiceReader(Reader):
    """Queries of the server, beside those about single runs."""

    # --- DAGs ---

    def list_dags(self, *, after: str = "", limit: int = 100) -> list[DagRow]:
        """DAGs whose files are there, by id, from the first after an id on."""
        rows = self._select(
            _DAG_COLUMNS,
            f"{_DAG_SOURCE} WHERE d.is_present <> 0 AND d.dag_id > ? ORDER BY d.dag_id LIMIT ?",
            after,
            limit,
        )
        return [_make_dag(columns) for columns in rows]

    def get_dag(self, dag_id: str) -> DagRow:
        """A DAG; also one whose file is gone.

        Raises:
            NotFoundError: No file of the service has, or had, this DAG.
        """
        rows = self._select(_DAG_COLUMNS, f"{_DAG_SOURCE} WHERE d.dag_id = ?", dag_id)
        if not rows:
            raise NotFoundError(f"There is no DAG {dag_id!r}.")
        return _make_dag(rows[0])

    def list_import_errors(self) -> list[ImportErrorRow]:
        """What is wrong with files of DAG folders, and with the timetables of their DAGs, by file."""
        loaded = self._select("folder, file, parsed_at, errors", "FROM dag_file WHERE errors IS NOT NULL")
        planned = self._select(
            "d.folder, d.file, coalesce(f.parsed_at, d.seen_at), '[' || d.plan_error || ']'",
            "FROM dag AS d LEFT JOIN dag_file AS f ON f.folder = d.folder AND f.file = d.file "
            f"WHERE {_HAS_PLAN_ERROR} ORDER BY d.dag_id",
        )
        found: dict[tuple[str, str], ImportErrorRow] = {}
        for folder, file, parsed_at, errors in [*loaded, *planned]:
            row = ImportErrorRow(folder=folder, file=file, parsed_at=parsed_at, errors=[])
            found.setdefault((folder, file), row).errors.extend(msgspec.json.decode(errors))
        return [found[place] for place in sorted(found)]

    def count_dags(self) -> tuple[int, int, int]:
        """DAGs that are there, how many of them are paused, and files with errors."""
        ((dags, paused),) = self._select(
            "count(*), coalesce(sum(CASE WHEN is_paused <> 0 THEN 1 ELSE 0 END), 0)", "FROM dag WHERE is_present <> 0"
        )
        ((errors,),) = self._select(
            "count(*)",
            f"FROM (SELECT folder, file FROM dag_file WHERE errors IS NOT NULL {_OR_PLANNED}) AS wrong",  # noqa: S608 - a constant
        )
        return int(dags), int(paused), int(errors)

    # --- runs ---

    def list_service_runs(
        self, *, dag_id: str | None = None, state: RunStatus | None = None, before: int | None = None, limit: int = 50
    ) -> list[ServiceRunRow]:
        """Runs, the newest first.

        Args:
            dag_id: Only of this DAG.
            state: Only in this state.
            before: Only runs with smaller numbers.
            limit: At most so many.
        """
        conditions, wanted = ["r.run > 0"], list[object]()
        if dag_id is not None:
            conditions, wanted = [*conditions, "r.dag_id = ?"], [*wanted, dag_id]
        if state is not None:
            conditions, wanted = [*conditions, "r.state = ?"], [*wanted, int(state)]
            if state in {RunStatus.QUEUED, RunStatus.RUNNING}:
                conditions.append("r.ended_at IS NULL")  # has an index
        if before is not None:
            conditions, wanted = [*conditions, "r.run < ?"], [*wanted, before]
        return self._service_runs(" AND ".join(conditions), *wanted, limit=limit)

    def get_service_run(self, number: int) -> ServiceRunRow:
        """A run.

        Raises:
            NotFoundError: There is none with this number.
        """
        rows = self._service_runs("r.run = ?", number, limit=1)
        if not rows:
            raise NotFoundError(f"There is no run {number}.")
        return rows[0]

    def count_open_runs(self) -> dict[RunStatus, int]:
        """How many runs wait and how many are under way."""
        rows = self._select("state, count(*)", "FROM run WHERE ended_at IS NULL GROUP BY state")
        return {RunStatus(state): int(count) for state, count in rows}

    def count_recorded(self) -> dict[State, int]:
        """Of the runs that have not ended: how many instances are recorded in which state. Costs a row per task."""
        names = [state.label for state in COUNTED_STATES]
        ((*counts,),) = self._select(
            ", ".join(f"coalesce(sum(s.{name}), 0)" for name in names),
            "FROM run AS r JOIN summary AS s ON s.run = r.run WHERE r.ended_at IS NULL",
        )
        return {state: int(count) for state, count in zip(COUNTED_STATES, counts, strict=True)}

    def count_under_way(self, dag_id: str) -> int:
        """How many runs of a DAG schedulers of services have begun and not ended."""
        ((count,),) = self._select(
            "count(*)", "FROM run WHERE ended_at IS NULL AND state = 1 AND dag_id = ? AND queued_at IS NOT NULL", dag_id
        )
        return int(count)

    # --- processes ---

    def list_schedulers(self, within_s: float = 0.0) -> list[SchedulerRow]:
        """Schedulers of services that are at work, or were within the last seconds, the oldest first.

        Those of this machine that are known to be dead are at work no longer. Where the clock was set back, they would
        seem to be for long.
        """
        rows = self._select(
            "session, host, pid, process, started_at, until - shared_clock()",
            "FROM session WHERE role = 'scheduler' AND until > shared_clock() - ? ORDER BY session",
            within_s,
        )
        found = []
        for session, host, pid, process, started_at, left_s in rows:
            is_dead = is_orphan(host, pid, process)
            if is_dead and left_s > _LONGEST_LEASE_S:
                continue
            kept_s = 0.0 if is_dead else max(left_s, 0.0)
            found.append(SchedulerRow(session=session, host=host, pid=pid, started_at=started_at, left_s=kept_s))
        return found

    def list_metrics(self, within_s: float) -> list[ProcessMetrics]:
        """What processes have measured of themselves and written down within the last seconds."""
        return list(list_metrics(self._connection, within_s))

    def _service_runs(self, condition: str, *parameters: object, limit: int) -> list[ServiceRunRow]:
        rows = self._select(
            f"{_OWN_RUN_COLUMNS}, {RUN_COLUMNS}",
            f"{_RUN_SOURCE} WHERE {condition} ORDER BY r.run DESC LIMIT ?",
            *parameters,
            limit,
        )
        return [_make_service_run(columns) for columns in rows]


def _make_dag(columns: Columns) -> DagRow:
    dag_id, version, folder, file, is_present, is_paused, seen_at, next_run_after, spec, plan_error = columns
    return DagRow(
        dag_id=dag_id,
        version=version,
        folder=folder,
        file=file,
        is_present=bool(is_present),
        is_paused=bool(is_paused),
        seen_at=seen_at,
        next_run_after=next_run_after if plan_error is None else None,
        plan_error=None if plan_error is None else str(msgspec.json.decode(plan_error)["message"]),
        spec=decode_spec(spec),
    )


def _make_service_run(columns: Columns) -> ServiceRunRow:
    note, backfill, *rest = columns
    row: RunRow = make_run(tuple(rest))
    return ServiceRunRow(run=row, note=note, backfill=backfill)
