"""What is in the folder is in the store: new, changed, renamed, gone, broken and mended files."""

from __future__ import annotations

import pytest

from fanjet.folder import looking as looking_module
from fanjet.folder.dag_folder import DagFolder
from folder.conftest import Place, dag_text


def test_new_files_are_loaded_once(place: Place, looking: DagFolder) -> None:
    """A look finds the DAGs; the next one, and the first of another process, has nothing to load."""
    place.write_dag("one.py", "one", options="schedule='@daily'")
    place.write_dag("team/two.py", "two")
    place.write("helper.py", "X = 1\n")
    assert looking.look_once().loaded == 2
    dags = place.dags()
    assert [(dag.dag_id, dag.file, dag.spec.schedule) for dag in dags.values()] == [
        ("one", "one.py", "@daily"),
        ("two", "team/two.py", None),
    ]
    assert looking.look_once().loaded == 0
    with place.open() as another:
        assert another.look_once().loaded == 0
    assert looking.counters.files == 2
    assert looking.counters.dags == 2


def test_changed_file_makes_a_version_of_its_own_dag_alone(place: Place, looking: DagFolder) -> None:
    """The other DAG keeps its version, and the old version stays for the runs that have it."""
    place.write_dag("one.py", "one")
    place.write_dag("two.py", "two")
    looking.look_once()
    before = place.dags()
    place.write_dag("one.py", "one", head="Y = 2")
    assert looking.look_once().loaded == 1
    after = place.dags()
    assert after["one"].version > before["one"].version
    assert after["two"].version == before["two"].version
    assert place.select("SELECT count(*) FROM dag_version WHERE dag_id = 'one'") == [(2,)]


def test_what_is_written_back_is_the_old_version(place: Place, looking: DagFolder) -> None:
    """Versions are told apart by content."""
    place.write_dag("one.py", "one")
    looking.look_once()
    first = place.dags()["one"].version
    place.write_dag("one.py", "one", head="Y = 2")
    looking.look_once()
    place.write_dag("one.py", "one")
    looking.look_once()
    assert place.dags()["one"].version == first


def test_helper_changes(place: Place, looking: DagFolder) -> None:
    """Who imports it is loaded again; the others are not, but get a version with the new helper: tasks import late."""
    place.write("lib/__init__.py", "")
    place.write("lib/names.py", "NAME = 'first'\n")
    place.write_dag("uses.py", "uses", head="from lib.names import NAME", options="description=NAME")
    place.write_dag("other.py", "other")
    looking.look_once()
    before = place.dags()
    place.write("lib/names.py", "NAME = 'second'\n")
    assert looking.look_once().loaded == 1
    after = place.dags()
    assert after["uses"].spec.description == "second"
    assert after["other"].version > before["other"].version
    assert after["other"].spec == before["other"].spec
    assert looking.look_once().loaded == 0


def test_file_that_was_read_or_listed_counts_too(place: Place, looking: DagFolder) -> None:
    """A DAG that is made of a table is made anew when the table changes, or when there is one more."""
    place.write("tables/a.txt", "a")
    head = "import os\nfolder = os.path.dirname(__file__) + '/tables'\ntext = ''.join(\n"
    head += "    open(f'{folder}/{name}').read() for name in sorted(os.listdir(folder)))"
    place.write_dag("one.py", "one", head=head, options="description=text")
    looking.look_once()
    place.write("tables/a.txt", "A")
    looking.look_once()
    assert place.dags()["one"].spec.description == "A"
    place.write("tables/b.txt", "B")
    looking.look_once()
    assert place.dags()["one"].spec.description == "AB"


def test_renamed_file_keeps_its_dag(place: Place, looking: DagFolder) -> None:
    """It is the same DAG with the same switches."""
    place.write_dag("old.py", "one", options="schedule='@daily', is_paused_upon_creation=True")
    looking.look_once()
    (place.folder / "old.py").rename(place.folder / "new.py")
    looking.look_once()
    found = place.find("one")
    assert found is not None
    assert (found.file, found.is_present) == ("new.py", True)
    assert place.dags()["one"].is_paused
    assert list(place.files()) == ["new.py"]


