"""Exit statuses, help, and what happens to output that nobody reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import Call
from fanjet.cli.group import COMMANDS

FANJET = [sys.executable, "-c", "from fanjet.cli.main import main; main()"]


def test_help_lists_all_commands_without_importing_them() -> None:
    code = (
        "import sys\n"
        "from fanjet.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit as ended:\n    assert ended.code == 0\n"
        "heavy = {'rich', 'sqlite3', 'sqlalchemy', 'jinja2', 'fanjet.store', 'fanjet.bootstrap', 'fanjet.settings'}\n"
        "print('imported:', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(f"  {name} " in done.stdout for name in COMMANDS)
    assert done.stdout.endswith("imported: []\n")


@pytest.mark.parametrize("name", ["check", "runs", "show", "logs", "xcom", "settings", "version"])
def test_each_command_has_its_help(call: Call, name: str) -> None:
    result = call(name, "--help")
    assert result.status == 0
    assert "Usage: " in result.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shwo"], "there is no command 'shwo'. Did you mean 'show'?"),
        (["sweep.py"], "To run a DAG file: fanjet run sweep.py"),
        (["runs", "--jsn"], "--json"),
        (["runs", "--limit", "0"], "0 is not in the range"),
        (["logs", "1"], "Missing argument 'TASK'"),
    ],
)
def test_wrong_arguments_end_with_2_and_a_suggestion(call: Call, arguments: list[str], message: str) -> None:
    result = call(*arguments)
    assert result.status == 2
    assert message in result.err
    assert result.out == ""


def test_a_wrong_setting_ends_with_2_and_names_the_file(call: Call, tmp_path: Path) -> None:
    (tmp_path / "fanjet.toml").write_text("wrokers = 2\n")
    result = call("settings")
    assert result.status == 2
    assert result.err.startswith(f"error: {tmp_path / 'fanjet.toml'}: there is no setting 'wrokers'.")
    assert "Traceback" not in result.err


def test_settings_shows_values_and_where_they_come_from(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fanjet.toml").write_text("max_workers = 5\n")
    monkeypatch.setenv("FANJET_WORKERS", "3")
    rows = {row["name"]: row for row in json.loads(call("settings", "--json").out)}
    assert (rows["workers"]["value"], rows["workers"]["from"]) == (3, "FANJET_WORKERS")
    assert (rows["max_workers"]["value"], rows["max_workers"]["from"]) == (5, str(tmp_path / "fanjet.toml"))
    assert rows["kill_grace_s"]["from"] == "default"
    text = call("settings").out
    assert ["workers", "3", "FANJET_WORKERS"] in [line.split() for line in text.splitlines()]
    assert "FANJET_MAX_MAP_LENGTH" in text


def test_version(call: Call) -> None:
    assert call("version").out.startswith("fanjet ")
    assert set(json.loads(call("version", "--json").out)) == {"fanjet", "python"}


def test_a_reader_that_goes_away_is_no_error_to_speak_of(seeded: Path) -> None:
    command = [*FANJET, "xcom", "1", "train", "--limit", "0", "--json", "--home", str(seeded)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_logs_to_a_reader_that_goes_away(seeded: Path) -> None:
    command = [*FANJET, "logs", "1", "train[17]", "--home", str(seeded)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
