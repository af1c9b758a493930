"""Asks the timetable of a loaded DAG, whose class may be the author's, when runs are due.

This runs code of the author's, so it belongs into a worker. What comes back is data, checked: a timetable that answers
nonsense is the author's mistake.
"""

from __future__ import annotations

import inspect
from datetime import datetime
from typing import Any

from fanjet.authoring.dag import DAG
from fanjet.authoring.timetable_base import (
    DagRunInfo,
    DataInterval,
    TimeRestriction,
    Timetable,
    show_due,
    show_instant,
    show_interval,
)
from fanjet.errors import DagTypeError, DagValueError, InvariantError
from fanjet.model.schedules import Due, Interval


class RunType(str):
    """Why there is a run; what authors may do with Airflow's enumeration works with it."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The text."""
        return str(self)

    def generate_run_id(self, *, suffix: str) -> str:
        """An id that begins with it."""
        return f"{self}__{suffix}"


def answer_next(
    dag: DAG, last: Interval | None, *, start_date: float | None, end_date: float | None, catchup: bool
) -> Due | None:
    """The run that the timetable of a DAG has due next; None for never.

    Args:
        dag: The DAG, from its file.
        last: What the data of the scheduled run before is about; None before the first.
        start_date: Before it nothing is due, in seconds since the epoch; None for no bound.
        end_date: After it nothing is due; None for no bound.
        catchup: Whether runs that were missed are made up for.

    Raises:
        DagError: The answer is no run, or the same run again.
    """
    timetable = _get_timetable(dag)
    before = None if last is None else DagRunInfo(show_instant(last.end), show_interval(last))
    restriction = TimeRestriction(_show(start_date), _show(end_date), catchup)
    answer = timetable.next_dagrun_info_v2(last_dagrun_info=before, restriction=restriction)
    due = _read_info(answer, timetable)
    if due is not None and last is not None and due.logical_date == last.start:
        raise DagValueError(
            f"{_name(timetable)}.next_dagrun_info() gives the run of {show_instant(last.start)} again after that run.",
            fix="go on from last_automated_data_interval",
            **dag.place,
        )
    return due


def answer_manual(dag: DAG, run_after: float) -> Interval:
    """What the data of a run is about which was started by hand, as the timetable of a DAG has it.

    Args:
        dag: The DAG, from its file.
        run_after: The logical date that was given, or when it was started.

    Raises:
        DagError: The answer is no interval.
    """
    timetable = _get_timetable(dag)
    answer = timetable.infer_manual_data_interval(run_after=show_instant(run_after))
    return _read_interval(answer, timetable, "infer_manual_data_interval")


def answer_run_id(dag: DAG, kind: str, due: Due, *, has_interval: bool = True) -> str:
    """The id of a run, as the timetable of a DAG has it.

    Args:
        dag: The DAG, from its file.
        kind: What starts it, such as ``scheduled``.
        due: The run.
        has_interval: Whether it is about some time.

    Raises:
        DagTypeError: The answer is no text.
    """
    timetable = _get_timetable(dag)
    info = show_due(due)
    interval = info.data_interval if has_interval else None
    wanted: dict[str, Any] = {"run_type": RunType(kind), "run_after": info.run_after, "data_interval": interval}
    known = inspect.signature(timetable.generate_run_id).parameters
    if "logical_date" in known:  # as classes for Airflow 2 have it
        wanted["logical_date"] = info.logical_date
    if not any(each.kind is each.VAR_KEYWORD for each in known.values()):
        wanted = {name: value for name, value in wanted.items() if name in known}
    answer = timetable.generate_run_id(**wanted)
    if not isinstance(answer, str) or not answer:
        raise _refuse(timetable, "generate_run_id", answer, "return a text")
    return answer


def _get_timetable(dag: DAG) -> Timetable:
    timetable = dag.timetable
    if timetable is None:
        raise InvariantError(f"DAG {dag.dag_id} was asked for its timetable and has none")
    return timetable


def _show(at: float | None) -> datetime | None:
    return None if at is None else show_instant(at)


def _read_info(answer: Any, timetable: Timetable) -> Due | None:
    if answer is None:
        return None
    if not isinstance(answer, DagRunInfo):
        raise _refuse(timetable, "next_dagrun_info", answer, "return a DagRunInfo or None")
    if answer.partition_key is not None:
        fix = "use the logical date of the run"
        raise DagValueError(f"{_name(timetable)} gives a partition_key, but runs here have no partitions.", fix=fix)
    run_after = _read_instant(answer.run_after, timetable, "next_dagrun_info")
    if answer.data_interval is None:  # about its instant
        return Due(run_after, run_after, run_after, run_after)
    start, end = _read_interval(answer.data_interval, timetable, "next_dagrun_info")
    return Due(run_after, start, start, end)


def _read_interval(answer: Any, timetable: Timetable, method: str) -> Interval:
    if not isinstance(answer, DataInterval):
        raise _refuse(timetable, method, answer, "give a DataInterval")
    start, end = (_read_instant(each, timetable, method) for each in answer)
    if start > end:
        raise _refuse(timetable, method, answer, "let the interval end after it begins")
    return Interval(start, end)


def _read_instant(answer: Any, timetable: Timetable, method: str) -> float:
    if not isinstance(answer, datetime) or answer.tzinfo is None:
        raise _refuse(timetable, method, answer, "give a datetime with a time zone")
    return answer.timestamp()


def _refuse(timetable: Timetable, method: str, answer: Any, fix: str) -> DagTypeError:
    return DagTypeError(f"{_name(timetable)}.{method}() gives {answer!r}, which cannot be used.", fix=fix)


def _name(timetable: Timetable) -> str:
    return f"Timetable class {type(timetable).__name__}"
