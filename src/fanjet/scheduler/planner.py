"""Makes the runs that are due by the clock.

The next run of each DAG stands in its row, so that what is due is found by one query however many DAGs there are. It is
found anew from the latest run whenever the DAG has changed or the instant has come, so a service that was down, or a
DAG that was paused, goes on as its `catchup` says. Where nothing else is due by then, what was planned is made: many
schedules, asked after an instant, speak only of what comes later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from fanjet.errors import FanjetError
from fanjet.model.runs import NewRun
from fanjet.model.schedules import AssetOrTimeSchedule, DeltaIntervals, DeltaTrigger, EventsSchedule
from fanjet.model.spec import DagSpec
from fanjet.model.timetables import NextRuns, Unsaid
from fanjet.parsing.report import ParseError
from fanjet.scheduler.own_timetables import Asked, OwnTimetables
from fanjet.scheduler.programs import Programs
from fanjet.schedules import Due, Interval, find_next_run, needs_code
from fanjet.schedules.deltas import DeltaClock
from fanjet.schedules.next_run import names_runs
from fanjet.schedules.run_ids import name_run
from fanjet.store.service.journal import ServiceJournal
from fanjet.store.service.planned_runs import DagPlan, NextDue

_log = logging.getLogger("fanjet.scheduler")
#: The most DAGs that are looked at in one turn, and the most missed runs of one that are made up for in it.
_DAGS_AT_A_TIME = 50
_RUNS_AT_A_TIME = 50
#: Whoever looks within this time after a planned instant has not been away: nothing later is looked for.
_SOON_S = 60.0
#: Until a DAG is looked at again of which nobody knows when it is due: what a timetable needs may come back.
_AGAIN_S = 60.0


class Found(NamedTuple):
    """What is due of a DAG now, and when it is due next."""

    next: Due | None
    runs: list[NewRun]
    #: Why that is not known.
    error: ParseError | None = None
    #: False where the next run has still to be asked for, with what is made now as the one before.
    is_known: bool = True


class Planner:
    """Makes scheduled runs.

    Args:
        journal: The store.
        programs: The DAGs by version.
        most_active: The most unfinished runs of a DAG where the DAG says nothing else: more are not made.
        make_params: Gives the JSON text of the parameters of a run that nobody gives any; raises an `OperationError`
            when one has no default.
        timetables: Asks the code of DAGs whose timetable is the author's own.
        clock: Gives the instant.
    """

    def __init__(
        self,
        *,
        journal: ServiceJournal,
        programs: Programs,
        most_active: int,
        make_params: Callable[[DagSpec], str],
        timetables: OwnTimetables,
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._programs = programs
        self._most_active = most_active
        self._make_params = make_params
        self._timetables = timetables
        self._clock = clock
        #: The last DAG that was looked at; those that cannot go on, as all their runs are under way, hold up no others.
        self._after = ""

    def look(self) -> bool:
        """Make what is due of some DAGs; whether there are more to look at."""
        now = self._clock()
        due = self._journal.list_due(now, _DAGS_AT_A_TIME, after=self._after)
        for plan in due:
            self._plan(plan, now)
        has_more = len(due) == _DAGS_AT_A_TIME
        self._after = due[-1].dag_id if has_more else ""
        return has_more

    def _plan(self, plan: DagPlan, now: float) -> None:
        """Look at one DAG."""
        try:
            spec = self._programs.get_version(plan.version).spec
            if _is_due(plan, now) and self._count_room(spec) <= 0:
                return  # it waits for runs of it to end
            if needs_code(spec.timetable):
                found = self._find_own_runs(plan, spec, now)
                if found is None:
                    return
            else:
                found = self._find_runs(plan, spec, now)
        except FanjetError as error:
            found = Found(None, [], ParseError(self._name_file(plan), None, "timetable", str(error)))
        if found.error is not None:
            self._note_error(plan, found.error, now)
            return
        row = None if found.next is None else _as_row(found.next)
        if self._journal.plan(plan, row, found.runs, is_known=found.is_known):
            if plan.plan_error is not None:
                _log.info("It is known again when DAG %r is due.", plan.dag_id)
            for run in found.runs:
                _log.info("DAG %r is due: run %s", plan.dag_id, run.run_id)

    def _note_error(self, plan: DagPlan, error: ParseError, now: float) -> None:
        """Keep why a DAG cannot be planned, where people look for what is wrong with its file."""
        shown = self._programs.show_error(plan.version, error)
        text = msgspec.json.encode(shown).decode()
        if self._journal.note_plan_error(plan, text, again_at=now + _AGAIN_S) and text != plan.plan_error:
            _log.error("DAG %r cannot be scheduled: %s", plan.dag_id, shown)

    def _name_file(self, plan: DagPlan) -> str:
        try:
            version = self._programs.get_version(plan.version)
        except FanjetError:
            return plan.dag_id
        return f"{version.root}/{version.file}"

    def _find_runs(self, plan: DagPlan, spec: DagSpec, now: float) -> Found:
        if spec.timetable is None:
            return Found(None, [])
        interval, room = self._find_last(spec), self._count_room(spec)
        runs: list[NewRun] = []
        seen_at = self._choose_now(plan, spec, now)
        due = self._find_first(plan, spec, interval, seen_at, now)
        while due is not None and due.run_after <= now and len(runs) < room:
            row = _as_row(due)
            run = _make_run(row, self._make_params(spec), now)
            if not self._journal.has_run_for(spec.dag_id, run):  # else a backfill was quicker
                runs.append(run)
            if interval == (row.interval_start, row.interval_end):
                break  # it will be another one when time has gone on
            interval = Interval(row.interval_start, row.interval_end)
            due = find_next_run(spec, last=interval, now=seen_at)
        return Found(due, runs)

    def _find_first(
        self, plan: DagPlan, spec: DagSpec, last: Interval | None, seen_at: float, now: float
    ) -> Due | None:
        """The run that goes first.

        Where the schedule has nothing due by now, it is what was planned; without `catchup` the latest from there on.
        """
        due, planned = find_next_run(spec, last=last, now=seen_at), _find_planned(plan, now)
        if planned is None or (due is not None and due.run_after <= now):
            return due
        if self._journal.has_run_for(spec.dag_id, _make_run(_as_row(planned), "", now)):
            return due
        later = None if spec.catchup else find_next_run(spec, last=planned.interval, now=seen_at)
        return planned if later is None or later.run_after > now else later

    def _choose_now(self, plan: DagPlan, spec: DagSpec, now: float) -> float:
        """A distance is counted from the instant that was planned, not from when somebody has looked.

        Where whole distances have gone by since, from the last of them: what was missed is missed. In the same way
        events are looked at from the latest that has come since one was planned.
        """
        planned_at = plan.next_run_after
        time = spec.timetable.time if isinstance(spec.timetable, AssetOrTimeSchedule) else spec.timetable
        if isinstance(time, EventsSchedule) and _find_planned(plan, now) is not None:
            return max((each for each in time.instants if each <= now), default=now)
        if not isinstance(time, DeltaTrigger | DeltaIntervals) or planned_at is None or not _is_due(plan, now):
            return now
        if now - planned_at >= _SOON_S:
            return now
        clock = DeltaClock(time.delta)
        while planned_at < (following := clock.next(planned_at)) <= now:
            planned_at = following
        return planned_at

    def _find_own_runs(self, plan: DagPlan, spec: DagSpec, now: float) -> Found | None:
        """As `_find_runs`, for a timetable of the author's; None while its code is being asked."""
        dag_id = spec.dag_id
        planned = _find_planned(plan, now)
        if planned is not None and now - planned.run_after < _SOON_S:
            # Asked only now, many classes without `catchup` would speak of what comes later, each time anew.
            return self._make_planned(planned, spec, now)
        question = NextRuns(dag_id=dag_id, after=self._find_last(spec), most=_RUNS_AT_A_TIME)
        answer = self._timetables.find(dag_id, Asked(plan.version, question), self._programs.get(plan.version))
        if answer is None:
            return None
        if answer.error is not None:
            self._timetables.forget(dag_id)
            return Found(None, [], answer.error)
        room = self._count_room(spec)
        dues = [each for each in answer.runs if each.due.run_after <= now][: max(room, 0)]
        made = [_make_run(_as_row(each.due), self._make_params(spec), now, each.run_id) for each in dues]
        runs = [run for run in made if not self._journal.has_run_for(dag_id, run)]
        if not runs and room > 0:
            self._timetables.forget(dag_id)  # when it is due, its code says again what it is about
            if planned is not None and not dues:
                return self._make_planned(planned, spec, now)
        following = answer.runs[len(dues) :]
        return Found(following[0].due if following else None, runs)

    def _make_planned(self, planned: Due, spec: DagSpec, now: float) -> Found:
        """What was planned of a timetable of the author's, which is asked what follows it."""
        run = _make_run(_as_row(planned), self._make_params(spec), now)
        if names_runs(spec.timetable):
            run = replace(run, unsaid=Unsaid(run_id=True, run_after=planned.run_after))
        return Found(None, [] if self._journal.has_run_for(spec.dag_id, run) else [run], is_known=False)

    def _find_last(self, spec: DagSpec) -> Interval | None:
        last = self._journal.find_last(spec.dag_id)
        return None if last is None else Interval(last.interval_start, last.interval_end)

    def _count_room(self, spec: DagSpec) -> int:
        """How many more runs of a DAG may be made now."""
        most = self._most_active if spec.max_active_runs is None else spec.max_active_runs or _RUNS_AT_A_TIME
        return min(most - self._journal.count_unfinished(spec.dag_id), _RUNS_AT_A_TIME)


