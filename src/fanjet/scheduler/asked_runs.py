"""Runs that the clock does not start: a timetable of the author's says what they are about before they do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from fanjet.errors import ExecutionError, FanjetError
from fanjet.model.timetables import RunKind, StartedRun
from fanjet.parsing.report import TimetableAnswer
from fanjet.scheduler.own_timetables import Asked, OwnTimetables
from fanjet.scheduler.programs import Programs
from fanjet.store.service.asking_runs import AskingRun
from fanjet.store.service.journal import ServiceJournal

_log = logging.getLogger("fanjet.scheduler")
#: The most runs that are looked at in one turn.
_AT_A_TIME = 50


class AskedRuns:
    """Has the timetables asked, and writes down what they say.

    Args:
        journal: The store.
        programs: The DAGs by version.
        timetables: Ask their code.
        clock: Gives the instant.
    """

    def __init__(
        self,
        *,
        journal: ServiceJournal,
        programs: Programs,
        timetables: OwnTimetables,
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._programs = programs
        self._timetables = timetables
        self._clock = clock

    def look(self) -> None:
        """Ask of runs that have come, and let go of those of which all is said."""
        for asking in self._journal.list_asking(_AT_A_TIME):
            try:
                answer = self._find_answer(asking)
            except FanjetError as error:
                if not isinstance(error, ExecutionError) or not error.temporary:
                    self._refuse(asking, str(error))
                continue
            if answer is not None:
                self._take(asking, answer)

    def _find_answer(self, asking: AskingRun) -> TimetableAnswer | None:
        asked_for_at = asking.created_at if asking.logical_date is None else asking.logical_date
        question = StartedRun(
            dag_id=asking.dag_id,
            kind=cast("RunKind", asking.run_type),
            run_after=asked_for_at if asking.unsaid.run_after is None else asking.unsaid.run_after,
            has_interval=asking.unsaid.interval or asking.interval is not None,
            interval=asking.interval,
        )
        program = self._programs.get(asking.version)
        said = self._timetables.find(_name(asking), Asked(asking.version, question), program)
        return None if said is None else said.answer

    def _take(self, asking: AskingRun, answer: TimetableAnswer) -> None:
        self._timetables.forget(_name(asking))
        if answer.error is not None:
            self._refuse(asking, str(self._programs.show_error(asking.version, answer.error)))
        elif not self._journal.say(asking, answer.runs[0]):
            what = (
                f"DAG {asking.dag_id!r} has a run {answer.runs[0].run_id!r} already: its timetable gave that id again."
            )
            self._refuse(asking, what)

    def _refuse(self, asking: AskingRun, reason: str) -> None:
        if self._journal.refuse(asking.run, reason, self._clock()):
            _log.error("Run %d of DAG %r cannot start: %s", asking.run, asking.dag_id, reason)


def _name(asking: AskingRun) -> str:
    """For what is asked about it: no DAG can be called so."""
    return f"run {asking.run}"
