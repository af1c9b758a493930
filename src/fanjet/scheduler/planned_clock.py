"""Schedules that clocks answer for: what is due of a DAG, found anew from its latest run whenever somebody looks.

So a service that was down, or a DAG that was paused, goes on as its `catchup` says. Where nothing else is due by then,
what was planned is made: many schedules, asked after an instant, speak only of what comes later.
"""

from __future__ import annotations

from collections.abc import Callable

from fanjet.model.runs import NewRun
from fanjet.model.schedules import AssetOrTimeSchedule, DeltaIntervals, DeltaTrigger, EventsSchedule, Interval
from fanjet.model.spec import DagSpec
from fanjet.scheduler.due_runs import SOON_S, Found, LookedAt, find_last, make_run
from fanjet.schedules import Due, find_next_run
from fanjet.schedules.deltas import DeltaClock
from fanjet.store.service.journal import ServiceJournal


class ClockSchedules:
    """Says what is due of DAGs whose schedule is data.

    Args:
        journal: What runs there are.
        make_params: As in `fanjet.scheduler.planner.Planner`.
    """

    def __init__(self, journal: ServiceJournal, make_params: Callable[[DagSpec], str]) -> None:
        self._journal = journal
        self._make_params = make_params

    def find(self, dag: LookedAt) -> Found:
        """What is due of a DAG."""
        spec, now = dag.spec, dag.now
        if spec.timetable is None:
            return Found(None, [])
        last = find_last(self._journal, spec.dag_id)
        runs: list[NewRun] = []
        seen_at = _choose_now(dag)
        due = self._find_first(dag, last, seen_at)
        while due is not None and due.run_after <= now and len(runs) < dag.room:
            run = make_run(due, self._make_params(spec), now)
            if not self._journal.has_run_for(spec.dag_id, run):  # else a backfill was quicker
                runs.append(run)
            if last == due.interval:
                break  # it will be another one when time has gone on
            last = due.interval
            due = find_next_run(spec, last=last, now=seen_at)
        return Found(due, runs)

    def _find_first(self, dag: LookedAt, last: Interval | None, seen_at: float) -> Due | None:
        """The run that goes first.

        Where the schedule has nothing due by now, it is what was planned; without `catchup` the latest from there on.
        """
        spec, planned = dag.spec, dag.planned
        due = find_next_run(spec, last=last, now=seen_at)
        if planned is None or (due is not None and due.run_after <= dag.now):
            return due
        if self._journal.has_run_for(spec.dag_id, make_run(planned, "", dag.now)):
            return due
        later = None if spec.catchup else find_next_run(spec, last=planned.interval, now=seen_at)
        return planned if later is None or later.run_after > dag.now else later


def _choose_now(dag: LookedAt) -> float:
    """A distance is counted from the instant that was planned, not from when somebody has looked.

    Where whole distances have gone by since, from the last of them: what was missed is missed. In the same way
    events are looked at from the latest that has come since one was planned.
    """
    now, timetable = dag.now, dag.spec.timetable
    time = timetable.time if isinstance(timetable, AssetOrTimeSchedule) else timetable
    if isinstance(time, EventsSchedule) and dag.planned is not None:
        return max((each for each in time.instants if each <= now), default=now)
    planned_at = dag.due_at
    if not isinstance(time, DeltaTrigger | DeltaIntervals) or planned_at is None or now - planned_at >= SOON_S:
        return now
    clock = DeltaClock(time.delta)
    while planned_at < (following := clock.next(planned_at)) <= now:
        planned_at = following
    return planned_at
