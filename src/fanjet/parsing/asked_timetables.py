"""Asks the timetables of DAGs, which may be the author's own, in the process that has loaded their file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from fanjet.authoring.dag import DAG
from fanjet.authoring.instants import INSTANTS
from fanjet.model.schedules import Due, Interval
from fanjet.model.timetables import NamedRun, NextRuns, RunsBetween, StartedRun, TimetableQuestion
from fanjet.parsing.load_errors import explain_timetable_error
from fanjet.parsing.loader import LoadedFile
from fanjet.parsing.report import ParseError, TimetableAnswer
from fanjet.parsing.spec_builder import BuiltDag
from fanjet.runtime.timetable_answers import answer_manual, answer_next, answer_run_id

#: So many runs may have been missed until one stops looking for the last of them.
_MOST_MISSED = 10_000


def answer_questions(
    loaded: LoadedFile, path: Path, questions: Sequence[TimetableQuestion], begin: Callable[[str], None]
) -> list[TimetableAnswer]:
    """What the timetables say, in the order of the questions.

    Args:
        loaded: The file.
        path: Where it is.
        questions: About DAGs of the file.
        begin: Is told the DAG before its timetable is asked, as that may never come back.
    """
    built = {each.spec.dag_id: each for each in loaded.dags}
    answers = []
    for question in questions:
        found = built.get(question.dag_id)
        if found is None:
            message = f"The file has no DAG '{question.dag_id}' any more."
            answers.append(TimetableAnswer(error=ParseError(str(path), None, "timetable", message)))
            continue
        begin(question.dag_id)
        answers.append(_answer(found, path, question))
    return answers


def _answer(built: BuiltDag, path: Path, question: TimetableQuestion) -> TimetableAnswer:
    dag = built.dag
    try:
        match question:
            case NextRuns():
                runs = [NamedRun(due, answer_run_id(dag, "scheduled", due)) for due in _list_next(built, question)]
            case RunsBetween():
                runs = [NamedRun(due, answer_run_id(dag, "backfill", due)) for due in _list_between(dag, question)]
            case StartedRun():
                runs = [_answer_started(dag, question)]
        return TimetableAnswer(runs=runs)
    except Exception as error:  # noqa: BLE001 - it is the author's code, and reported
        return TimetableAnswer(error=explain_timetable_error(error, path, question.dag_id))


def _list_next(built: BuiltDag, question: NextRuns) -> list[Due]:
    spec, seen_at = built.spec, question.seen_at
    start, end = (None if date is None else date.timestamp() for date in (spec.start_date, spec.end_date))
    following = _follow(built.dag, question.after, start=start, end=end, catchup=spec.catchup)
    if not question.wants_all:
        return _take_some(following, question.most)
    if seen_at is None:
        return list(islice(following, question.most))
    before, INSTANTS.now = INSTANTS.now, lambda: seen_at
    try:
        if not spec.catchup:
            from_then = _follow(built.dag, question.after, start=max(seen_at, start or seen_at), end=end, catchup=False)
            following = _pass_over(following, seen_at, from_then)
        return list(islice(following, question.most))
    finally:
        INSTANTS.now = before


def _take_some(following: Iterator[Due], most: int) -> list[Due]:
    """At least one, if there is any: what comes after it is asked again when it has been."""
    found: list[Due] = []
    try:
        found.extend(islice(following, most))  # keeps those before the one that fails
    except Exception:
        if not found:
            raise
    return found


def _follow(dag: DAG, last: Interval | None, *, start: float | None, end: float | None, catchup: bool) -> Iterator[Due]:
    while due := answer_next(dag, last, start_date=start, end_date=end, catchup=catchup):
        yield due
        last = due.interval


def _pass_over(dues: Iterator[Due], at: float, from_then: Iterator[Due]) -> Iterator[Due]:
    """Of those that were missed by an instant the last, and all that follow.

    Args:
        dues: All, in order.
        at: The instant.
        from_then: Those from then on, for a class that lists too many before, as it asks the clock of the machine.
    """
    missed: list[Due] = []
    for due in dues:
        if due.run_after > at:
            yield from (*missed[-1:], due)
            yield from dues
            return
        missed.append(due)
        if len(missed) > _MOST_MISSED:
            yield from from_then
            return
    yield from missed[-1:]


def _list_between(dag: DAG, question: RunsBetween) -> list[Due]:
    found: list[Due] = []
    for due in _follow(dag, None, start=question.first, end=question.last, catchup=True):
        if due.logical_date > question.last or len(found) >= question.most:
            break
        if due.logical_date >= question.first:  # not every class minds what is asked of it
            found.append(due)
    return found


def _answer_started(dag: DAG, question: StartedRun) -> NamedRun:
    at, has_interval = question.run_after, question.has_interval
    interval = question.interval or (answer_manual(dag, at) if has_interval else Interval(at, at))
    due = Due(at, interval.start if question.interval else at, *interval)
    return NamedRun(due, answer_run_id(dag, question.kind, due, has_interval=has_interval))


def read_answer(answers: Sequence[TimetableAnswer], errors: Sequence[ParseError]) -> TimetableAnswer:
    """The answer to the only question; what went wrong with the file is one where there is no other."""
    if answers:
        return answers[0]
    assert errors, "a file that gives no answers has errors"
    return TimetableAnswer(error=errors[0])
