"""What is wrong with a DAG file is said with its line and what to do; each file is loaded in a process of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fanjet import DAG
from fanjet.parsing.child import parse_in_child
from fanjet.parsing.loader import load_file

_GOOD = """
from fanjet import DAG, dag, task
with DAG("first"):
    @task
    def a(): return 1
    a()
@dag
def second():
    @task
    def b(): return 1
    b()
second()
"""


@pytest.fixture
def parse(tmp_path):
    def parse_text(text: str, name: str = "flow.py", timeout_s: float = 20.0):
        path = tmp_path / name
        path.write_text(text)
        return parse_in_child(path, timeout_s)

    return parse_text


def test_all_dags_are_found_also_those_that_no_variable_holds(parse):
    report = parse(_GOOD)
    assert report.errors == []
    assert [(spec.dag_id, spec.file, len(spec.tasks)) for spec in report.specs] == [
        ("first", "flow.py", 1),
        ("second", "flow.py", 1),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "line", "words"),
    [
        ("x = 1\ndef f(:\n  pass\n", "syntax", 2, "def f(:"),
        ("\nimport nowhere_to_be_found\n", "import", 2, "'nowhere_to_be_found'"),
        ("\nfrom json import nothing_of_the_kind\n", "import", 2, "nothing_of_the_kind"),
        ("\nfrom .helpers import x\n", "import", 2, "leading dot"),
        ("\n\n1 / 0\n", "exception", 3, "ZeroDivisionError"),
        ("import sys\nsys.exit(3)\n", "exit", 2, "code 3"),
        ("import os\nos._exit(3)\n", "crash", None, "exit code 3"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "crash", None, "signal 11"),
        ("x = 1\n", "empty", None, "no DAG"),
        ("from fanjet import dag\n\n@dag\ndef sales(): ...\n", "uncalled", 3, "'sales' is never called"),
        ("from fanjet import dag\nfrom json import *\n\ndef factory():\n    return dag\n", "empty", None, "no DAG"),
        ("def f():\n    raise ValueError('deep')\n\nf()\n", "exception", 2, "deep"),
    ],
)
def test_errors_name_kind_and_line(parse, text, kind, line, words):
    [error] = parse(text).errors
    assert (error.kind, error.line) == (kind, line)
    assert words in error.message
    assert error.file.endswith("flow.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise OSError('no way to postgresql://ann:secret@db/x')", "OSError: no way to postgresql://***@db/x"),
        (r"raise OSError('half \ud83d of it')", r"OSError: half \ud83d of it"),
        ("raise OSError('x' * 3_000_000)", "OSError: " + "x" * 9_991 + "\n..."),
        (
            "class Mute(Exception):\n    def __str__(self): return 1 / 0\nraise Mute",
            "Mute: (its text cannot be made: ZeroDivisionError)",
        ),
    ],
)
def test_what_an_exception_says_can_be_kept_and_shown(parse, text, message):
    (error,) = parse(text).errors
    assert error.message == message
    assert "secret" not in (error.traceback or "")


def test_a_missing_module_names_its_package(parse):
    [error] = parse("import cv2").errors
    assert "pip install opencv-python" in error.fix


def test_a_mistake_in_a_dag_keeps_its_own_line_and_fix(parse):
    text = (
        _GOOD
        + "with DAG('third'):\n    a2 = task(lambda: 1, task_id='x')\n    @task\n    def c(i): ...\n    c.expand(i=3)\n"
    )
    [error] = parse(text).errors
    assert error.kind == "dag"
    assert error.line == 17
    assert error.fix


def test_two_dags_of_one_id_are_an_error(parse):
    [error] = parse(_GOOD + "with DAG('first'):\n    pass\n").errors
    assert (error.kind, error.line) == ("duplicate", 13)
    assert "line 3" in error.message


def test_a_file_that_is_not_there(tmp_path):
    [error] = parse_in_child(tmp_path / "none.py", 10.0).errors
    assert error.kind == "missing"


def test_a_loop_is_stopped_with_all_it_started(parse, tmp_path):
    started_at = time.monotonic()
    [error] = parse("import subprocess\nsubprocess.Popen(['sleep', '100'])\nwhile True: pass", timeout_s=0.6).errors
    assert time.monotonic() - started_at < 50
    assert error.kind == "timeout"


def test_a_forked_child_that_stays_does_not_delay_the_answer(parse):
    text = _GOOD + "import os, time\nif os.fork() == 0:\n    time.sleep(100)\n    os._exit(0)\n"
    started_at = time.monotonic()
    assert parse(text).errors == []
    assert time.monotonic() - started_at < 50


def test_what_the_file_prints_is_not_taken_for_the_report(parse):
    assert parse(_GOOD + "print('x' * 100_000)").errors == []


def test_modules_beside_the_file_are_found_but_do_not_replace_standard_ones(parse, tmp_path):
    (tmp_path / "helpers.py").write_text("NAME = 'from_helper'")
    (tmp_path / "types.py").write_text("raise RuntimeError('not the standard module')")
    (tmp_path / "email.py").write_text("raise RuntimeError('not the standard module')")
    report = parse("import email.message, types, helpers\nfrom fanjet import DAG\nwith DAG(helpers.NAME): pass")
    assert report.errors == []
    assert report.specs[0].dag_id == "from_helper"


def test_the_root_of_the_project_is_searched_for_modules(tmp_path):
    (tmp_path / "fanjet.toml").touch()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "names.py").write_text("NAME = 'shared'")
    (tmp_path / "dags").mkdir()
    path = tmp_path / "dags" / "flow.py"
    path.write_text("from shared.names import NAME\nfrom fanjet import DAG\nwith DAG(NAME): pass")
    report = parse_in_child(path, 20.0)
    assert [(spec.dag_id, spec.file) for spec in report.specs] == [("shared", "dags/flow.py")]


@pytest.mark.parametrize("name", ["pandas.py", "two words.py", "json.py", "flow.py"])
def test_any_file_name_will_do(parse, name):
    assert [spec.dag_id for spec in parse(_GOOD, name).specs] == ["first", "second"]


def test_a_helper_may_import_the_dag_file_by_its_name(parse, tmp_path):
    (tmp_path / "helper.py").write_text("import flow\nX = flow.X")
    report = parse("X = 'one'\nimport helper\nfrom fanjet import DAG\nwith DAG(helper.X): pass")
    assert [spec.dag_id for spec in report.specs] == ["one"]


def test_nothing_is_written_beside_the_file(parse, tmp_path):
    parse(_GOOD)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["flow.py"]


def test_dags_that_the_process_made_before_do_not_belong_to_the_file(tmp_path):
    """As in a test or a notebook that makes DAGs and then loads a file."""
    with DAG("made_before"):
        pass
    file = tmp_path / "own_flow.py"
    file.write_text("from fanjet import DAG\nwith DAG('of_the_file'):\n    pass\n")
    loaded = load_file(file, tmp_path)
    assert [built.spec.dag_id for built in loaded.dags] == ["of_the_file"]


def test_airflows_examples_find_each_other_wherever_their_wheel_was_unpacked(tmp_path):
    folder = tmp_path / "wheel" / "airflow" / "example_dags"
    (folder / "libs").mkdir(parents=True)
    (folder / "libs" / "__init__.py").touch()
    (folder / "libs" / "helper.py").write_text("NAME = 'helped'\n")
    file = folder / "example.py"
    file.write_text(
        "from airflow.example_dags.libs.helper import NAME\nfrom airflow.sdk import DAG\nwith DAG(NAME): ...\n"
    )
    report = parse_in_child(file, 20.0)
    assert [spec.dag_id for spec in report.specs] == ["helped"]
