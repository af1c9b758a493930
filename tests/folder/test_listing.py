"""Which files of the folder are loaded, and what is said of those that are not."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from fanjet.bootstrap.restored_files import restore_files
from fanjet.folder.dag_folder import DagFolder
from fanjet.folder.listing import Lister
from fanjet.parsing.child import parse_in_child
from folder.conftest import Place, dag_text


def list_candidates(place: Place, *, safe_mode: bool = True, airflow_regexp: bool = False) -> list[str]:
    listing = Lister(place.folder, place.home, safe_mode=safe_mode, airflow_regexp=airflow_regexp).list()
    assert listing is not None
    return sorted(listing.candidates)


def test_only_files_that_speak_of_dags(place: Place) -> None:
    """Helpers, hidden folders, caches and other kinds of files are not loaded for their own sake."""
    place.write_dag("one.py", "one")
    place.write("from_airflow.py", "from airflow.sdk import DAG\n")
    place.write("helper.py", "import fanjet\n")
    place.write("notes.txt", "from fanjet import dag")
    for folder in (".hidden", "__pycache__", "node_modules"):
        place.write_dag(f"{folder}/two.py", "two")
    assert list_candidates(place) == ["from_airflow.py", "one.py"]
    assert list_candidates(place, safe_mode=False) == ["from_airflow.py", "helper.py", "one.py"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_file_in_an_encoding_that_python_does_not_read_is_an_error(
    place: Place, looking: DagFolder, encoding: str
) -> None:
    (place.folder / "wide.py").write_bytes(dag_text("wide").encode(encoding))
    (place.folder / "data.py").write_bytes("no such words".encode(encoding))
    looking.look_once()
    (error,) = looking.errors
    assert error.kind == "syntax"
    assert error.fix is not None
    assert "save the file as UTF-8" in error.fix


def test_ignore_files(place: Place) -> None:
    """Both kinds, in the folder and below, with patterns as git has them."""
    for name in ("one.py", "old/two.py", "team/three.py", "team/draft_four.py", "team/keep/draft_five.py"):
        place.write_dag(name, Path(name).stem)
    place.write(".airflowignore", "old/\n# a comment\n")
    place.write("team/.fanjetignore", "draft_*\n!keep/draft_five.py\n")
    assert list_candidates(place) == ["one.py", "team/keep/draft_five.py", "team/three.py"]


def test_regular_expressions(place: Place) -> None:
    """As .airflowignore files were written before Airflow 3; .fanjetignore stays as it is."""
    for name in ("one.py", "old/two.py", "team/three.py"):
        place.write_dag(name, Path(name).stem)
    place.write(".airflowignore", "o.d/t  # the old ones\nth[er]+e\\.py$\n")
    assert list_candidates(place, airflow_regexp=True) == ["one.py"]
    place.write(".fanjetignore", "on?.py\n")
    assert list_candidates(place, airflow_regexp=True) == []


def test_pattern_that_is_none(place: Place) -> None:
    """It is shown as an error of the ignore file, and ignores nothing."""
    place.write_dag("one.py", "one")
    place.write(".airflowignore", "fine.py\n[z-a]x(\n")
    with place.open(airflowignore_syntax="regexp") as looking:
        looking.look_once()
        (error,) = looking.errors
        assert (error.file, error.line, error.kind) == (str(place.folder / ".airflowignore"), 2, "ignore")
        place.write(".airflowignore", "fine.py\n")
        looking.look_once()
        assert not looking.errors
    assert place.ids() == ["one"]


def test_an_ignore_file_in_another_encoding_is_said(place: Place, looking: DagFolder) -> None:
    place.write_dag("one.py", "one")
    place.write(".airflowignore", "one.py\n".encode("utf-16"))
    looking.look_once()
    (error,) = looking.errors
    assert (error.kind, "Save it as UTF-8" in error.message) == ("ignore", True)


def test_what_airflow_is_told_to_ignore_is_kept_for_runs(place: Place, looking: DagFolder) -> None:
    """Helpers often stand in .airflowignore, as they are no DAG files; tasks import them all the same."""
    place.write("lib/helper.py", "# of our airflow dags\nNAME = 'x'\n")
    place.write("junk/big.py", "X = 1\n")
    place.write(".airflowignore", "lib/\n")
    place.write(".fanjetignore", "junk/\n")
    place.write_dag("one.py", "one")
    looking.look_once()
    bundle = place.select("SELECT bundle FROM dag_version")[0][0]
    manifest = (place.home / "bundles" / f"{bundle}.json").read_text()
    assert '"lib/helper.py"' in manifest
    assert '"one.py"' in manifest
    assert "junk" not in manifest


def test_plugins_beside_the_folder(place: Place) -> None:
    """As Airflow has them: found while loading and while running, and kept; what else lies there is not."""
    plugins = Place(place.home, place.folder.with_name("plugins"))
    plugins.write("names.py", "NAME = 'a'\n")
    place.folder.with_name("settings.cfg").write_text("secret = 1")
    place.write_dag("team/one.py", "one", head="from names import NAME", options="description=NAME")
    with place.open() as looking:
        looking.look_once()
        assert not looking.errors
        plugins.write("names.py", "NAME = 'b'\n")
        looking.look_once()
    ((bundle, root, file),) = place.select("SELECT bundle, root, file FROM dag_version ORDER BY version DESC LIMIT 1")
    assert place.dags()["one"].spec.description == "b"
    assert "settings.cfg" not in (place.home / "bundles" / f"{bundle}.json").read_text()
    place.folder.rename(place.folder.with_name("dags before"))
    plugins.folder.rename(plugins.folder.with_name("plugins before"))
    restored = restore_files(place.home, bundle, Path(root))
    report = parse_in_child(restored / file, 20, restored)
    assert [spec.description for spec in report.specs] == ["b"], report.errors


def test_links(place: Place) -> None:
    """Linked folders belong to the folder, each once; loops and links that lead nowhere do no harm."""
    elsewhere = place.folder.with_name("elsewhere")
    Place(place.home, elsewhere).write_dag("two.py", "two")
    place.write_dag("team/one.py", "one")
    (place.folder / "linked").symlink_to(elsewhere)
    (place.folder / "again").symlink_to(place.folder / "team")
    (place.folder / "team" / "loop").symlink_to(place.folder)
    (place.folder / "itself").symlink_to(place.folder / "itself")
    (place.folder / "nowhere.py").symlink_to(place.folder / "none.py")
    assert list_candidates(place) == ["linked/two.py", "team/one.py"]


def test_archives_are_refused(place: Place, looking: DagFolder) -> None:
    """Those that hold modules; an archive of data is nobody's business."""
    with zipfile.ZipFile(place.folder / "dags.zip", "w") as archive:
        archive.writestr("one.py", dag_text("one"))
    with zipfile.ZipFile(place.folder / "data.zip", "w") as archive:
        archive.writestr("data.csv", "1,2")
    (place.folder / "broken.zip").write_bytes(b"PK")
    looking.look_once()
    (error,) = looking.errors
    assert error.file == str(place.folder / "dags.zip")
    assert error.message == "DAG files in a zip archive are not loaded."
    (place.folder / "dags.zip").unlink()
    looking.look_once()
    assert not place.files()


