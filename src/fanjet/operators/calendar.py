"""Branches and sensors that look at the clock and the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from fanjet.authoring.exceptions import FailException
from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.branch import BaseBranchOperator
from fanjet.operators.sensor import BaseSensorOperator
from fanjet.operators.sensors import InstantSensor
from fanjet.operators.weekday import WeekDay
from fanjet.runtime.clock import clock_of


class BranchDateTimeOperator(BaseBranchOperator):
    """Chooses by whether now lies between two instants, or two times of the day.

    Args:
        follow_task_ids_if_true: The id or ids of what follows if it does.
        follow_task_ids_if_false: Those of what follows otherwise.
        target_lower: Where the range begins; a time of the day, UTC unless it says otherwise, or an instant.
        target_upper: Where it ends; a time of the day before `target_lower` is one of the next day.
        use_task_logical_date: Whether the logical date of the run counts, and not the clock.
        options: As in `BaseOperator`; `use_task_execution_date` is the older name of `use_task_logical_date`.

    Raises:
        DagTypeError: Neither end is given.
    """

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        target_lower: datetime | time | None,
        target_upper: datetime | time | None,
        use_task_logical_date: bool = False,
        use_task_execution_date: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if target_lower is None and target_upper is None:
            raise DagTypeError(
                f"BranchDateTimeOperator '{self.task_id}' has neither target_lower nor target_upper.", fix="give one"
            )
        self.target_lower = target_lower
        self.target_upper = target_upper
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.use_task_logical_date = use_task_logical_date or use_task_execution_date

    def choose_branch(self, context: Any) -> Any:
        now = _find_now(context, self.use_task_logical_date, self.task_id)
        lower, upper = _on_day(self.target_lower, now), _on_day(self.target_upper, now)
        if lower is not None and upper is not None and upper < lower and isinstance(self.target_upper, time):
            upper += timedelta(days=1)
        inside = (lower is None or lower <= now) and (upper is None or now <= upper)
        return self.follow_task_ids_if_true if inside else self.follow_task_ids_if_false


class BranchDayOfWeekOperator(BaseBranchOperator):
    """Chooses by the day of the week.

    Args:
        follow_task_ids_if_true: The id or ids of what follows on these days.
        follow_task_ids_if_false: Those of what follows on others.
        week_day: A day or several, by name or as `WeekDay`.
        use_task_logical_date: Whether the logical date of the run counts, and not the clock.
        options: As in `BaseOperator`; `use_task_execution_day` is the older name of `use_task_logical_date`.
    """

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        week_day: Any,
        use_task_logical_date: bool = False,
        use_task_execution_day: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._days = WeekDay.validate_week_day(week_day)

    def choose_branch(self, context: Any) -> Any:
        day = _find_now(context, self.use_task_logical_date, self.task_id).isoweekday()
        return self.follow_task_ids_if_true if day in self._days else self.follow_task_ids_if_false


class DayOfWeekSensor(BaseSensorOperator):
    """Waits until it is one of some days of the week.

    Args:
        week_day: A day or several, by name or as `WeekDay`.
        use_task_logical_date: Whether the logical date of the run counts, and not the clock.
        options: As in `BaseSensorOperator`; `use_task_execution_day` is the older name of `use_task_logical_date`.
    """

    def __init__(
        self,
        *,
        week_day: Any,
        use_task_logical_date: bool = False,
        use_task_execution_day: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._days = WeekDay.validate_week_day(week_day)

    def poke(self, context: Any) -> bool:
        return _find_now(context, self.use_task_logical_date, self.task_id).isoweekday() in self._days


class TimeSensor(InstantSensor):
    """Waits until a time of the day.

    Args:
        target_time: The time; in the zone of the DAG's start_date unless it has its own, UTC without one.
        deferrable: Whether it waits without a slot.
        end_from_trigger: Whether it is then over without a try that only notes that.
        options: As in `BaseSensorOperator`.
    """

    def __init__(self, *, target_time: time, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(target_time, time):
            raise DagValueError(f"Sensor '{self.task_id}': target_time={target_time!r} is no time.", fix="give a time")
        self.target_time = target_time

    def find_target(self, context: Any) -> datetime:
        """The time on the day of now, which the start of the try settles."""
        dag = context["dag"]
        zone = self.target_time.tzinfo or (dag.start_date.tzinfo if dag.start_date else UTC)
        day = datetime.fromtimestamp(clock_of(context).time(), zone).date()
        return datetime.combine(day, self.target_time.replace(tzinfo=zone))


class TimeSensorAsync(TimeSensor):
    """A `TimeSensor` that waits without a slot."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"deferrable": True, **options})


def _find_now(context: Any, use_logical_date: bool, task_id: str) -> datetime:
    if not use_logical_date:
        return datetime.now(UTC)
    date: datetime | None = context["dag_run"].logical_date
    if date is None:
        raise FailException(
            f"Task '{task_id}' uses the logical date, and the run has none. Fix: start it with --logical-date."
        )
    return date


def _on_day(target: datetime | time | None, now: datetime) -> datetime | None:
    """An end of a range as an instant: a time of the day is one of the day of `now`."""
    if isinstance(target, time):
        target = datetime.combine(now.date(), target)
    return target.replace(tzinfo=UTC) if target is not None and target.tzinfo is None else target
