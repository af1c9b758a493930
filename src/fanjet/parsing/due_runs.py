"""The next runs of DAGs whose timetable is the author's own, asked in the process that has loaded their file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fanjet.authoring.dag import DAG
from fanjet.model.schedules import Due, Interval
from fanjet.model.spec import DagSpec
from fanjet.parsing.load_errors import explain_load_error
from fanjet.parsing.loader import LoadedFile
from fanjet.parsing.report import ParseError
from fanjet.runtime.timetable_answers import answer_next
from fanjet.schedules import needs_code

#: How many runs are asked for.
MOST_DUE = 50


def find_due(
    loaded: LoadedFile, path: Path, after: Mapping[str, Interval] | None = None
) -> tuple[dict[str, list[Due]], list[ParseError]]:
    """The next runs by DAG, and what is wrong with timetables.

    Args:
        loaded: The file.
        path: Where it is.
        after: By DAG: what its latest scheduled run is about; of DAGs that are not in it, all runs are listed.
    """
    due: dict[str, list[Due]] = {}
    errors: list[ParseError] = []
    for spec, tasks, *_ in loaded.dags:
        if not needs_code(spec.timetable) or not tasks or tasks[0].dag is None:
            continue
        try:
            due[spec.dag_id] = _list_next(tasks[0].dag, spec, (after or {}).get(spec.dag_id))
        except Exception as error:  # noqa: BLE001 - it is the author's code, and reported
            errors.append(explain_load_error(error, path))
    return due, errors


def _list_next(dag: DAG, spec: DagSpec, last: Interval | None) -> list[Due]:
    found: list[Due] = []
    start, end = (None if date is None else date.timestamp() for date in (spec.start_date, spec.end_date))
    while len(found) < MOST_DUE:
        due = answer_next(dag, last, start_date=start, end_date=end, catchup=spec.catchup)
        if due is None:
            break
        found.append(due)
        last = due.interval
    return found