def test_files_that_are_no_python(place: Place, looking: DagFolder) -> None:
    """Broken encodings, null bytes, a name that is no UTF-8: each is one error of one file."""
    place.write("latin.py", "X = 'a dag of fanjet, schön'\n".encode("latin-1"))
    place.write("null.py", b"# a dag of fanjet\n\0")
    place.write_dag("fine.py", "fine")
    odd = os.fsencode(place.folder) + b"/odd\xff.py"
    Path(os.fsdecode(odd)).write_text(dag_text("odd"))
    looking.look_once()
    assert [Path(error.file).name for error in looking.errors] == ["latin.py", "null.py", "odd\\udcff.py"]
    assert place.ids() == ["fine"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read(place: Place, looking: DagFolder) -> None:
    """It is an error like any other, until it may."""
    path = place.write_dag("one.py", "one")
    path.chmod(0)
    looking.look_once()
    assert "Permission denied" in looking.errors[0].message
    path.chmod(0o644)
    looking.look_once()
    assert place.ids() == ["one"]


def test_new_dags_wait_where_airflow_has_them_wait(place: Place) -> None:
    """The rule goes for DAGs with a schedule that say nothing themselves."""
    place.write_dag("own.py", "own", options="schedule='@daily'")
    place.write_dag("manual.py", "manual", head="import airflow")
    place.write_dag("asked.py", "asked", options="schedule='@daily', is_paused_upon_creation=True")
    place.write_dag(
        "told.py", "told", head="import airflow", options="schedule='@daily', is_paused_upon_creation=False"
    )
    place.write_dag("theirs.py", "theirs", head="from airflow import models", options="schedule='@daily'")
    waiting = {"airflow": ["asked", "theirs"], "always": ["asked", "own", "theirs"], "never": ["asked"]}
    for number, (rule, expected) in enumerate(waiting.items()):
        fresh = Place(place.home.with_name(f"home{number}"), place.folder)
        with fresh.open(pause_new_dags=rule) as looking:
            looking.look_once()
        assert sorted(dag.dag_id for dag in fresh.dags().values() if dag.is_paused) == expected
