"""Which files of a folder may hold DAGs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from fanjet.parsing.ignores import iter_files

#: A file that does not speak of both is a helper, whatever else is in it, and is not loaded for its own sake.
_LIBRARIES = (b"fanjet", b"airflow")
_NOUN = b"dag"


class DagFile(msgspec.Struct, frozen=True):
    """One file to load."""

    path: Path
    #: Whether it was found below a folder, and not named itself.
    in_folder: bool


def find_dag_files(paths: Iterable[Path]) -> list[DagFile]:
    """Named files as they are, of folders those that may hold DAGs; each once."""
    found: dict[Path, DagFile] = {}
    for path in paths:
        for file in _expand(path):
            found.setdefault(file.path.absolute(), file)
    return list(found.values())


def _expand(path: Path) -> Iterator[DagFile]:
    if not path.is_dir():
        yield DagFile(path, in_folder=False)
        return
    for file in sorted(iter_files(path)):
        if file.suffix == ".py" and _may_hold_dag(file):
            yield DagFile(file, in_folder=True)


def _may_hold_dag(file: Path) -> bool:
    try:
        text = file.read_bytes().lower()
    except OSError:
        # Loading it will say what is wrong with it.
        return True
    return _NOUN in text and any(library in text for library in _LIBRARIES)
