"""`fanjet next`: when the DAGs of a file are due."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Call

FILE = """\
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fanjet import DAG, task
from fanjet.authoring.assets import Asset
from fanjet.authoring.timetable_base import DagRunInfo, Timetable
from fanjet.authoring.timetables import CronDataIntervalTimetable


class Own(Timetable):
    description = "every other day"

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        last = last_automated_data_interval
        return DagRunInfo.exact(last.end + timedelta(days=2) if last else restriction.earliest)


BERLIN = datetime(2024, 3, 1, tzinfo=ZoneInfo("Europe/Berlin"))
SCHEDULES = {
    "nightly": "30 2 * * *",
    "days": CronDataIntervalTimetable("@daily", "Europe/Berlin"),
    "hand": None,
    "again": "@continuous",
    "made": Asset("a") | Asset("b"),
    "own": Own(),
}
for name, schedule in SCHEDULES.items():
    with DAG(name, schedule=schedule, start_date=BERLIN):
        task(task_id="t")(lambda: 1)()
"""
EXPECTED = """\
nightly  30 2 * * *, times in Europe/Berlin, without catching up
RUN AFTER                    LOGICAL DATE             INTERVAL END
Sat 2024-03-30 02:30 +01:00  2024-03-30 02:30 +01:00  -
Sun 2024-03-31 03:30 +02:00  2024-03-31 03:30 +02:00  -
The first is due at once.

days  @daily (Europe/Berlin), times in Europe/Berlin, without catching up
RUN AFTER                    LOGICAL DATE             INTERVAL END
Sat 2024-03-30 00:00 +01:00  2024-03-29 00:00 +01:00  2024-03-30 00:00 +01:00
Sun 2024-03-31 00:00 +01:00  2024-03-30 00:00 +01:00  2024-03-31 00:00 +01:00
The first is due at once.

hand  is only started by hand

again  @continuous: due when the run before has ended
RUN AFTER                    LOGICAL DATE             INTERVAL END
Sat 2024-03-30 13:00 +01:00  2024-03-01 00:00 +01:00  2024-03-30 13:00 +01:00
The first is due at once.

made  assets: (a or b): due when they have been made

own  every other day, times in Europe/Berlin, without catching up
RUN AFTER                    LOGICAL DATE             INTERVAL END
Fri 2024-03-29 00:00 +01:00  2024-03-29 00:00 +01:00  -
Sun 2024-03-31 00:00 +01:00  2024-03-31 00:00 +01:00  -
The first is due at once.
"""
AT = ("--from", "2024-03-30T12:00Z")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "plan.py"
    path.write_text(FILE)
    return str(path)


def test_all_dags_of_a_file_in_their_own_time_zone(call: Call, file: str) -> None:
    result = call("next", file, "-n", "2", *AT)
    assert (result.status, result.err) == (0, "")
    assert result.out == EXPECTED
    assert max(map(len, result.out.splitlines())) <= 80


def test_one_dag_as_json(call: Call, file: str) -> None:
    result = call("next", file, "days", "--count", "1", "--json", *AT)
    assert result.status == 0
    assert json.loads(result.out) == [
        {
            "dag_id": "days",
            "schedule": "@daily (Europe/Berlin)",
            "timezone": "Europe/Berlin",
            "catchup": False,
            "next": [
                {
                    "run_after": "2024-03-29T23:00:00+00:00",
                    "logical_date": "2024-03-28T23:00:00+00:00",
                    "data_interval_start": "2024-03-28T23:00:00+00:00",
                    "data_interval_end": "2024-03-29T23:00:00+00:00",
                }
            ],
        }
    ]


def test_what_is_not_there_or_wrong(call: Call, file: str, tmp_path: Path) -> None:
    result = call("next", file, "nihtly")
    assert (result.status, result.out) == (2, "")
    assert "has no DAG 'nihtly'. Did you mean 'nightly'?" in result.err
    assert call("next", file, "--from", "tomorrow").status == 2
    assert call("next", str(tmp_path / "absent.py")).status == 2
    bad = tmp_path / "bad.py"
    bad.write_text("from fanjet import DAG\n\nDAG('d', schedule='@dialy')\n")
    result = call("next", str(bad))
    assert result.status == 2
    assert f"{bad.name}:3: dag: DAG 'd': There is no preset '@dialy'.\n    fix: write '@daily'\n" in result.out


def test_what_goes_wrong_in_a_timetable_has_its_line(call: Call, file: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(Path(file).read_text().replace("timedelta(days=2) if last", "1 if last"))
    result = call("next", str(wrong), "own")
    assert result.status == 2
    assert "wrong.py:15: timetable: DAG 'own': its timetable cannot be asked. TypeError: unsupported" in result.out


def test_a_timetable_of_ones_own_gives_as_many_runs_as_are_wanted(call: Call, file: str) -> None:
    result = call("next", file, "own", "-n", "70", "--json", *AT)
    found = [each["logical_date"][:10] for each in json.loads(result.out)[0]["next"]]
    assert (len(found), found[0], found[1]) == (70, "2024-03-28", "2024-03-30")  # the last that was missed comes first


def test_a_timetable_that_does_not_answer(
    call: Call, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJET_PARSE_TIMEOUT_S", "1")
    hung = tmp_path / "hung.py"
    hung.write_text(Path(file).read_text().replace("        last = ", "        while True: pass\n        last = "))
    result = call("next", str(hung), "own")
    assert result.status == 2
    assert "hung.py: timetable: DAG 'own': its timetable did not answer within 1 s" in result.out
