"""What runs are about that somebody starts."""

from __future__ import annotations

from datetime import UTC, datetime

from fanjet.errors import OperationError
from fanjet.model.schedules import Interval
from fanjet.model.spec import DagSpec
from fanjet.model.timetables import Unsaid


def find_interval(spec: DagSpec, date: datetime) -> Interval | None:
    """The time that a run is about; None where only code of the author's can say (`find_unsaid`).

    Args:
        spec: The DAG.
        date: The logical date.
    """
    at = date.timestamp()
    if spec.timetable is None:
        return Interval(at, at)
    from fanjet.schedules import infer_manual_interval, needs_code  # noqa: PLC0415 - most runs by hand need none

    return None if needs_code(spec.timetable) else infer_manual_interval(spec.timetable, at)


def as_dates(interval: Interval | None) -> tuple[datetime | None, datetime | None]:
    """An interval as a run has it; None twice where it has none (yet).

    Raises:
        OperationError: It does not lie within the calendar.
    """
    if interval is None:
        return None, None
    try:
        return datetime.fromtimestamp(interval.start, UTC), datetime.fromtimestamp(interval.end, UTC)
    except (OverflowError, ValueError) as error:  # steps of thousands of years
        raise OperationError(
            "The interval of a run at this date would leave the calendar; choose another one."
        ) from error


def find_unsaid(spec: DagSpec, *, names: bool) -> Unsaid | None:
    """What code of the author's has to say of a run that has a logical date.

    Args:
        spec: The DAG.
        names: Whether that may be its id, too.
    """
    if spec.timetable is None:
        return None
    from fanjet.schedules.next_run import names_runs, needs_code  # noqa: PLC0415 - as above

    if not needs_code(spec.timetable):
        return None
    return Unsaid(interval=True, run_id=names and names_runs(spec.timetable))
