"""A bundle holds what a DAG file may read of its project, and not the rest of somebody's disk."""

from __future__ import annotations

import time

import pytest

from fanjet.parsing.bundle import find_bundle
from fanjet.parsing.ignores import iter_files


def make(root, *names, size=1):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)


def test_everything_in_a_marked_project(tmp_path):
    make(tmp_path, "fanjet.toml", "flow.py", "sql/q.sql", "helpers/a/b.py", ".env", "model.bin", "home/fanjet.db")
    bundle = find_bundle(tmp_path / "flow.py")
    assert bundle.root == tmp_path
    assert bundle.files == [".env", "fanjet.toml", "flow.py", "helpers/a/b.py", "model.bin", "sql/q.sql"]
    assert bundle.notes == []


@pytest.mark.parametrize("mark", ["fanjet.toml", ".fanjetignore", ".airflowignore"])
def test_a_mark_above_makes_the_root(tmp_path, mark):
    make(tmp_path, "p/dags/flow.py", "p/lib/x.py", "other.py")
    (tmp_path / "p" / mark).touch()
    bundle = find_bundle(tmp_path / "p/dags/flow.py")
    assert bundle.root == tmp_path / "p"
    assert set(bundle.files) == {mark, "dags/flow.py", "lib/x.py"}


def test_caches_hidden_folders_and_environments_do_not_count(tmp_path):
    make(
        tmp_path,
        "fanjet.toml",
        "flow.py",
        ".git/x",
        "__pycache__/flow.pyc",
        "env/pyvenv.cfg",
        "env/lib/y.py",
        "node_modules/z.js",
    )
    assert find_bundle(tmp_path / "flow.py").files == ["fanjet.toml", "flow.py"]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("*.csv", ["a.py", "data/c.txt", "flow.py"]),
        ("data/", ["a.py", "b.csv", "flow.py"]),
        ("/b.csv", ["a.py", "data/b.csv", "data/c.txt", "flow.py"]),
        ("*\n!*.py", ["a.py", "flow.py"]),
        ("# a.py\n\n[ab].*", ["data/c.txt", "flow.py"]),
        ("data/**\n?.py", ["b.csv", "flow.py"]),
        ("**/b.csv", ["a.py", "data/c.txt", "flow.py"]),
    ],
)
def test_ignore_files_speak_as_git_does(tmp_path, lines, left):
    make(tmp_path, "flow.py", "a.py", "b.csv", "data/b.csv", "data/c.txt")
    (tmp_path / ".fanjetignore").write_text(lines)
    files = {str(path.relative_to(tmp_path)) for path in iter_files(tmp_path)} - {".fanjetignore"}
    assert sorted(files) == left


def test_an_ignore_file_below_holds_below_and_goes_first(tmp_path):
    make(tmp_path, "flow.py", "a.csv", "deep/b.csv", "deep/c.csv")
    (tmp_path / ".fanjetignore").write_text("*.csv")
    (tmp_path / "deep" / ".fanjetignore").write_text("!b.csv")
    files = {str(path.relative_to(tmp_path)) for path in iter_files(tmp_path)}
    assert files == {".fanjetignore", "deep/.fanjetignore", "flow.py", "deep/b.csv"}


def test_large_files_are_named_in_a_note(tmp_path):
    make(tmp_path, "fanjet.toml", "flow.py")
    make(tmp_path, "big.bin", size=1_000_001)
    bundle = find_bundle(tmp_path / "flow.py")
    assert bundle.files == ["fanjet.toml", "flow.py"]
    assert "big.bin" in bundle.notes[0]


def test_the_dag_file_always_belongs_to_it(tmp_path):
    make(tmp_path, "flow.py", size=1_000_001)
    bundle = find_bundle(tmp_path / "flow.py")
    assert (bundle.files, bundle.notes) == (["flow.py"], [])


def test_too_many_files_give_a_note_and_neighbours_first(tmp_path):
    (tmp_path / "fanjet.toml").touch()
    make(tmp_path, *(f"many/{n}" for n in range(2100)), "zdags/flow.py", "zdags/near.py")
    started_at = time.process_time()
    bundle = find_bundle(tmp_path / "zdags/flow.py")
    assert time.process_time() - started_at < 1.0
    assert {"zdags/flow.py", "zdags/near.py"} < set(bundle.files)
    assert len(bundle.files) == 2000
    assert ".fanjetignore" in bundle.notes[0]