def test_removed_file_keeps_the_history_of_its_dags(place: Place, looking: DagFolder) -> None:
    """The DAG is not there any more, and is the same when it comes back."""
    path = place.write_dag("one.py", "one", options="schedule='@daily', is_paused_upon_creation=True")
    place.write_dag("two.py", "two")
    looking.look_once()
    text = path.read_text()
    path.unlink()
    looking.look_once()
    assert place.ids() == ["two"]
    found = place.find("one")
    assert found is not None
    assert not found.is_present
    place.write("one.py", text)
    looking.look_once()
    assert place.dags()["one"].is_paused


def test_dag_that_is_taken_out_of_its_file_is_gone(place: Place, looking: DagFolder) -> None:
    """Also when that happens while nobody looks."""
    two = dag_text("one") + dag_text("two").replace("flow", "flow2")
    place.write("both.py", two)
    place.write("later.py", two.replace("one", "three").replace("two", "four"))
    looking.look_once()
    assert place.ids() == ["four", "one", "three", "two"]
    place.write_dag("both.py", "one")
    looking.look_once()
    assert place.ids() == ["four", "one", "three"]
    place.write_dag("later.py", "four")
    with place.open() as another:
        another.look_once()
    assert place.ids() == ["four", "one"]


def test_moved_dag_stays(place: Place, looking: DagFolder) -> None:
    """From one file to another in one step, whichever is loaded first."""
    place.write("a.py", dag_text("one") + dag_text("two").replace("flow", "flow2"))
    place.write_dag("b.py", "three")
    looking.look_once()
    place.write_dag("a.py", "one")
    place.write("b.py", dag_text("three") + dag_text("two").replace("flow", "flow2"))
    looking.look_once()
    assert {dag.dag_id: dag.file for dag in place.dags().values()} == {"one": "a.py", "two": "b.py", "three": "b.py"}
    assert not looking.errors


def test_broken_file_keeps_its_dags(place: Place, looking: DagFolder) -> None:
    """They stay at their last good version, with the error beside; mending it mends all."""
    place.write_dag("one.py", "one")
    looking.look_once()
    version = place.dags()["one"].version
    place.write_dag("one.py", "one", head="def f():\n    raise RuntimeError('no such table')\nf()")
    looking.look_once()
    (error,) = looking.errors
    assert (error.file, error.line, error.kind) == (str(place.folder / "one.py"), 3, "exception")
    assert error.message == "RuntimeError: no such table"
    assert error.traceback is not None
    assert "line 3, in f" in error.traceback
    assert place.errors() == [error]
    assert place.dags()["one"].version == version
    assert place.ids() == ["one"]
    place.write_dag("one.py", "one")
    looking.look_once()
    assert not place.errors()


def test_missing_module_comes(place: Place, looking: DagFolder) -> None:
    """A file that could not be loaded is loaded again when the folder has another file."""
    place.write_dag("one.py", "one", head="from lib import NAME")
    looking.look_once()
    assert "no module named 'lib'" in looking.errors[0].message
    assert looking.look_once().loaded == 0
    place.write("lib.py", "NAME = 1\n")
    looking.look_once()
    assert not looking.errors
    assert place.ids() == ["one"]


def test_the_same_fault_a_thousand_times_is_told_some_times(place: Place, looking: DagFolder) -> None:
    text = "from fanjet import DAG\nfor number in range(70):\n    with DAG(f'dag_{number}'):\n        pass\n"
    place.write("a.py", text)
    place.write("b.py", text)
    looking.look_once()
    assert len(looking.errors) == 51
    assert "20 more errors" in looking.errors[-1].message
    (place.folder / "a.py").unlink()
    looking.look_once()
    assert looking.errors == [], "all of them have come over"


def test_two_files_with_one_id(place: Place, looking: DagFolder) -> None:
    """The first has it, the error is with the second and names both; when the first is gone the second has it."""
    place.write_dag("a.py", "one")
    place.write("b.py", dag_text("one") + dag_text("two").replace("flow", "flow2"))
    looking.look_once()
    (error,) = looking.errors
    assert (error.kind, error.file, error.line) == ("duplicate", str(place.folder / "b.py"), 11)
    assert str(place.folder / "a.py") in error.message
    assert place.dags()["one"].file == "a.py"
    assert place.dags()["two"].file == "b.py"
    (place.folder / "a.py").unlink()
    looking.look_once()
    assert not looking.errors
    assert place.dags()["one"].file == "b.py"


