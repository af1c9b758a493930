"""Timetables and assets as the schedule of a DAG, and as what tasks declare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fanjet import DAG, task
from fanjet.authoring.asset_timetables import AssetOrTimeSchedule, AssetTriggeredTimetable
from fanjet.authoring.assets import Asset, AssetAlias, AssetAll, AssetAny
from fanjet.authoring.timetable_base import DagRunInfo, Timetable
from fanjet.authoring.timetables import (
    ContinuousTimetable,
    CronTriggerTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
    NullTimetable,
)
from fanjet.errors import DagTypeError, DagValueError
from fanjet.parsing.spec_builder import build_spec

A, B = Asset("a", uri="s3://bucket/a"), Asset("b")


class Own(Timetable):
    """A timetable of an author's own."""

    description = "when I like"


@pytest.mark.parametrize(
    ("schedule", "text", "kind"),
    [
        (None, None, None),
        (NullTimetable(), None, None),
        ("@daily", "@daily", CronTriggerTimetable),
        ("@continuous", "@continuous", ContinuousTimetable),
        (timedelta(hours=2), "every 2:00:00", DeltaTriggerTimetable),
        (CronTriggerTimetable("0 6 * * *", timezone="Europe/Oslo"), "0 6 * * * (Europe/Oslo)", CronTriggerTimetable),
        (DeltaTriggerTimetable(timedelta(days=1)), "every 1 day, 0:00:00", DeltaTriggerTimetable),
        (MultipleCronTriggerTimetable("@daily", "@weekly"), "@daily, @weekly", MultipleCronTriggerTimetable),
        (EventsTimetable([datetime(2024, 1, 1, tzinfo=UTC)]), "1 events", EventsTimetable),
        (A, "assets: a", AssetTriggeredTimetable),
        ([A, B], "assets: (a and b)", AssetTriggeredTimetable),
        (A | (B & AssetAlias("c")), "assets: (a or (b and alias c))", AssetTriggeredTimetable),
        (
            AssetOrTimeSchedule(timetable=CronTriggerTimetable("@daily"), assets=[A]),
            "@daily, or assets: a",
            AssetOrTimeSchedule,
        ),
        (Own(), "when I like", Own),
    ],
)
def test_what_a_dag_may_be_scheduled_by(schedule, text, kind) -> None:
    dag = DAG("d", schedule=schedule)
    assert dag.schedule == text
    assert type(dag.timetable) is (kind or type(None))
    assert DAG("e", schedule_interval=schedule).schedule == text


@pytest.mark.parametrize("schedule", [3, [], ["a"], object()])
def test_what_is_no_schedule_is_refused(schedule) -> None:
    with pytest.raises(DagValueError, match=r"Fix: give an? "):
        DAG("d", schedule=schedule)


def test_tasks_declare_what_they_need_and_make() -> None:
    with DAG("d"):

        @task(inlets=A, outlets=[B, AssetAlias("c")])
        def make():
            return 1

        made = make().operator
        assert (made.inlets, made.outlets) == ((A,), (B, AssetAlias("c")))
        with pytest.raises(DagValueError, match="give an Asset or a list of them"):
            make.override(outlets=["b"])()


def test_assets_are_equal_by_what_they_say() -> None:
    assert Asset("a", uri="s3://bucket/a") == A != Asset("a")
    assert {A, Asset("a", uri="s3://bucket/a")} == {A}
    assert list(AssetAny(A, AssetAll(B, A)).iter_assets()) == [A, B, A]
    assert f"{A.__fspath__()}" == "s3://bucket/a"
    for wrong in ({"name": ""}, {"name": "ü"}, {"uri": "x" * 2000}):
        with pytest.raises(DagValueError):
            Asset(**wrong)
    with pytest.raises(DagTypeError):
        Asset()


def test_dates_of_another_class_become_plain_ones_in_the_data() -> None:
    pendulum = pytest.importorskip("pendulum")
    with DAG("d", start_date=pendulum.datetime(2024, 1, 1, tz="Europe/Oslo")) as dag:
        task(task_id="t")(lambda: 1)()
    spec = build_spec(dag, file="d.py").spec
    assert type(spec.start_date) is datetime
    assert spec.start_date == datetime(2023, 12, 31, 23, tzinfo=UTC)


def test_the_parts_of_a_timetable_of_ones_own() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    info = DagRunInfo.interval(at, at + timedelta(days=1))
    assert (info.logical_date, info.run_after) == (at, at + timedelta(days=1))
    assert Own().infer_manual_data_interval(run_after=at).start == at
    with pytest.raises(DagTypeError, match="Timetable class Own has no next_dagrun_info"):
        Own().next_dagrun_info(last_automated_data_interval=None, restriction=None)
