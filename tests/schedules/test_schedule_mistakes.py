"""What authors write and cannot mean: cron texts, presets, time zones, distances."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import MO, relativedelta

from fanjet import DAG, task
from fanjet.authoring.asset_timetables import AssetOrTimeSchedule, AssetTriggeredTimetable
from fanjet.authoring.assets import Asset
from fanjet.authoring.timetables import CronTriggerTimetable, DeltaTriggerTimetable, NullTimetable
from fanjet.errors import DagError, DagValueError
from fanjet.parsing.spec_builder import build_spec
from fanjet.schedules.cron_check import check_cron
from fanjet.schedules.zones import get_zone, name_zone

USED = [
    "* * * * *", "*/5 0-23/2 1,15 */3 1-5", "0 22-2 * * *", "0 0 * * 7", "0 0 * * MON-FRI", "0 0 L * *",
    "0 0 ? * MON#2", "0 0 29 2 *", "0 0 31 * *", "0 0 * * * 30", "0 0 1 1 * 0 2030", "@hourly", "@midnight",
    "@annually", "*/60 * * * *",
]  # fmt: skip


@pytest.mark.parametrize("text", USED)
def test_cron_texts_that_can_be_used(text: str) -> None:
    check_cron(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@dayly", "There is no preset '@dayly'. Fix: write '@daily'"),
        ("@Weekly", "There is no preset '@Weekly'. Fix: write '@weekly'"),
        ("@reboot", "There is no preset '@reboot'. Fix: write a cron text, or one of @hourly, @daily,"),
        ("@every 5m", "There is no preset '@every 5m'."),
        ("", "A cron text has 5 fields, '' has 0. Fix: write minute, hour, day of the month,"),
        ("0 6 * *", "A cron text has 5 fields, '0 6 * *' has 4."),
        (
            "60 * * * *",
            "The minute '60' of the cron text '60 * * * *' cannot be used. Fix: write '*', or numbers from 0 to 59",
        ),
        ("0 24 * * *", "The hour '24' of the cron text '0 24 * * *' cannot be used."),
        ("0 0 0 * *", "The day of the month '0' of the cron text '0 0 0 * *' cannot be used."),
        ("0 0 * 13 *", "The month '13' of the cron text '0 0 * 13 *' cannot be used."),
        ("0 0 * * mo", "The day of the week 'mo' of the cron text '0 0 * * mo' cannot be used."),
        ("*/0 * * * *", "The minute '*/0' of the cron text '*/0 * * * *' cannot be used."),
        ("a b c d e", "The minute 'a' of the cron text 'a b c d e' cannot be used."),
        ("R * * * *", "The minute 'R' of the cron text 'R * * * *' would be another one each time."),
        ("0 0 30 2 *", "The cron text '0 0 30 2 *' is never due. Fix: name a day that its months have"),
        ("0 0 31 4,6 *", "The cron text '0 0 31 4,6 *' is never due."),
    ],
)
def test_cron_texts_that_cannot_be_used(text: str, message: str) -> None:
    with pytest.raises(DagValueError) as caught:
        check_cron(text)
    assert message in str(caught.value)
    with pytest.raises(DagValueError, match="DAG 'd': "):
        DAG("d", schedule=text)


def test_checking_what_nearly_all_write_costs_no_library() -> None:
    code = (
        "import sys; from fanjet.authoring.schedule_values import to_timetable, to_spec\n"
        "for text in ('@daily', '*/5 6-18 1-7 * 1-5'): to_spec(to_timetable(text))\n"
        "assert not {'croniter', 'zoneinfo', 'dateutil'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


class Nameless(tzinfo):
    """A zone of which nobody can tell what it is."""

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        return None if when is None else timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (None, "UTC"),
        (UTC, "UTC"),
        ("Asia/Kathmandu", "Asia/Kathmandu"),
        (ZoneInfo("Europe/Berlin"), "Europe/Berlin"),
        (timezone(timedelta(hours=-3, minutes=-30)), "-03:30"),
        (timezone(timedelta(0), "zero"), "UTC"),
    ],
)
def test_names_of_time_zones(zone: Any, name: str) -> None:
    assert name_zone(zone) == name
    at = datetime(2024, 7, 1, tzinfo=get_zone(name))
    assert at == datetime(2024, 7, 1, tzinfo=zone if isinstance(zone, tzinfo) else get_zone(name))


def test_time_zones_of_other_libraries() -> None:
    pendulum = pytest.importorskip("pendulum")
    assert name_zone(pendulum.timezone("Europe/Oslo")) == "Europe/Oslo"
    assert name_zone(pendulum.timezone(19800)) == "+05:30"
    assert name_zone(pendulum.UTC) == "UTC"


@pytest.mark.parametrize("name", ["Europe/Berln", "Europe", "", "+25:00", "../etc/passwd", "\0"])
def test_time_zones_that_there_are_not(name: str) -> None:
    with pytest.raises(DagValueError, match="There is no time zone"):
        CronTriggerTimetable("@daily", timezone=name)


def test_near_names_of_time_zones_are_suggested() -> None:
    with pytest.raises(DagValueError, match="write 'Europe/Berlin'"):
        get_zone("Europe/Berln")


def test_a_machine_without_time_zones_says_so() -> None:
    code = (
        "import sys, zoneinfo; sys.modules['tzdata'] = None; zoneinfo.reset_tzpath(())\n"
        "from fanjet.schedules.zones import get_zone\n"
        "assert str(get_zone('UTC')) == 'UTC'\n"
        "get_zone('Europe/Berlin')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "This machine knows no time zones, not even 'Europe/Berlin'. Fix: pip install tzdata" in done.stderr


def test_a_start_in_a_zone_without_a_name() -> None:
    def build(**arguments: Any) -> Any:
        with DAG("d", start_date=datetime(2024, 1, 1, tzinfo=Nameless()), **arguments) as dag:
            task(task_id="t")(lambda: 1)()
        return build_spec(dag, file="d.py").spec

    assert build().timezone == "UTC"  # nobody asks for it
    with pytest.raises(DagError, match=r"DAG 'd': .*has no name.*use zoneinfo.ZoneInfo"):
        build(schedule="@daily")


@pytest.mark.parametrize(
    "delta", [timedelta(), timedelta(days=-1), relativedelta(day=1), relativedelta(weekday=MO), "1h", 3]
)
def test_distances_that_lead_nowhere(delta: Any) -> None:
    with pytest.raises(DagValueError, match=r"does not lead from one run|is no duration"):
        DeltaTriggerTimetable(delta)


def test_what_else_cannot_be_meant() -> None:
    with pytest.raises(DagValueError, match=r"AssetTriggeredTimetable: assets=\[\] cannot be used"):
        AssetTriggeredTimetable([])
    for timetable in (None, "@daily", NullTimetable(), AssetTriggeredTimetable(Asset("a"))):
        with pytest.raises(DagValueError, match=r"AssetOrTimeSchedule: timetable=.* give a timetable such as"):
            AssetOrTimeSchedule(timetable=timetable, assets=Asset("a"))  # type: ignore[arg-type] # the mistake
    with pytest.raises(DagValueError, match="interval='x' is no duration"):
        CronTriggerTimetable("@daily", interval="x")
    with pytest.raises(DagValueError, match="cron=5 cannot be used"):
        CronTriggerTimetable(5)  # type: ignore[arg-type] # the mistake


def test_a_schedule_that_allows_one_run_at_once() -> None:
    def build(**arguments: Any) -> Any:
        with DAG("d", schedule="@continuous", **arguments) as dag:
            task(task_id="t")(lambda: 1)()
        return build_spec(dag, file="d.py").spec

    assert build().max_active_runs == build(max_active_runs=1).max_active_runs == 1
    with pytest.raises(DagValueError, match=r"max_active_runs=3, but its schedule @continuous starts only 1") as caught:
        build(max_active_runs=3)
    assert caught.value.line is not None
