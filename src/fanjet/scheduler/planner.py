"""Makes the runs that are due by the clock.

The next run of each DAG stands in its row, so that what is due, and when the next will be, is found by one query
however many DAGs there are. It is found anew from the latest run whenever the DAG has changed or the instant has come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from fanjet.errors import ExecutionError, FanjetError, OperationError
from fanjet.model.spec import DagSpec
from fanjet.parsing.report import ParseError
from fanjet.scheduler.due_runs import MOST_AT_A_TIME, Found, LookedAt, find_planned
from fanjet.scheduler.own_timetables import OwnTimetables
from fanjet.scheduler.planned_clock import ClockSchedules
from fanjet.scheduler.planned_own import OwnSchedules
from fanjet.scheduler.programs import Programs
from fanjet.schedules import Due, needs_code
from fanjet.store.service.journal import ServiceJournal
from fanjet.store.service.planned_runs import DagPlan, NextDue

_log = logging.getLogger("fanjet.scheduler")
#: The most DAGs that are looked at in one turn.
_DAGS_AT_A_TIME = 50
#: Until a DAG is looked at again of which nobody knows when it is due: what a timetable needs may come back.
_AGAIN_S = 60.0


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
        self._by_clock = ClockSchedules(journal, make_params)
        self._own = OwnSchedules(journal, programs, timetables, make_params)
        self._clock = clock
        #: The last DAG that was looked at; those that cannot go on, as all their runs are under way, hold up no others.
        self._after = ""
        self._looked_at = 0.0

    def look(self) -> bool:
        """Make what is due of some DAGs; whether there are more to look at."""
        now = self._looked_at = self._clock()
        due = self._journal.list_due(now, _DAGS_AT_A_TIME, after=self._after)
        has_more = len(due) == _DAGS_AT_A_TIME
        self._after = due[-1].dag_id if has_more else ""
        for plan in due:
            has_more |= self._plan(plan, now)
        return has_more

    def find_wait_s(self) -> float:
        """In how many seconds a DAG is due that was not at the last look; infinite where none is."""
        return self._journal.find_next_due(self._looked_at) - self._clock()

    def _plan(self, plan: DagPlan, now: float) -> bool:
        """Look at one DAG; whether it is to be looked at once more."""
        try:
            dag = self._look_at(plan, now)
            if dag.room <= 0 and dag.due_at is not None and plan.planned_version == plan.version:
                return False  # it waits for runs of it to end
            found = self._own.find(dag) if needs_code(dag.spec.timetable) else self._by_clock.find(dag)
        except FanjetError as error:
            if isinstance(error, ExecutionError) and error.temporary:
                raise  # the store: that of the next DAG would fail as well
            found = Found(None, [], ParseError(self._name_file(plan), None, "timetable", str(error)))
        if found is None:
            return False
        if found.error is not None:
            self._note_error(plan, found.error, now + (found.again_in_s or _AGAIN_S))
            return False
        return self._keep(plan, found)

    def _keep(self, plan: DagPlan, found: Found) -> bool:
        row = None if found.next is None else NextDue(**found.next._asdict())
        if not self._journal.plan(plan, row, found.runs, is_known=found.is_known):
            return False  # another scheduler was quicker
        if plan.plan_error is not None:
            _log.info("It is known again when DAG %r is due.", plan.dag_id)
        for run in found.runs:
            _log.info("DAG %r is due: run %s", plan.dag_id, run.run_id)
        return not found.is_known

    def _look_at(self, plan: DagPlan, now: float) -> LookedAt:
        spec = self._programs.get_version(plan.version).spec
        due_at, planned = self._find_planned(plan, spec, now)
        most = self._most_active if spec.max_active_runs is None else spec.max_active_runs or MOST_AT_A_TIME
        room = min(most - self._journal.count_unfinished(spec.dag_id), MOST_AT_A_TIME)
        return LookedAt(spec, plan.version, due_at, planned, room, now)

    def _find_planned(self, plan: DagPlan, spec: DagSpec, now: float) -> tuple[float | None, Due | None]:
        """What was planned and has come; also what an earlier version had planned, if the schedule is the same."""
        if plan.planned_version is not None and plan.planned_version != plan.version:
            try:
                before = self._programs.get_version(plan.planned_version).spec
            except OperationError:  # it is not kept any more
                return None, None
            if _take_schedule(before) != _take_schedule(spec):
                return None, None
        return find_planned(plan, now)

    def _note_error(self, plan: DagPlan, error: ParseError, again_at: float) -> None:
        """Keep why a DAG cannot be planned, where people look for what is wrong with its file."""
        shown = self._programs.show_error(plan.version, error)
        text = msgspec.json.encode(shown).decode()
        if self._journal.note_plan_error(plan, text, again_at=again_at) and text != plan.plan_error:
            _log.error("DAG %r cannot be scheduled: %s", plan.dag_id, shown)

    def _name_file(self, plan: DagPlan) -> str:
        try:
            version = self._programs.get_version(plan.version)
        except FanjetError:
            return plan.dag_id
        return f"{version.root}/{version.file}"


def _take_schedule(spec: DagSpec) -> tuple[object, ...]:
    """What says when runs are due, and which of them."""
    return spec.timetable, spec.start_date, spec.end_date, spec.catchup
