"""`fanjet check`: all errors of all files at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Call

GOOD = """\
from fanjet import dag, task

@dag
def {name}():
    @task
    def one():
        return 1

    one()

{name}()
"""


@pytest.fixture
def dags(tmp_path: Path) -> Path:
    folder = tmp_path / "dags"
    (folder / "sub").mkdir(parents=True)
    (folder / "good.py").write_text(GOOD.format(name="good"))
    (folder / "sub" / "nested.py").write_text(GOOD.format(name="nested"))
    (folder / "helper.py").write_text("raise SystemExit('a helper is not loaded for its own sake')\n")
    (folder / "shared.py").write_text("# helps the dag files that use fanjet\nVALUE = 1\n")
    return folder


def test_all_is_well(call: Call, dags: Path) -> None:
    result = call("check", str(dags))
    assert (result.status, result.err) == (0, "")
    assert "✓ dags/good.py: good (1 task)" in result.out.splitlines()
    assert result.out.splitlines()[-1] == "3 files, 2 DAGs: no errors"
    assert "\x1b" not in result.out


def test_every_error_is_reported_at_once_with_file_line_and_fix(call: Call, dags: Path) -> None:
    (dags / "syntax.py").write_text("from fanjet import dag\ndef f(:\n")
    (dags / "imports.py").write_text("from fanjet import dag\nimport no_such_module_anywhere\n")
    (dags / "cycle.py").write_text(
        "from fanjet import DAG, task\n"
        "with DAG('cycle'):\n"
        "    @task\n"
        "    def a(x=None): ...\n"
        "    @task\n"
        "    def b(x=None): ...\n"
        "    one = a()\n"
        "    two = b(one)\n"
        "    two >> one\n"
    )
    result = call("check", str(dags), str(dags / "absent.py"))
    assert result.status == 2
    for part in (
        "dags/syntax.py:2: syntax: ",
        "dags/imports.py:2: import: ",
        "dags/cycle.py:",
        "dags/absent.py: missing: ",
    ):
        assert part in result.out
    assert "no_such_module_anywhere" in result.out
    assert "cycle" in result.out
    assert "fix:" in result.out
    assert result.out.splitlines()[-1] == "6 files, 2 DAGs: 4 errors"


def test_one_id_in_two_files_is_an_error_that_names_both_places(call: Call, dags: Path) -> None:
    (dags / "sub" / "twin.py").write_text("# A comment.\n" + GOOD.format(name="good"))
    (dags / "importer.py").write_text("import good as other\n# fanjet: brings the DAG of another file with it\n")
    result = call("check", str(dags))
    assert result.status == 2
    assert "dags/sub/twin.py:12: duplicate: Two DAGs have the id 'good', first in dags/good.py:11." in result.out
    assert "fix: give one of them another dag_id" in result.out
    assert "importer.py: duplicate" not in result.out
    (error,) = [one for one in json.loads(call("check", str(dags), "--json").out)["errors"] if "good" in one["message"]]
    assert (error["kind"], error["line"]) == ("duplicate", 12)


def test_json_names_dags_and_errors(call: Call, dags: Path) -> None:
    (dags / "syntax.py").write_text("from fanjet import dag\ndef f(:\n")
    result = call("check", str(dags), "--json")
    assert result.status == 2
    found = json.loads(result.out)
    assert [dag["dag_id"] for dag in found["dags"]] == ["good", "nested"]
    (error,) = found["errors"]
    assert (error["file"], error["line"], error["kind"]) == (str(dags / "syntax.py"), 2, "syntax")


def test_a_named_file_without_a_dag_is_an_error(call: Call, dags: Path) -> None:
    result = call("check", str(dags / "shared.py"))
    assert result.status == 2
    assert "defines no DAG" in result.out


def test_ignored_files_are_not_loaded(call: Call, dags: Path) -> None:
    (dags / "sub" / "broken.py").write_text("from fanjet import dag\ndef f(:\n")
    (dags / ".airflowignore").write_text("sub/broken.py\n")
    assert call("check", str(dags)).status == 0


def test_a_file_that_loops_for_ever_is_given_up(call: Call, dags: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_PARSE_TIMEOUT_S", "1")
    (dags / "loops.py").write_text("from fanjet import dag\nwhile True: pass\n")
    result = call("check", str(dags / "loops.py"))
    assert result.status == 2
    assert "loops.py" in result.out
