"""Branches and sensors that look at the clock and the calendar, and the task that lets only the newest run go on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fanjet import DAG
from fanjet.authoring.exceptions import FailException
from fanjet.errors import DagTypeError, DagValueError
from fanjet.operators.calendar import BranchDateTimeOperator, BranchDayOfWeekOperator, DayOfWeekSensor, TimeSensor
from fanjet.operators.latest_only import LatestOnlyOperator
from fanjet.operators.weekday import WeekDay

NOON_OF_A_FRIDAY = datetime(2024, 1, 5, 12, tzinfo=UTC)


def context(dag: DAG, logical_date: datetime | None = NOON_OF_A_FRIDAY, **run: Any) -> dict[str, Any]:
    return {"dag": dag, "dag_run": SimpleNamespace(logical_date=logical_date, **run)}


@pytest.fixture
def dag():
    with DAG("d") as made:
        yield made


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (time(11), time(13), "yes"),
        (time(13), time(14), "no"),
        (time(11), time(2), "yes"),
        (None, time(11), "no"),
        (datetime(2024, 1, 5, tzinfo=UTC), None, "yes"),
        (datetime(2024, 1, 5), datetime(2024, 1, 5, 12), "yes"),  # noqa: DTZ001 - UTC then
    ],
)
def test_a_range_of_instants_or_times_of_the_day(dag, lower, upper, expected) -> None:
    branch = BranchDateTimeOperator(
        task_id="b",
        follow_task_ids_if_true="yes",
        follow_task_ids_if_false="no",
        target_lower=lower,
        target_upper=upper,
        use_task_logical_date=True,
    )
    assert branch.choose_branch(context(dag)) == expected


def test_a_range_needs_an_end_and_a_logical_date_to_look_at(dag) -> None:
    ids = {"follow_task_ids_if_true": "yes", "follow_task_ids_if_false": "no"}
    with pytest.raises(DagTypeError, match="neither target_lower nor target_upper"):
        BranchDateTimeOperator(task_id="b", target_lower=None, target_upper=None, **ids)
    branch = BranchDayOfWeekOperator(task_id="c", week_day="monday", use_task_logical_date=True, **ids)
    with pytest.raises(FailException, match="the run has none"):
        branch.choose_branch(context(dag, None))


def test_days_of_the_week(dag) -> None:
    ids = {"follow_task_ids_if_true": "yes", "follow_task_ids_if_false": "no", "use_task_logical_date": True}
    for number, (days, expected) in enumerate(
        [("Friday", "yes"), ({WeekDay.SATURDAY, "friday"}, "yes"), (["MONDAY"], "no")]
    ):
        branch = BranchDayOfWeekOperator(task_id=f"b{number}", week_day=days, **ids)
        assert branch.choose_branch(context(dag)) == expected
    assert DayOfWeekSensor(task_id="s", week_day="friday", use_task_execution_day=True).poke(context(dag))
    with pytest.raises(DagValueError, match="'Freitag' is no day of the week"):
        DayOfWeekSensor(task_id="t", week_day="Freitag")


def test_a_time_of_the_day(dag) -> None:
    assert TimeSensor(task_id="past", target_time=time(0)).poke(context(dag))
    far = TimeSensor(task_id="far", target_time=time(23, 59, 59, 999999))
    assert not far.poke(context(dag))
    with pytest.raises(DagValueError, match="is no time"):
        TimeSensor(task_id="wrong", target_time="noon")


@pytest.mark.parametrize(
    ("run_type", "ended_ago", "goes_on"),
    [
        ("scheduled", timedelta(hours=1), True),
        ("scheduled", timedelta(hours=25), False),
        ("manual", timedelta(9), True),
    ],
)
def test_only_the_newest_run_goes_on(dag, run_type, ended_ago, goes_on) -> None:
    end = datetime.now(UTC) - ended_ago
    run = context(dag, run_type=run_type, data_interval_start=end - timedelta(days=1), data_interval_end=end)
    assert LatestOnlyOperator(task_id="l").execute(run) is goes_on
