"""Timetable classes: what they become as data, what they answer, and classes of authors' own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from dateutil.relativedelta import MO, relativedelta

from fanjet import DAG, Param, task
from fanjet.authoring.asset_timetables import AssetOrTimeSchedule, AssetTriggeredTimetable
from fanjet.authoring.assets import Asset, AssetAlias
from fanjet.authoring.schedule_values import to_spec, to_timetable
from fanjet.authoring.timetable_base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from fanjet.authoring.timetables import (
    ContinuousTimetable,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
    NullTimetable,
    OnceTimetable,
)
from fanjet.errors import DagError, DagTypeError, DagValueError, InvariantError
from fanjet.model import schedules as model
from fanjet.model.spec import DagSpec
from fanjet.parsing.spec_builder import build_spec
from fanjet.runtime.timetable_answers import answer_manual, answer_next, answer_run_id

A, B = Asset("a", uri="s3://bucket/a"), Asset("b")
START = datetime(2024, 1, 1, tzinfo=UTC)
NAIVE = datetime(1970, 1, 2)  # noqa: DTZ001 - taken for UTC
DAY = 86400.0


def build(schedule: Any, **arguments: Any) -> tuple[DAG, DagSpec]:
    with DAG("d", schedule=schedule, **arguments) as dag:
        task(task_id="t")(lambda: 1)()
    spec = build_spec(dag, file="d.py").spec
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(spec), type=DagSpec) == spec
    return dag, spec


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (None, None),
        (NullTimetable(), None),
        ("@once", model.OnceSchedule()),
        ("@continuous", model.ContinuousSchedule()),
        ("@daily", model.CronTrigger(crons=("@daily",))),
        (timedelta(hours=2), model.DeltaTrigger(delta=model.FixedDelta(7200.0))),
        (relativedelta(months=1), model.DeltaTrigger(delta=model.CalendarDelta(months=1))),
        (
            relativedelta(years=1, hours=36, day=31, weekday=MO(-1)),
            model.DeltaTrigger(delta=model.CalendarDelta(years=1, days=1, hours=12, day=31, weekday=(0, -1))),
        ),
        (
            CronTriggerTimetable(
                "0 6 * * *", "Asia/Tokyo", interval=timedelta(days=1), run_immediately=timedelta(hours=1)
            ),
            model.CronTrigger(
                crons=("0 6 * * *",), timezone="Asia/Tokyo", interval=model.FixedDelta(DAY), run_immediately=3600.0
            ),
        ),
        (
            CronTriggerTimetable("0 6 * * *", timezone=ZoneInfo("Asia/Tokyo"), run_immediately=None),
            model.CronTrigger(crons=("0 6 * * *",), timezone="Asia/Tokyo"),
        ),
        (CronDataIntervalTimetable("@daily", "Asia/Tokyo"), model.CronIntervals(cron="@daily", timezone="Asia/Tokyo")),
        (
            MultipleCronTriggerTimetable("@daily", "@weekly", timezone="Asia/Tokyo", run_immediately=True),
            model.CronTrigger(crons=("@daily", "@weekly"), timezone="Asia/Tokyo", run_immediately=True),
        ),
        (DeltaDataIntervalTimetable(timedelta(days=1)), model.DeltaIntervals(delta=model.FixedDelta(DAY))),
        (
            DeltaTriggerTimetable(timedelta(days=1), interval=timedelta(days=1)),
            model.DeltaTrigger(delta=model.FixedDelta(DAY), interval=model.FixedDelta(DAY)),
        ),
        (
            EventsTimetable([NAIVE, datetime(1970, 1, 1, tzinfo=UTC)], restrict_to_events=True),
            model.EventsSchedule(instants=(0.0, DAY), restrict_to_events=True),
        ),
        (A, model.AssetSchedule(assets=model.AssetNeed(name="a", uri="s3://bucket/a"))),
        (Asset.ref(name="a"), model.AssetSchedule(assets=model.AssetNeed(name="a"))),
        (Asset.ref(uri="s3://bucket/a"), model.AssetSchedule(assets=model.AssetNeed(uri="s3://bucket/a"))),
        (
            A | (B & AssetAlias("c")),
            model.AssetSchedule(
                assets=model.AnyAsset((
                    model.AssetNeed(name="a", uri="s3://bucket/a"),
                    model.AllAssets((model.AssetNeed(name="b", uri="b"), model.AliasNeed("c"))),
                ))
            ),
        ),
        (
            AssetOrTimeSchedule(timetable=CronTriggerTimetable("@daily"), assets=[A]),
            model.AssetOrTimeSchedule(
                assets=model.AssetNeed(name="a", uri="s3://bucket/a"), time=model.CronTrigger(crons=("@daily",))
            ),
        ),
    ],
)  # fmt: skip
def test_schedules_as_data(schedule: Any, expected: model.ScheduleSpec | None) -> None:
    dag, spec = build(schedule, start_date=START)
    assert spec.timetable == expected
    assert spec.timezone == "UTC"
    assert (dag.timetable is None) == (expected is None)


def test_cron_texts_hold_in_the_zone_of_the_start_and_timetables_in_their_own() -> None:
    berlin = datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert build("@daily", start_date=berlin)[1].timetable == model.CronTrigger(
        crons=("@daily",), timezone="Europe/Berlin"
    )
    assert build("@daily", start_date=berlin)[1].timezone == "Europe/Berlin"
    own = CronTriggerTimetable("@daily", timezone="Asia/Tokyo")
    assert build(own, start_date=berlin)[1].timetable == model.CronTrigger(crons=("@daily",), timezone="Asia/Tokyo")
    assert build("@daily", default_args={"start_date": berlin})[1].timezone == "Europe/Berlin"


def test_a_dag_without_start_begins_with_its_tasks() -> None:
    with DAG("d", schedule="@daily") as dag:
        for month in (3, 2):
            task(task_id=f"t{month}", start_date=datetime(2024, month, 1, tzinfo=UTC))(lambda: 1)()
    assert build_spec(dag, file="d.py").spec.start_date == datetime(2024, 2, 1, tzinfo=UTC)


def test_runs_of_a_schedule_need_no_one_to_give_them_values() -> None:
    required = {"depth": Param(type="integer")}
    assert build(None, params=required)[1].params[0].default is None
    for schedule in ("@daily", A):
        with pytest.raises(
            DagValueError, match=r"DAG 'd' has the schedule .*, but its param 'depth' has no value"
        ) as caught:
            build(schedule, params=required)
        assert caught.value.line is not None
    assert build("@daily", params={"depth": Param(None, type=["null", "integer"])})[1].timetable is not None


def test_durations_of_pendulum_know_months() -> None:
    pendulum = pytest.importorskip("pendulum")
    _, spec = build(pendulum.duration(months=1, days=3, hours=2))
    assert spec.timetable == model.DeltaTrigger(delta=model.CalendarDelta(months=1, days=3, hours=2))
    assert build(pendulum.duration(hours=2))[1].timetable == model.DeltaTrigger(delta=model.FixedDelta(7200.0))


RESTRICTION = TimeRestriction(START, None, catchup=True)
JANUARY_SECOND = DataInterval(datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("timetable", "first", "second"),
    [
        (CronTriggerTimetable("@daily"), (1, 1), (4, 4)),
        (CronDataIntervalTimetable("@daily"), (1, 2), (3, 4)),
        (DeltaTriggerTimetable(timedelta(days=2)), (1, 1), (5, 5)),
        (DeltaDataIntervalTimetable(timedelta(days=2)), (1, 3), (3, 5)),
        (MultipleCronTriggerTimetable("@daily", "@weekly"), (1, 1), (4, 4)),
        (OnceTimetable(), (1, 1), None),
        (EventsTimetable([START, START + timedelta(days=9)]), (1, 1), (10, 10)),
        (AssetTriggeredTimetable(A), None, None),
        (AssetOrTimeSchedule(timetable=CronDataIntervalTimetable("@daily"), assets=A), (1, 2), (3, 4)),
        (NullTimetable(), None, None),
    ],
)
def test_built_in_timetables_answer(timetable: Timetable, first: Any, second: Any) -> None:
    def ask(last: DataInterval | None) -> Any:
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=RESTRICTION)
        before = last and DagRunInfo(last.end, last)
        assert info == timetable.next_dagrun_info_v2(last_dagrun_info=before, restriction=RESTRICTION)
        if info is None:
            return None
        assert info.data_interval is not None
        assert info.run_after == info.data_interval.end
        return (info.data_interval.start.day, info.data_interval.end.day)

    assert ask(None) == first
    assert ask(JANUARY_SECOND) == second


def test_built_in_timetables_know_what_a_run_by_hand_is_about() -> None:
    noon = datetime(2024, 1, 5, 12, tzinfo=UTC)
    days = CronDataIntervalTimetable("@daily")
    assert days.infer_manual_data_interval(run_after=noon) == (
        datetime(2024, 1, 4, tzinfo=UTC),
        datetime(2024, 1, 5, tzinfo=UTC),
    )
    assert CronTriggerTimetable("@daily").infer_manual_data_interval(run_after=noon) == (noon, noon)
    both = AssetOrTimeSchedule(timetable=days, assets=A)
    assert both.infer_manual_data_interval(run_after=noon) == days.infer_manual_data_interval(run_after=noon)
    assert ContinuousTimetable().infer_manual_data_interval(run_after=noon) == (noon, noon)


class Workdays(CronDataIntervalTimetable):
    """A built-in one without weekends."""

    def __init__(self) -> None:
        super().__init__("@daily")

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        info = super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )
        while info and info.data_interval.start.weekday() > 4:
            info = super().next_dagrun_info(last_automated_data_interval=info.data_interval, restriction=restriction)
        return info

    def generate_run_id(self, *, run_type, run_after, data_interval, **extra):
        return f"{run_type}-{data_interval.start:%a}"


class Told(Timetable):
    """Says what it was told to say."""

    description = "as told"

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def infer_manual_data_interval(self, *, run_after):
        return self.answer


class Named(CronTriggerTimetable):
    """A built-in one by another name."""


def test_a_class_of_ones_own_is_asked_where_its_code_is() -> None:
    dag, spec = build(Workdays(), start_date=START)
    assert spec.timetable == model.CustomSchedule(class_name=f"{__name__}.Workdays", names_runs=True)
    due = answer_next(dag, None, start_date=START.timestamp(), end_date=None, catchup=True)
    days = []
    while due is not None and len(days) < 7:
        days.append(datetime.fromtimestamp(due.logical_date, UTC).day)
        due = answer_next(dag, due.interval, start_date=START.timestamp(), end_date=None, catchup=True)
    assert days == [1, 2, 3, 4, 5, 8, 9]  # the 6th and 7th are a weekend
    assert due is not None
    assert answer_run_id(dag, "scheduled", due) == "scheduled-Wed"
    assert answer_manual(dag, START.timestamp()) == (START.timestamp() - DAY, START.timestamp())


def test_a_class_that_changes_nothing_needs_no_worker() -> None:
    assert build(Named("@daily"))[1].timetable == model.CronTrigger(crons=("@daily",))
    nested = AssetOrTimeSchedule(timetable=Workdays(), assets=A)
    spec = build(nested)[1].timetable
    assert isinstance(spec, model.AssetOrTimeSchedule)
    assert spec.time == model.CustomSchedule(class_name=f"{__name__}.Workdays", names_runs=True)


def test_a_class_without_any_method_is_refused_when_the_file_is_loaded() -> None:
    with pytest.raises(DagTypeError, match="DAG 'd': Timetable class Empty has no next_dagrun_info") as caught:
        build(type("Empty", (Timetable,), {})())
    assert caught.value.line is not None


@pytest.mark.parametrize(
    "answer",
    [
        3,
        DagRunInfo.interval(datetime(2024, 1, 1), datetime(2024, 1, 2)),  # noqa: DTZ001 - the mistake
        DagRunInfo.interval(START, START - timedelta(days=1)),
        DagRunInfo(START, 5),  # type: ignore[arg-type] # the mistake
        DagRunInfo(START, None, partition_key="x"),
        JANUARY_SECOND,
    ],
)
def test_answers_that_make_no_sense_are_the_authors_mistakes(answer: Any) -> None:
    dag, _ = build(Told(answer))
    with pytest.raises(DagError, match="Timetable class Told"):
        answer_next(dag, None, start_date=None, end_date=None, catchup=False)


def test_the_same_run_again_is_a_mistake_and_no_endless_loop() -> None:
    dag, _ = build(Told(DagRunInfo.exact(START)))
    due = answer_next(dag, None, start_date=None, end_date=None, catchup=False)
    assert due is not None
    with pytest.raises(DagValueError, match=r"again after that run. Fix: go on from last_automated_data_interval"):
        answer_next(dag, due.interval, start_date=None, end_date=None, catchup=False)


def test_other_answers() -> None:
    assert answer_next(build(Told(None))[0], None, start_date=None, end_date=None, catchup=False) is None
    bare = answer_next(build(Told(DagRunInfo(START, None)))[0], None, start_date=None, end_date=None, catchup=False)
    assert bare == (START.timestamp(),) * 4
    with pytest.raises(ZeroDivisionError):  # it is the caller's to record
        answer_next(build(Told(ZeroDivisionError()))[0], None, start_date=None, end_date=None, catchup=False)
    with pytest.raises(DagTypeError, match="infer_manual_data_interval"):
        answer_manual(build(Told(3))[0], 0.0)
    with pytest.raises(InvariantError):
        answer_manual(build(None)[0], 0.0)


def test_what_a_schedule_takes_as_a_timetable() -> None:
    assert to_timetable("None") is None
    timetable = to_timetable("@daily")
    assert isinstance(timetable, CronTriggerTimetable)
    assert to_spec(timetable) == model.CronTrigger(crons=("@daily",))
