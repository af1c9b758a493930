"""A DAG file may lie anywhere: what is kept of a folder that is no project is little, quickly found, and no news."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fanjet.parsing import surroundings
from fanjet.parsing.bundle import decides, find_bundle, find_root


def make(root: Path, *names: str, size: int = 1) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)


def find(root: Path) -> list[str]:
    bundle = find_bundle(root / "flow.py")
    assert bundle.root == root
    assert bundle.notes == []
    return bundle.files


def test_what_looks_like_a_part_of_the_dag_is_kept(tmp_path: Path) -> None:
    parts = ["a/__init__.py", "a/b/__init__.py", "a/b/c/__init__.py", "a/b/c/x.py", "flow.py", "input.csv", "lib.py"]
    parts += ["sql/daily/q.SQL", "sql/q.sql", "t.j2"]
    make(
        tmp_path,
        *parts,
        "model.pkl",
        "photo.jpg",
        ".env",
        ".ssh/config.yaml",
        "sql/a/b/too_deep.sql",
        "__pycache__/x.py",
    )
    assert find(tmp_path) == parts


@pytest.mark.parametrize("mark", [".git/config", "pyproject.toml", "pyvenv.cfg", "fanjet.db"])
def test_other_projects_environments_and_the_home_of_fanjet_are_not(tmp_path: Path, mark: str) -> None:
    make(tmp_path, "flow.py", f"other/{mark}", "other/x.py", "other/deep/y.py")
    assert find(tmp_path) == ["flow.py"]


def test_large_files_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "flow.py", "small.csv")
    make(tmp_path, "medium.csv", "medium.py", size=100_000)
    make(tmp_path, "large.py", size=300_000)
    assert find(tmp_path) == ["flow.py", "medium.py", "small.csv"]


def test_a_folder_full_of_data_is_looked_through_in_no_time(tmp_path: Path) -> None:
    make(tmp_path, "flow.py", "zlib.py", *(f"data{number}.csv" for number in range(1500)))
    started_at = time.process_time()
    assert find(tmp_path) == ["flow.py", "zlib.py"]
    assert time.process_time() - started_at < 0.3


def test_limits_hold_for_sources_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "flow.py", *(f"more/m{number:03}.py" for number in range(200)))
    assert len(find(tmp_path)) == 150
    monkeypatch.setattr(surroundings, "_MOST_BYTES", 10)
    assert len(find(tmp_path)) == 10
    monkeypatch.setattr(surroundings, "_MOST_SEEN", 1)
    assert find(tmp_path) == ["flow.py"]


def test_of_a_home_only_packages_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "flow.py", "helpers.py", "package/__init__.py", "work/secret_project.py")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find(tmp_path) == ["flow.py", "helpers.py", "package/__init__.py"]


def test_settings_in_a_home_do_not_make_it_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "fanjet.toml", "photos/a.jpg", "dags/flow.py")
    assert find_root(tmp_path / "dags/flow.py") == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_root(tmp_path / "dags/flow.py") == tmp_path / "dags"


def test_outputs_of_a_dag_do_not_make_another_dag_of_it(tmp_path: Path) -> None:
    assert decides(tmp_path, "lib/x.py")
    assert not decides(tmp_path, "out.csv")
    make(tmp_path, "fanjet.toml")
    assert decides(tmp_path, "out.csv")