def _is_due(plan: DagPlan, now: float) -> bool:
    """Whether it is known of this version that it is due now."""
    is_known = plan.planned_version == plan.version and plan.plan_error is None
    return is_known and plan.next_run_after is not None and plan.next_run_after <= now


def _find_planned(plan: DagPlan, now: float) -> Due | None:
    """What was planned, if its instant has come; None where it was let pass by a pause as well."""
    at, date, start, end = (
        plan.next_run_after, plan.next_logical_date, plan.next_interval_start, plan.next_interval_end,
    )  # fmt: skip
    if at is None or date is None or start is None or end is None or not _is_due(plan, now):
        return None
    return Due(at, date, start, end)


def _as_row(due: Due) -> NextDue:
    """What is due; a run by the clock stands for an instant where it stands for no interval."""
    date = due.run_after if due.logical_date is None else due.logical_date
    return NextDue(
        run_after=due.run_after,
        logical_date=date,
        interval_start=date if due.interval_start is None else due.interval_start,
        interval_end=date if due.interval_end is None else due.interval_end,
    )


def _make_run(due: NextDue, params: str, now: float, run_id: str | None = None) -> NewRun:
    created_at = datetime.fromtimestamp(now, UTC)
    logical_date = datetime.fromtimestamp(due.logical_date, UTC)
    return NewRun(
        run_id=name_run("scheduled", due.run_after) if run_id is None else run_id,
        run_type="scheduled",
        logical_date=logical_date,
        data_interval_start=datetime.fromtimestamp(due.interval_start, UTC),
        data_interval_end=datetime.fromtimestamp(due.interval_end, UTC),
        created_at=created_at,
        started_at=created_at,
        params=params,
    )
