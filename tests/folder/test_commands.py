"""`fanjet dags` and `fanjet trigger`."""

from __future__ import annotations

import json

import pytest

from cli.conftest import Call, call
from fanjet.store.database.connections import open_writer
from folder.conftest import Place

__all__ = ["call"]


@pytest.fixture
def looked(place: Place) -> Place:
    """A folder that a service has looked at."""
    options = "schedule='@daily', tags=['a', 'b'], description='What it does.', params={'depth': 3}"
    place.write_dag("one.py", "one", options=options)
    place.write_dag("two.py", "two")
    place.write_dag("bad.py", "bad", head="def f():\n    import nowhere\nf()")
    with place.open() as folder:
        folder.look_once()
    return place


def test_list(looked: Place, call: Call) -> None:
    """A table for people, JSON for programs."""
    found = call("dags", "list", home=looked.home)
    assert found.status == 0
    assert [line.split() for line in found.out.splitlines()[:3]] == [
        ["DAG", "SCHEDULE", "NEXT", "RUN", "LAST", "RUN", "FILE"],
        ["one", "@daily", "-", "-", "one.py"],
        ["two", "-", "-", "-", "two.py"],
    ]
    assert "1 file has errors" in found.out
    one, two = json.loads(call("dags", "list", "--json").out)
    assert (one["dag_id"], one["schedule"], one["last_run"], one["tags"]) == ("one", "@daily", None, ["a", "b"])
    assert (two["file"], two["is_paused"], two["tasks"]) == ("two.py", False, ["first"])


def test_without_any_folder(call: Call) -> None:
    """It says what there is to do."""
    for command in (["dags", "list"], ["dags", "errors"], ["dags", "show", "one"], ["dags", "pause", "one"]):
        found = call(*command)
        assert found.status == 2
        assert "fanjet up --dags FOLDER" in found.err


def test_show(looked: Place, call: Call) -> None:
    """Where it comes from, what it takes, its tasks and its runs."""
    call("trigger", "one", home=looked.home)
    shown = call("dags", "show", "one")
    assert shown.status == 0
    for text in ("one  on", str(looked.folder / "one.py"), "@daily", "What it does.", "depth=3", "first", "queued"):
        assert text in shown.out
    data = json.loads(call("dags", "show", "one", "--json").out)
    assert (data["versions"], data["last_run"]["state"], data["spec"]["dag_id"]) == (1, "queued", "one")
    missing = call("dags", "show", "on")
    assert (missing.status, missing.err) == (2, "error: There is no DAG 'on'. Did you mean 'one'?\n")


def test_pause_and_unpause(looked: Place, call: Call) -> None:
    """All that are named, or none."""
    assert (
        call("dags", "pause", "one", "two", home=looked.home).out == "2 DAGs are paused. fanjet dags unpause one two\n"
    )
    assert [dag.is_paused for dag in looked.dags().values()] == [True, True]
    waiting = call("trigger", "one")
    assert "the run waits for `fanjet dags unpause one`" in waiting.out
    assert call("dags", "unpause", "one", "three").status == 2
    assert looked.dags()["one"].is_paused
    call("dags", "unpause", "one")
    assert not looked.dags()["one"].is_paused


def test_errors(looked: Place, call: Call) -> None:
    """File and line, what to do, and the way there on request."""
    found = call("dags", "errors", home=looked.home)
    assert found.status == 2
    assert found.out.startswith("dags/bad.py:3: import: There is no module named 'nowhere'.")
    assert "Traceback" not in found.out
    assert "line 3, in f" in call("dags", "errors", "--traceback").out
    (error,) = json.loads(call("dags", "errors", "--json").out)
    assert (error["line"], error["kind"]) == (3, "import")
    looked.write_dag("bad.py", "bad")
    assert call("dags", "reparse", "--dags", str(looked.folder)).status == 0
    fine = call("dags", "errors")
    assert (fine.status, fine.out) == (0, "Nothing is wrong with the files of the DAG folder.\n")


def test_reparse(looked: Place, call: Call) -> None:
    """Of the folder that the service has, also when nothing has changed; it takes nothing away from the service."""
    found = call("dags", "reparse", "--json", home=looked.home)
    data = json.loads(found.out)
    assert (found.status, data["folder"], data["files"], data["dags"]) == (2, str(looked.folder), 3, 2)
    other = Place(looked.home, looked.folder.with_name("other"))
    other.write_dag("three.py", "three")
    call("dags", "reparse", "--dags", str(other.folder))
    assert looked.ids() == ["one", "three", "two"]
    assert "Name one with --dags" in call("dags", "reparse").err


def test_trigger(looked: Place, call: Call) -> None:
    """The run waits, of the newest version, with parameters that were checked."""
    options = ("--param", "depth=5", "--conf", '{"by": "hand"}', "--logical-date", "2026-01-02", "--run-id", "mine")
    found = call("trigger", "one", *options, "--note", "why", home=looked.home)
    assert (found.status, found.out) == (0, "Run 1 of one is queued: fanjet watch 1\n")
    ((run_id, state, params, conf, note, version),) = looked.select(
        "SELECT run_id, state, params, conf, note, version FROM run"
    )
    assert (run_id, state, note, version) == ("mine", 0, "why", looked.dags()["one"].version)
    assert (json.loads(params), json.loads(conf)) == ({"depth": 5}, {"by": "hand"})
    again = call("trigger", "one", "--run-id", "mine")
    assert again.status == 2
    assert "already has a run 'mine'" in again.err


def test_trigger_refuses(looked: Place, call: Call) -> None:
    """What cannot be, before anything is written."""
    for arguments, message in (
        (["thre"], "There is no DAG 'thre'"),
        (["one", "--param", "dept=1"], "Did you mean 'depth'?"),
        (["one", "--param", "depth"], "'depth' is no parameter"),
        (["one", "--conf", "[1]"], "no JSON object"),
        (["one", "--wait", "--json"], "leave --wait out"),
    ):
        found = call("trigger", *arguments, home=looked.home)
        assert found.status == 2
        assert message in found.err
    assert looked.select("SELECT count(*) FROM run") == [(0,)]


def test_runs_that_wait_are_not_interrupted(looked: Place, call: Call) -> None:
    """Nobody can resume what nobody has begun."""
    call("trigger", "one", home=looked.home)
    assert "queued" in call("runs").out
    assert "fanjet resume" not in call("runs").out
    assert call("resume").status == 2


def test_variables_are_answered_while_files_are_loaded(place: Place, call: Call) -> None:
    """As for `fanjet run`: what stands in the store."""
    open_writer(place.database, 5.0).close()
    call("variables", "set", "greeting", "hello", home=place.home)
    head = "from fanjet import Variable\ntext = Variable.get('greeting')"
    place.write_dag("one.py", "one", head=head, options="description=text")
    with place.open() as folder:
        folder.look_once()
        assert not folder.errors
    assert place.dags()["one"].spec.description == "hello"
