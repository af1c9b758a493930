"""Which files of a folder may hold DAGs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from fanjet.parsing.candidates import may_hold_dag
from fanjet.parsing.ignores import iter_files


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
        if file.suffix == ".py" and may_hold_dag(file):
            yield DagFile(file, in_folder=True)
