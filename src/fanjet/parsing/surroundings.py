"""What is kept of the folder of a DAG file that nobody marked as a project: it may be a home, a desktop, /tmp.

Only what looks written by hand counts, and only a little of it: Python files, SQL, shell scripts, templates and
configuration; text and tables while they are small and few. Nothing is said about the rest; whoever wants exactly
everything marks the project.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

#: The ends of names, without their dot.
_SOURCE = frozenset(
    {"py", "pyi", "sql", "hql", "sh", "bash", "r", "jl", "j2", "jinja", "jinja2", "tmpl", "template"}
    | {"yaml", "yml", "toml", "ini", "cfg", "conf"}
)
_DATA = frozenset({"json", "txt", "md", "csv", "tsv", "html", "xml"})
_MOST_SOURCE_BYTES = 256_000
_MOST_DATA_BYTES = 64_000
#: A folder with more data files than this holds data, not an application: none of them is kept.
_MOST_DATA_FILES = 30
_MOST_FILES = 150
_MOST_BYTES = 2_000_000
_MOST_SEEN = 10_000
#: How deep to look in folders that are no packages: `sql/`, `sql/reports/`.
_DEEPEST = 2
_PACKAGE_MARK = "__init__.py"
_NEVER = frozenset({"__pycache__", "node_modules", "site-packages"})
#: A folder with one of these is another project, an environment or Fanjet's home, not a part of this one.
_OTHER_MARKS = frozenset(
    {".git", "pyproject.toml", "setup.py", "package.json", "pyvenv.cfg", "fanjet.toml", "fanjet.db"}
)


class _Folder(NamedTuple):
    path: str
    depth: int
    #: All folders above it, from that of the DAG file on, are packages too.
    is_package: bool


def is_source(name: str) -> bool:
    """Whether a file decides what a DAG does, as far as its name says; tables and texts may as well be its output."""
    return _end(name) in _SOURCE


def _end(name: str) -> str:
    return name.rpartition(".")[2].lower()


def find_surroundings(folder: Path) -> list[tuple[str, int]]:
    """The files around a DAG file that are worth keeping, sources before data, nearer ones first.

    Args:
        folder: That of the DAG file.

    Returns:
        Absolute paths, and sizes in bytes.
    """
    chosen: list[tuple[str, int]] = []
    total_bytes = 0
    sources, data = _list_candidates(str(folder))
    for entry, most_bytes in [*((e, _MOST_SOURCE_BYTES) for e in sources), *((e, _MOST_DATA_BYTES) for e in data)]:
        size = _find_size(entry)
        if size is None or size > most_bytes or total_bytes + size > _MOST_BYTES:
            continue
        if len(chosen) >= _MOST_FILES:
            break
        chosen.append((entry.path, size))
        total_bytes += size
    return chosen


def _list_candidates(root: str) -> tuple[list[os.DirEntry[str]], list[os.DirEntry[str]]]:
    sources: list[os.DirEntry[str]] = []
    data: list[os.DirEntry[str]] = []
    deepest = 0 if _is_shared(root) else _DEEPEST
    folders = deque([_Folder(root, 0, is_package=True)])
    left = _MOST_SEEN
    while folders and left > 0:
        folder = folders.popleft()
        entries = _scan(folder.path, left)
        left -= len(entries)
        names = {entry.name for entry in entries}
        is_package = folder.is_package and (not folder.depth or _PACKAGE_MARK in names)
        if folder.depth and not is_package and (folder.depth > deepest or names & _OTHER_MARKS):
            continue
        sources += _sorted_files(entries, _SOURCE)
        texts = _sorted_files(entries, _DATA)
        data += texts if len(texts) <= _MOST_DATA_FILES else []
        folders += _list_folders(entries, folder.depth + 1, is_package=is_package)
    return sources, data


def _sorted_files(entries: list[os.DirEntry[str]], ends: frozenset[str]) -> list[os.DirEntry[str]]:
    found = [entry for entry in entries if _end(entry.name) in ends and entry.is_file()]
    return sorted(found, key=lambda entry: entry.name)


def _list_folders(entries: list[os.DirEntry[str]], depth: int, *, is_package: bool) -> Iterator[_Folder]:
    for entry in sorted((entry for entry in entries if entry.is_dir(follow_symlinks=False)), key=lambda e: e.name):
        if entry.name[0] != "." and entry.name not in _NEVER:
            yield _Folder(entry.path, depth, is_package)


def _scan(folder: str, most: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(islice(found, most))
    except OSError:
        return []  # not ours to read, or gone


def _find_size(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_size if os.access(entry.path, os.R_OK) else None
    except OSError:
        return None  # gone


def _is_shared(folder: str) -> bool:
    """Whether the folders in a folder have as a rule nothing to do with the files in it."""
    return os.path.realpath(folder) in {
        os.path.realpath(each)
        for each in (Path.home(), tempfile.gettempdir(), "/tmp", os.sep)  # noqa: S108
    }
