"""Bundles and logs: files beside the database."""

import os
import threading
from pathlib import Path

import pytest

from fanjet.errors import ExecutionError, OperationError
from fanjet.store.files.bundles import extract_bundle, find_changed, save_bundle
from fanjet.store.files.logs import locate_segment, read_log


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "dags"
    (root / "sql").mkdir(parents=True)
    (root / "sweep.py").write_text("print(1)\n")
    (root / "sql" / "a.sql").write_bytes(b"select 1\r\n")
    (root / "tool.sh").write_text("#!/bin/sh\n")
    (root / "tool.sh").chmod(0o755)
    return root


FILES = ["sweep.py", "sql/a.sql", "tool.sh"]


def test_a_bundle_comes_back_as_it_was(home: Path, root: Path) -> None:
    name = save_bundle(home, root, FILES)
    (root / "sweep.py").write_text("changed")
    folder = extract_bundle(home, name)
    assert folder == home / "bundles" / name
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == sorted(FILES)
    assert (folder / "sweep.py").read_text() == "print(1)\n"
    assert (folder / "sql" / "a.sql").read_bytes() == b"select 1\r\n"
    assert os.access(folder / "tool.sh", os.X_OK)
    assert not (folder / "sweep.py").stat().st_mode & 0o111
    assert extract_bundle(home, name) == folder


def test_the_name_follows_from_names_contents_and_modes_only(home: Path, root: Path) -> None:
    name = save_bundle(home, root, FILES)
    os.utime(root / "sweep.py", (1, 1))
    assert save_bundle(home, root, [root / file for file in reversed(FILES)]) == name
    assert save_bundle(home, root, FILES[:2]) != name
    (root / "sweep.py").chmod(0o755)
    assert save_bundle(home, root, FILES) != name
    (root / "sweep.py").chmod(0o644)
    (root / "sweep.py").write_text("print(2)\n")
    assert save_bundle(home, root, FILES) != name


def test_contents_are_kept_once(home: Path, root: Path) -> None:
    (root / "copy.py").write_text("print(1)\n")
    save_bundle(home, root, [*FILES, "copy.py"])
    (root / "new.py").write_text("new")
    save_bundle(home, root, [*FILES, "new.py"])
    blobs = [path for path in (home / "bundles" / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) == 4
    assert not list((home / "bundles").rglob("*.tmp"))


def test_a_bundle_that_is_gone_or_damaged_is_said_to_be_so(home: Path, root: Path) -> None:
    with pytest.raises(ExecutionError, match=r"version abc are not in .*run the DAG anew"):
        extract_bundle(home, "abc")
    name = save_bundle(home, root, FILES)
    (blob,) = [
        path
        for path in (home / "bundles" / "blobs").rglob("*")
        if path.is_file() and path.read_bytes() == b"print(1)\n"
    ]
    blob.write_text("print(6)\n")
    with pytest.raises(ExecutionError, match=r"stored content of sweep.py is damaged"):
        extract_bundle(home, name)
    assert not (home / "bundles" / name).exists()
    blob.unlink()
    with pytest.raises(ExecutionError, match=r"No such file"):
        extract_bundle(home, name)
    (home / "bundles" / f"{name}.json").write_text("[]")
    with pytest.raises(ExecutionError, match=r"list of files .* is damaged"):
        extract_bundle(home, name)
    assert not list((home / "bundles").glob("*.tmp"))


def test_files_that_cannot_be_kept_are_refused(home: Path, root: Path) -> None:
    with pytest.raises(OperationError, match="lies outside of"):
        save_bundle(home, root, ["../secret"])
    with pytest.raises(ExecutionError, match=r"missing\.py"):
        save_bundle(home, root, ["missing.py"])
    assert not (home / "bundles").exists()


def test_files_beside_may_be_gone(home: Path, root: Path) -> None:
    name = save_bundle(home, root, ["sweep.py"], beside=["sweep.py", "tool.sh", "gone.py"])
    assert name == save_bundle(home, root, ["sweep.py", "tool.sh"])


def test_an_empty_bundle_and_one_made_by_many_at_once(home: Path, root: Path) -> None:
    assert extract_bundle(home, save_bundle(home, root, [])).is_dir()
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(extract_bundle(home, save_bundle(home, root, FILES))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert (found[0] / "sweep.py").read_text() == "print(1)\n"
    assert not list((home / "bundles").rglob("*.tmp"))


def test_pieces_of_a_log(home: Path) -> None:
    path = locate_segment(home, (3 << 32) + 5)
    assert path == home / "logs" / "0000000300000005.log"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"before|the piece|after")
    segment = (3 << 32) + 5
    assert read_log(home, segment, 7, 9) == b"the piece"
    assert read_log(home, segment, 7, 9, tail_bytes=5) == b"piece"
    assert read_log(home, segment, 7, 9, tail_bytes=50) == b"the piece"
    assert read_log(home, segment, 7, 0) == b""
    assert read_log(home, segment, 17, 50) == b"after"
    with pytest.raises(ExecutionError, match=r"log is gone: its segment .*06\.log"):
        read_log(home, segment + 1, 0, 5)


def test_changed_files_are_found_and_new_ones_do_not_count(tmp_path: Path) -> None:
    root = tmp_path / "dags"
    root.mkdir()
    (root / "dag.py").write_text("one")
    (root / "gone.sql").write_text("select 1")
    name = save_bundle(tmp_path, root, ["dag.py", "gone.sql"])
    (root / "output.csv").write_text("new")
    assert find_changed(tmp_path, name, root) == []
    (root / "dag.py").write_text("two")
    (root / "gone.sql").unlink()
    assert find_changed(tmp_path, name, root) == ["dag.py", "gone.sql"]
