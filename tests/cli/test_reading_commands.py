"""`fanjet runs`, `show`, `logs` and `xcom`, over a database as a scheduler leaves it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Call
from cli.seeding import DISCOVER, TABLE, TRAIN, Seeder
from fanjet.model.events import TryExtra
from fanjet.model.states import RunStatus, State


def test_runs_lists_the_latest_first_and_says_what_can_be_resumed(call: Call, seeded: Path) -> None:
    result = call("runs", home=seeded)
    assert result.status == 0
    lines = result.out.splitlines()
    assert lines[0].split() == ["RUN", "DAG", "STATE", "STARTED", "TOOK", "INSTANCES", "RUN", "ID"]
    assert lines[1].split()[:4] == ["2", "sweep", "■", "interrupted"]
    assert "1 failed, 70 success, 2 skipped" in lines[2]
    assert "9.5 s" in lines[2]
    assert lines[-1] == "fanjet resume 2 goes on with the latest interrupted run."
    assert "\x1b" not in result.out


def test_runs_as_json(call: Call, seeded: Path) -> None:
    latest, first = json.loads(call("runs", "--json", home=seeded).out)
    assert (latest["run"], latest["state"], latest["interrupted"], latest["ended_at"]) == (2, "running", True, None)
    assert (first["run"], first["state"], first["interrupted"]) == (1, "failed", False)
    assert first["counts"] == {"success": 70, "failed": 1, "skipped": 2}
    assert json.loads(call("runs", "--json", "--dag", "other").out) == []
    assert len(json.loads(call("runs", "--json", "--limit", "1").out)) == 1


def test_show_draws_the_tree_and_names_failures_with_the_end_of_their_logs(call: Call, seeded: Path) -> None:
    result = call("show", "1", home=seeded)
    assert result.status == 0
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    for line in (
        "✗ sweep run 1 failed",
        'params {"depth": 3}',
        "discover 1 ✓ 1 success",
        "train[] 64 ✗ 1 failed, 61 success, 2 skipped",
        "├─ fit[] 6 ✓ 6 success",
        "└─ table 2 ✓ 2 success",
        "✗ train[17] (depth=17) failed in try 2",
        "ValueError: no such depth (sweep.py:12)",
        "│ second try",
        "→ fanjet logs 1 train --map-index 17",
    ):
        assert any(found.startswith(line) for found in lines), line
    assert "\x1b" not in result.out, "what a task printed cannot colour this screen"
    assert "first try" not in result.out


def test_show_takes_the_latest_run_by_default_and_the_start_of_a_run_id(call: Call, seeded: Path) -> None:
    latest = call("show", home=seeded).out
    assert "■ sweep  run 2  interrupted" in latest
    assert "fanjet resume 2" in latest
    assert "10 success, 54 to go" in latest
    assert call("show", "-").out == latest
    assert "run 1" in call("show", "manual__2026-01-05").out


def test_show_does_not_tell_an_error_again_as_the_log(call: Call, tmp_path: Path) -> None:
    seeder = Seeder(tmp_path / "home")
    seeder.open_run()
    only = TryExtra(error="Task 'discover' gave 5. Fix: give a list")
    seeder.ended(DISCOVER, [-1], State.FAILED, text=b"Task 'discover' gave 5. Fix: give a list\n", extra=only)
    raised = TryExtra(error="ValueError: bad (sweep.py:12)")
    seeder.ended(TRAIN, [3], State.FAILED, text=b"before\nValueError: bad\n", extra=raised)
    seeder.end_run(RunStatus.FAILED)
    seeder.journal.close()
    lines = [line.strip() for line in call("show").out.splitlines()]
    first = lines.index("✗ discover failed")
    assert lines[first + 1 :] == [
        "Task 'discover' gave 5. Fix: give a list",
        "→ fanjet logs 1 discover",
        "",
        "✗ train[3] failed",
        "ValueError: bad (sweep.py:12)",
        "│ before",
        "→ fanjet logs 1 train --map-index 3",
    ]


def test_show_gives_the_reason_where_nothing_failed(call: Call, tmp_path: Path) -> None:
    seeder = Seeder(tmp_path / "home")
    seeder.open_run()
    seeder.ended(DISCOVER, [-1])
    seeder.skipped(TRAIN, range(2), reason="cancelled: it took too long")
    seeder.skipped(TABLE, range(2), State.UPSTREAM_FAILED, reason="'discover' gave nothing to map over")
    seeder.end_run(RunStatus.FAILED)
    seeder.journal.close()
    lines = [line.strip() for line in call("show").out.splitlines()]
    assert lines[-7:] == [
        "○ train[0] skipped",
        "cancelled: it took too long",
        "→ fanjet show 1 train --map-index 0",
        "",
        "▲ region.table[0] upstream failed",
        "'discover' gave nothing to map over",
        "→ fanjet show 1 region.table --map-index 0",
    ]
    shown = json.loads(call("show", "--json").out)
    assert [(one["task_id"], one["state"]) for one in shown["not_run"]] == [
        ("train", "skipped"),
        ("region.table", "upstream_failed"),
    ]


def test_show_as_json(call: Call, seeded: Path) -> None:
    shown = json.loads(call("show", "1", "--json", home=seeded).out)
    assert shown["params"] == {"depth": 3}
    assert [task["task_id"] for task in shown["tasks"]] == ["discover", "train", "region.fit", "region.table"]
    assert shown["tasks"][1]["counts"] == {"success": 61, "failed": 1, "skipped": 2}
    (failed,) = shown["failed"]
    assert failed["map_index"] == [17]
    assert failed["try_number"] == 2
    assert failed["log_tail"][0] == "second try"


def test_show_of_an_instance_tells_its_tries_error_and_rendered_fields(call: Call, seeded: Path) -> None:
    result = call("show", "1", "train", "-i", "17", home=seeded)
    assert result.status == 0
    assert [" ".join(line.split()) for line in result.out.splitlines() if "202" not in line] == [
        "✗ train[17] (depth=17) sweep run 1 failed",
        "",
        "TRY STATE STARTED TOOK ERROR",
        "",
        "error",
        "ValueError: no such depth (sweep.py:12)",
        "more about it",
        "",
        "rendered fields",
        "depth 17",
        "query",
        "select 1",
        "from t",
        'env {"A": [1, "\\u001b[31m"]}',
        "",
        "→ fanjet logs 1 train --map-index 17",
    ]
    first, second = (line.split() for line in result.out.splitlines() if "202" in line)
    assert (first[:3], first[-6:]) == (["1", "↻", "retrying"], ["0.50", "s", "ConnectionError:", "the", "first", "try"])
    assert (second[:3], second[-2:]) == (["2", "✗", "failed"], ["0.50", "s"])
    assert call("show", "1", "train[17]").out == result.out
    assert "\x1b" not in result.out


def test_show_of_other_instances(call: Call, seeded: Path) -> None:
    found = call("show", "1", "discover", home=seeded).out
    assert "✓ discover  sweep run 1  success" in found
    assert found.endswith("value\n  [1, 2, 3]\n\n→ fanjet logs 1 discover\n")
    assert "rendered" not in found
    skipped = call("show", "1", "train[63]").out
    assert skipped == "○ train[63]  sweep run 1  skipped\n\nno try of it was started\n"
    lost = call("show", "2", "train[11]").out
    assert lost.startswith("■ train[11]  sweep run 2  interrupted\n")
    assert "DataFrame 10 x 2" in call("show", "1", "region.table[1]").out


def test_show_of_an_instance_as_json(call: Call, seeded: Path) -> None:
    shown = json.loads(call("show", "1", "train[17]", "--json", home=seeded).out)
    assert (shown["task_id"], shown["map_index"], shown["state"]) == ("train", [17], "failed")
    assert (shown["label"], shown["try_number"]) == ("depth=17", 2)
    assert shown["rendered"] == {"depth": 17, "query": "select 1\nfrom t", "env": {"A": [1, "\x1b[31m"]}}
    assert [part["state"] for part in shown["tries"]] == ["up_for_retry", "failed"]
    assert shown["tries"][0]["rendered"] == {"depth": 17}
    assert shown["tries"][1]["started_at"].endswith("+00:00")
    assert "value" not in shown
    assert json.loads(call("show", "1", "discover", "--json").out)["value"] == [1, 2, 3]
    running = json.loads(call("show", "2", "train[11]", "--json").out)
    assert (running["state"], running["ended_at"], running["try_number"]) == ("running", None, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1", "train"], "say which instance, for example `fanjet show 1 train --map-index 17`. Failed: 17"),
        (["1", "-i", "3"], "--map-index needs a TASK"),
        (["1", "train[17]", "--failures", "3"], "--failures is for a whole run"),
        (["1", "nothing"], "DAG 'sweep' has no task 'nothing'"),
    ],
)
def test_show_explains_what_it_cannot_show(call: Call, seeded: Path, arguments: list[str], message: str) -> None:
    result = call("show", *arguments, home=seeded)
    assert result.status == 2
    assert message in result.err


def test_logs_prints_the_bytes_of_the_newest_try_and_nothing_else(call: Call, seeded: Path) -> None:
    result = call("logs", "1", "train", "--map-index", "17", home=seeded)
    expected = b"second try\nTraceback ...\nValueError: no such depth \xff\x1b[31m\n"
    assert result.out.encode("utf-8", "surrogateescape") == expected
    assert result.err == ""
    assert call("logs", "1", "train[17]", "--try", "1").out == "first try\n"
    assert call("logs", "1", "discover").out == "found 64\n"


def test_logs_of_a_silent_or_running_try_say_so_on_the_standard_error(call: Call, seeded: Path) -> None:
    silent = call("logs", "1", "region.fit", "-i", "1,2", home=seeded)
    assert (silent.status, silent.out) == (0, "")
    assert silent.err == "region.fit[1,2] printed nothing in try 1.\n"
    assert "was running when its scheduler died; `fanjet resume`" in call("logs", "2", "train[11]").err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1", "train"], "say which instance, for example `fanjet logs 1 train --map-index 17`. Failed: 17"),
        (["1", "region.fit", "-i", "1"], "`fanjet logs 1 region.fit --map-index 1,0`"),
        (["1", "trian"], "DAG 'sweep' has no task 'trian'. Did you mean train?"),
        (["1", "fit"], "Did you mean region.fit?"),
        (["1", "train", "-i", "99"], "There is no instance train[99] in run 1: train has the indexes 0 to 63."),
        (["1", "discover", "-i", "3"], "discover is not mapped; leave the map index 3 out."),
        (["1", "train", "-i", "1,2"], "The map index 1,2 has 2 positions; train has 1 level."),
        (["1", "train[17]", "--try", "5"], "train[17] has no try 5; it has 1, 2."),
        (["1", "train[63]"], "train[63] has no log: no try of it has started."),
        (["1", "train[x]"], "write for example train[3] or fit[3,7]"),
        (["2", "train", "-i", "40"], "Nothing is recorded of train[40] in run 2: it has not started."),
        (["2", "region.fit"], "Nothing is recorded of region.fit in run 2: it has not started."),
        (["77", "train"], "There is no run '77'. The latest is "),
        (["manual__2026-01-05T10:00:01", "train"], "Did you mean manual__2026-01-05T"),
        (["manual__", "train"], "More than one run is called 'manual__'"),
        (["1", "train", "-i", "three"], "'three' is no map index. Write positions such as 3 or 3,7"),
    ],
)
def test_logs_explains_what_it_cannot_find(call: Call, seeded: Path, arguments: list[str], message: str) -> None:
    result = call("logs", *arguments, home=seeded)
    assert result.status == 2
    assert result.out == ""
    assert message in result.err
    assert "Traceback" not in result.err


def test_xcom_prints_one_value_as_json_and_several_as_a_table(call: Call, seeded: Path) -> None:
    assert json.loads(call("xcom", "1", "train", "-i", "5", home=seeded).out) == {"score": 0.5}
    assert json.loads(call("xcom", "1", "discover", "--key", "seen").out) == {"rows": 5}
    assert call("xcom", "1", "discover").out.splitlines() == [
        "KEY           VALUE",
        "return_value  [1, 2, 3]",
        'seen          {"rows": 5}',
    ]
    table = call("xcom", "1", "train", "--limit", "2")
    assert table.out.splitlines() == ["INDEX  VALUE", '0      {"score": 0.5}', '1      {"score": 0.5}']
    assert "more than 2 values" in table.err
    assert len(call("xcom", "1", "train", "--limit", "0").out.splitlines()) == 62


def test_xcom_as_json_selects_by_the_first_positions_and_never_loads_foreign_types(call: Call, seeded: Path) -> None:
    rows = json.loads(call("xcom", "1", "region.fit", "-i", "1", "--json", home=seeded).out)
    assert [row["map_index"] for row in rows] == [[1, 0], [1, 1], [1, 2]]
    assert rows[0]["value"] == [1, 2]
    (row, _) = json.loads(call("xcom", "1", "region.table", "--json").out)
    assert row["value"] == {"type": "pandas.DataFrame", "preview": "DataFrame 10 x 2"}
    assert json.loads(call("xcom", "1", "train[17]", "--json").out) == []


def test_xcom_without_a_value_says_why(call: Call, seeded: Path) -> None:
    result = call("xcom", "1", "train", "-i", "17", home=seeded)
    assert result.status == 2
    assert "train[17] has no value in run 1: it returned None, or has not succeeded." in result.err


@pytest.mark.parametrize("command", [["runs"], ["show"], ["logs", "1", "x"], ["xcom", "1", "x"]])
def test_a_home_without_a_database_is_an_error_that_says_how_to_begin(call: Call, command: list[str]) -> None:
    result = call(*command)
    assert result.status == 2
    assert "fanjet run FILE" in result.err


def test_a_run_in_progress_tells_what_runs_from_what_waits(call: Call, tmp_path: Path) -> None:
    seeder = Seeder(tmp_path / "live")
    seeder.open_run()
    seeder.ended(DISCOVER, [-1], value=b"j[1]")
    seeder.length(0, (), 64)
    seeder.ended(TRAIN, range(10))
    seeder.launched(TRAIN, range(10, 12))
    text = call("show", home=tmp_path / "live").out
    assert "● sweep  run 1  running" in text
    assert "2 running, 10 success, 52 to go" in text
    assert "fanjet resume" not in text
    assert "train[11] is running; its log can be read when it has ended." in call("logs", "-", "train[11]").err
    assert json.loads(call("show", "--json").out)["tasks"][1]["running"] == 2
    seeder.journal.close()


@pytest.mark.parametrize("action", ["current", "upgrade"])
def test_a_damaged_file_is_no_fault_of_the_commands_that_look_at_it(
    call: Call, seeded: Path, tmp_path: Path, action: str
) -> None:
    content = (seeded / "fanjet.db").read_bytes()
    damaged = content[:100] + bytes(byte ^ 0x55 for byte in content[100:8192]) + content[8192:]
    (tmp_path / "fanjet.db").write_bytes(damaged)
    result = call("db", action, home=tmp_path)
    assert result.status == 1
    assert "is damaged; restore it from a backup" in result.err
