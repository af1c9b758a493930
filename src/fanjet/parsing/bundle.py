"""The bundle of a DAG file: what it may read of its own project, so that a run goes on with what it began with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from fanjet.errors import OperationError
from fanjet.model.texts import find_path_fault, storable
from fanjet.parsing.ignores import IGNORE_FILES, iter_entries
from fanjet.parsing.surroundings import find_surroundings, is_source

#: A folder with one of these is the root of a project.
_ROOT_MARKS = ("fanjet.toml", *IGNORE_FILES)
_MOST_FILE_BYTES = 1_000_000
_MOST_BYTES = 20_000_000
_MOST_FILES = 2_000
#: The search is given up after so many files, whatever they are.
_MOST_SEEN = 20_000


class Bundle(NamedTuple):
    """Which files belong to a DAG file."""

    root: Path
    #: Relative to the root, with ``/``.
    files: list[str]
    #: What was left out, for people.
    notes: list[str]


def find_root(file: Path) -> Path:
    """The nearest folder above a file that is marked as a project's root, else the folder of the file.

    Nobody's home is a project: a `fanjet.toml` there holds settings.
    """
    folder = file.absolute().parent
    return next((candidate for candidate in (folder, *folder.parents) if _is_project(candidate)), folder)


def find_bundle(file: Path) -> Bundle:
    """The bundle of a DAG file.

    In a marked project it is everything that is not ignored, and a note says what had no room; the neighbours of the
    DAG file come first then. Elsewhere it is what looks like a part of the DAG, see `surroundings`. The DAG file itself
    always belongs to it. Files whose names are no UTF-8 cannot be kept; a note says which.

    Raises:
        OperationError: The DAG file itself has such a name, or lies in such a folder.
    """
    file = file.absolute()
    check_name(file)
    root = find_root(file)
    selection = _Selection(root)
    selection.add(str(file), file.stat().st_size if file.is_file() else 0)
    if _is_project(root):
        for folder in dict.fromkeys((file.parent, root)):
            selection.search(str(folder))
    else:
        for path, size in find_surroundings(root):
            selection.add(path, size)
    return Bundle(root, sorted(selection.sizes), selection.describe())


def check_name(file: Path) -> None:
    """Refuse a DAG file that cannot be named in the database.

    Raises:
        OperationError: Its name, or that of a folder above it, is no UTF-8.
    """
    if fault := find_path_fault(str(file)):
        raise OperationError(fault)


def decides(root: Path, name: str) -> bool:
    """Whether a changed file makes another DAG; outside of marked projects, tables and texts may be its output."""
    return _is_project(root) or is_source(name)


def _is_project(folder: Path) -> bool:
    if not any((folder / mark).is_file() for mark in _ROOT_MARKS):
        return False
    return folder not in {Path.home(), Path(folder.anchor)}


class _Selection:
    """The files chosen so far."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        #: By path relative to the root.
        self.sizes: dict[str, int] = {}
        self._total_bytes = 0
        self._seen = 0
        self._large: set[str] = set()
        self._odd: set[str] = set()
        self._is_full = False

    def add(self, path: str, size: int) -> None:
        name = os.path.relpath(path, self._root)
        if (told := storable(name)) != name:
            self._odd.add(told)
        elif name not in self.sizes:
            self.sizes[name] = size
            self._total_bytes += size

    def search(self, folder: str) -> None:
        """Add what lies below a folder, as far as there is room."""
        for entry in iter_entries(folder):
            self._seen += 1
            try:
                size = entry.stat().st_size
            except FileNotFoundError:
                continue  # gone meanwhile
            if size > _MOST_FILE_BYTES:
                self._large.add(os.path.relpath(entry.path, self._root))
            elif self._total_bytes + size > _MOST_BYTES or len(self.sizes) >= _MOST_FILES or self._seen > _MOST_SEEN:
                self._is_full = True
                return
            else:
                self.add(entry.path, size)

    def describe(self) -> list[str]:
        notes = []
        large = sorted(self._large - self.sizes.keys())
        if large:
            limit_mb = _MOST_FILE_BYTES // 1_000_000
            notes.append(f"Larger than {limit_mb} MB and not kept with the run: {_say_first(large)}.")
        if self._odd:
            notes.append(f"Not kept with the run, as their names are no UTF-8: {_say_first(sorted(self._odd))}.")
        if self._is_full:
            notes.append(
                f"There are too many files below {self._root} to keep all with the run: {len(self.sizes):,} are kept. "
                "Fix: list what the DAG does not need in a .fanjetignore file there, or mark a smaller folder as the "
                "project by an empty one."
            )
        return notes


def _say_first(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
