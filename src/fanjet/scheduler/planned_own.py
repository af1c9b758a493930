"""Timetables of authors: what is due of their DAGs is for their code to say, which is asked elsewhere.

A class that is asked after an instant may speak only of what comes later, and differently each time. So what was
planned is made as it was planned; the code says what follows it. Only without `catchup`, and long after the instant,
the code goes first: it may have a later run due by then, which stands for all that were missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from msgspec.structs import replace

from fanjet.errors import ExecutionError, FanjetError
from fanjet.model.runs import NewRun
from fanjet.model.spec import DagSpec
from fanjet.model.timetables import NextRuns, Unsaid
from fanjet.parsing.report import ParseError, TimetableAnswer
from fanjet.scheduler.due_runs import MOST_AT_A_TIME, SOON_S, Found, LookedAt, find_last, make_run
from fanjet.scheduler.own_timetables import Asked, OwnTimetables, Said
from fanjet.scheduler.programs import Programs
from fanjet.schedules import Due
from fanjet.schedules.next_run import names_runs
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
#: A timetable that takes long and fails is asked again after a minute, then after twice as long each time, up to this.
_AGAIN_S = 60.0
_LONGEST_AGAIN_S = 3600.0


class OwnSchedules:
    """Says what is due of DAGs whose timetable is the author's.

    Args:
        journal: What runs there are.
        programs: The DAGs by version.
        timetables: Asks their code.
        make_params: As in `fanjet.scheduler.planner.Planner`.
    """

    def __init__(
        self,
        journal: ServiceJournal,
        programs: Programs,
        timetables: OwnTimetables,
        make_params: Callable[[DagSpec], str],
    ) -> None:
        self._journal = journal
        self._programs = programs
        self._timetables = timetables
        self._make_params = make_params
        #: By DAG: the version whose timetable took long and failed, and how often in a row.
        self._hangs: dict[str, tuple[int, int]] = {}

    def find(self, dag: LookedAt) -> Found | None:
        """What is due of a DAG; None while its code is being asked."""
        planned = dag.planned
        if planned is not None and dag.room <= 0:
            return Found(planned, [])
        if planned is not None and (dag.spec.catchup or dag.now - planned.run_after < SOON_S):
            return self._make_planned(dag, planned)
        said = self._ask(dag)
        if said is None:
            return None
        if said.answer.error is not None:
            self._timetables.forget(dag.spec.dag_id)
            if planned is not None:  # its error comes again when it is asked what follows
                return self._make_planned(dag, planned)
            return self._find_when_again(dag, said, said.answer.error)
        self._hangs.pop(dag.spec.dag_id, None)
        return self._take(dag, said.answer)

    def _ask(self, dag: LookedAt) -> Said | None:
        question = NextRuns(
            dag_id=dag.spec.dag_id, after=find_last(self._journal, dag.spec.dag_id), most=MOST_AT_A_TIME
        )
        try:
            program = self._programs.get(dag.version)
        except FanjetError as error:
            if isinstance(error, ExecutionError) and error.temporary:
                _log.warning("DAG %r is looked at again: %s", dag.spec.dag_id, error)
                return None
            file = self._programs.get_version(dag.version).file
            return Said(TimetableAnswer(error=ParseError(file, None, "timetable", str(error))), is_slow=False, at=0.0)
        return self._timetables.find(dag.spec.dag_id, Asked(dag.version, question), program)

    def _take(self, dag: LookedAt, answer: TimetableAnswer) -> Found:
        dag_id, now = dag.spec.dag_id, dag.now
        dues = [each for each in answer.runs if each.due.run_after <= now][: max(dag.room, 0)]
        made = [make_run(each.due, self._make_params(dag.spec), now, each.run_id) for each in dues]
        runs = [run for run in made if not self._journal.has_run_for(dag_id, run)]
        if not runs and dag.room > 0:
            self._timetables.forget(dag_id)  # when it is due, its code says again what it is about
            if dag.planned is not None and not dues:
                return self._make_planned(dag, dag.planned)
        following = answer.runs[len(dues) :]
        return Found(following[0].due if following else None, runs)

    def _make_planned(self, dag: LookedAt, planned: Due) -> Found:
        run: NewRun = make_run(planned, self._make_params(dag.spec), dag.now)
        if names_runs(dag.spec.timetable):
            run = replace(run, unsaid=Unsaid(run_id=True, run_after=planned.run_after))
        is_made = self._journal.has_run_for(dag.spec.dag_id, run)
        return Found(None, [] if is_made else [run], is_known=False)

    def _find_when_again(self, dag: LookedAt, said: Said, error: ParseError) -> Found:
        """One that takes long is asked ever less often, so that it costs ever less."""
        if not said.is_slow:
            self._hangs.pop(dag.spec.dag_id, None)
            return Found(None, [], error)
        version, count = self._hangs.get(dag.spec.dag_id, (dag.version, 0))
        count = count + 1 if version == dag.version else 1
        self._hangs[dag.spec.dag_id] = dag.version, count
        again_in_s = min(_AGAIN_S * 2.0 ** min(count - 1, 10), _LONGEST_AGAIN_S)
        minutes = "a minute" if again_in_s == _AGAIN_S else f"{again_in_s / 60:g} minutes"
        told = replace(error, message=f"{error.message.rstrip('.')}. It is asked again in {minutes}.")
        return Found(None, [], told, again_in_s=again_in_s)
