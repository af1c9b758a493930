"""Makes runs of DAGs that wait for assets, when tasks have reported what is new of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from fanjet.errors import FanjetError
from fanjet.model.runs import NewRun
from fanjet.model.schedules import AssetCondition, find_condition
from fanjet.model.spec import DagSpec
from fanjet.model.timetables import Unsaid
from fanjet.scheduler.programs import Programs
from fanjet.schedules.next_run import names_runs
from fanjet.schedules.run_ids import name_run
from fanjet.store.service.asset_queue import Waiting
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")


class AssetRuns:
    """Looks for events of assets.

    Args:
        journal: The store.
        programs: The DAGs by version.
        make_params: As in `fanjet.scheduler.planner.Planner`.
        clock: Gives the instant.
    """

    def __init__(
        self,
        *,
        journal: ServiceJournal,
        programs: Programs,
        make_params: Callable[[DagSpec], str],
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._programs = programs
        self._make_params = make_params
        self._clock = clock
        #: The latest event that was looked at; None before the first look.
        self._looked_at: int | None = None
        self._has_news = False
        #: By DAG: the version, and what it waits for.
        self._conditions: dict[str, tuple[int, AssetCondition | None]] = {}

    def tell(self) -> None:
        """There are new events."""
        self._has_news = True

    def has_news(self) -> bool:
        """Whether there were new events since the last time."""
        has_news, self._has_news = self._has_news, False
        return has_news

    def look(self) -> bool:
        """Make the runs that new events call for; whether there may be more at once."""
        latest = self._journal.find_latest_asset_event()
        if latest == self._looked_at:
            return False
        started, more = self._journal.start_by_assets(self._list_waiting())
        for dag_id in started:
            _log.info("DAG %r has all the assets that it waits for.", dag_id)
        if not more:
            self._looked_at = latest
        return more

    def _list_waiting(self) -> dict[str, Waiting]:
        waiting = {}
        now = datetime.fromtimestamp(self._clock(), UTC)
        for dag_id, version in self._journal.list_awake():
            condition = self._find_condition(dag_id, version)
            if condition is None:
                continue
            spec = self._programs.get_version(version).spec
            try:
                params = self._make_params(spec)
            except FanjetError as error:
                _log.error("DAG %r cannot be started by assets: %s", dag_id, error)
                continue
            run = NewRun(
                run_id=name_run("asset_triggered", now.timestamp()),
                run_type="asset_triggered",
                created_at=now,
                started_at=now,
                params=params,
                unsaid=Unsaid(run_id=True) if names_runs(spec.timetable) else None,
            )
            waiting[dag_id] = Waiting(version=version, condition=condition, run=run)
        return waiting

    def _find_condition(self, dag_id: str, version: int) -> AssetCondition | None:
        known = self._conditions.get(dag_id)
        if known is None or known[0] != version:
            spec = self._programs.get_version(version).spec
            known = self._conditions[dag_id] = version, find_condition(spec.timetable)
        return known[1]
