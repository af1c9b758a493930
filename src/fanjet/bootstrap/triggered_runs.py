"""A run of a DAG of a service that somebody asks for: checked here, carried out by whichever scheduler takes it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fanjet.bootstrap.manual_intervals import as_dates, find_interval, find_unsaid
from fanjet.bootstrap.params import merge_params
from fanjet.errors import NotFoundError
from fanjet.model.instants import check_date
from fanjet.model.json_texts import write_json
from fanjet.model.runs import NewRun, check_note, check_run_id
from fanjet.model.spec import DagSpec
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.service.journal import ServiceJournal


class TriggeredRuns:
    """Asks for runs. Each call opens the database for itself, so that any thread may make it.

    Args:
        settings: Name the database.
    """

    def __init__(self, settings: Settings) -> None:
        self._database = Database.of(settings)
        self._busy_timeout_s = settings.db_busy_timeout_s

    def start(
        self,
        dag_id: str,
        *,
        params: Mapping[str, Any],
        conf: Mapping[str, Any],
        logical_date: datetime | None = None,
        run_id: str | None = None,
        note: str | None = None,
    ) -> int:
        """Ask for a run.

        Args:
            dag_id: Of which DAG.
            params: Values for its parameters.
            conf: What the run gets as `dag_run.conf`; what it says of parameters counts too.
            logical_date: Aware; None for now.
            run_id: None for one made of the instant.
            note: For people.

        Returns:
            The number of the run; it waits for a scheduler.

        Raises:
            NotFoundError: There is no such DAG.
            ConflictError: It has a run with this id already.
            OperationError: The values do not fit its parameters, or something cannot be kept.
            ExecutionError: The database failed.
        """
        if run_id is not None:
            check_run_id(run_id)
        if note is not None:
            check_note(note)
        journal = ServiceJournal.open(self._database, busy_timeout_s=self._busy_timeout_s)
        try:
            version = journal.find_newest_version(dag_id)
            if version is None:
                raise NotFoundError(f"There is no DAG {dag_id!r} in the DAG folder.")
            spec = journal.get_version(version).spec
            new = _make_run(spec, params=params, conf=conf, logical_date=logical_date, run_id=run_id)
            return journal.queue_run(dag_id, version, new, note=note)
        finally:
            journal.close()


def _make_run(
    spec: DagSpec,
    *,
    params: Mapping[str, Any],
    conf: Mapping[str, Any],
    logical_date: datetime | None,
    run_id: str | None,
) -> NewRun:
    created_at = datetime.now(UTC)  # what people call now, also when the clock was set back while a server lives
    date = created_at if logical_date is None else check_date(logical_date)
    start, end = as_dates(find_interval(spec, date))
    known = {param.name for param in spec.params}
    in_conf = {name: value for name, value in conf.items() if name in known}
    return NewRun(
        run_id=run_id or f"manual__{created_at.isoformat()}",
        logical_date=date,
        data_interval_start=start,
        data_interval_end=end,
        created_at=created_at,
        started_at=created_at,
        conf=write_json(conf, "conf"),
        params=merge_params(spec, {**in_conf, **params}),
        unsaid=find_unsaid(spec, names=run_id is None),
    )