def test_file_that_imports_the_dag_of_another(place: Place, looking: DagFolder) -> None:
    """It is the other one's, whichever is loaded first; the DAGs of a factory belong to who calls it."""
    place.write("a.py", "# a dag of fanjet\nfrom b import x\n")
    place.write("b.py", dag_text("one").replace("flow()\n", "x = flow()\n", 2))
    factory = "# makes dags\nfrom fanjet import DAG\ndef make(name):\n    with DAG(name) as dag:\n"
    factory += "        pass\n    return dag\n"
    place.write("factory.py", factory)
    for name in ("c", "d"):
        place.write(f"{name}.py", f"# fanjet dag\nfrom factory import make\nx = make({name!r})\n")
    looking.look_once()
    assert not looking.errors
    assert {dag.dag_id: dag.file for dag in place.dags().values()} == {"one": "b.py", "c": "c.py", "d": "d.py"}


def test_folder_that_goes_away_and_comes_back(place: Place, looking: DagFolder) -> None:
    """As a disk that is not mounted for a while: the DAGs stay, an error says what is the matter."""
    place.write_dag("one.py", "one")
    looking.look_once()
    place.folder.rename(place.folder.with_name("away"))
    assert not looking.look_once().is_there
    assert [error.kind for error in looking.errors] == ["folder"]
    assert place.ids() == ["one"]
    place.folder.with_name("away").rename(place.folder)
    looking.look_once()
    assert not place.errors()
    assert place.ids() == ["one"]


def test_empty_folder_is_believed_when_it_stays_empty(
    place: Place, looking: DagFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder that a disk is mounted on is there without the disk, and empty."""
    path = place.write_dag("one.py", "one")
    looking.look_once()
    path.unlink()
    again_in_s = looking.look_once().again_in_s
    assert again_in_s is not None
    assert 0 < again_in_s <= 20
    assert place.ids() == ["one"]
    assert [error.message for error in looking.errors] == ["The DAG folder is empty."]
    monkeypatch.setattr(looking_module, "_BELIEVED_AFTER_S", 0.0)
    looking.look_once()
    assert place.ids() == []
    assert not looking.errors


def test_folder_that_is_not_there_yet(place: Place, looking: DagFolder) -> None:
    """A service may be started first."""
    place.folder.rmdir()
    looking.look_once()
    place.write_dag("one.py", "one")
    looking.look_once()
    assert place.ids() == ["one"]
    assert not looking.errors


def test_another_folder_in_the_same_home(place: Place, looking: DagFolder) -> None:
    """Only one service can use a SQLite home: what it does not look at is gone, also where the ids are the same."""
    place.write_dag("one.py", "one")
    place.write_dag("two.py", "two")
    looking.look_once()
    second = Place(place.home, place.folder.with_name("second"))
    second.write_dag("one.py", "one")
    with second.open() as folder:
        folder.look_once()
        assert not folder.errors
    assert {dag.dag_id: dag.folder for dag in place.dags().values()} == {"one": str(second.folder)}


def test_two_machines_with_different_folders(place: Place) -> None:
    """On one database: each sees to its own folder, and an id that the other one has is an error."""
    second = Place(place.home, place.folder.with_name("second"))
    place.write_dag("one.py", "one")
    second.write_dag("uno.py", "one")
    second.write_dag("two.py", "two")
    with place.open(is_service=False) as first_folder, second.open(is_service=False) as second_folder:
        first_folder.look_once()
        second_folder.look_once()
        first_folder.look_once()
        assert {dag.dag_id: dag.folder for dag in place.dags().values()} == {
            "one": str(place.folder),
            "two": str(second.folder),
        }
        assert not first_folder.errors
        (error,) = second_folder.errors
    assert str(place.folder / "one.py") in error.message


def test_refresh(place: Place) -> None:
    """What a file reads outside of the folder may change: it is loaded again after a while."""
    text = place.folder.with_name("outside.txt")
    text.write_text("first")
    place.write_dag("one.py", "one", head=f"text = open({str(text)!r}).read()", options="description=text")
    with place.open() as looking:
        looking.look_once()
        text.write_text("second")
        assert looking.look_once().loaded == 0
    place.select("UPDATE dag_file SET parsed_at = parsed_at - 400 RETURNING file")
    with place.open(reparse_s=300) as looking:
        assert looking.look_once().loaded == 1
    assert place.dags()["one"].spec.description == "second"
