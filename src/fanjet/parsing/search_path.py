"""Where the modules of a DAG file are looked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_EXAMPLES = "example_dags"


def find_project_folders(file: Path) -> list[Path]:
    """The folders that Airflow searches besides: the nearest one called ``dags`` and ``plugins`` beside it.

    Airflow's own examples import each other as ``airflow.example_dags``, wherever their wheel was unpacked.
    """
    examples = next((folder for folder in file.parents if folder.name == _EXAMPLES), None)
    if examples is not None and examples.parent.name == "airflow":
        return [examples.parents[1]]
    dags = next((folder for folder in file.parents if folder.name == "dags"), None)
    if dags is None:
        return []
    plugins = dags.with_name("plugins")
    return [dags, plugins] if plugins.is_dir() else [dags]


def extend_search_path(*folders: Path) -> None:
    """Put folders on `sys.path`: before installed packages, as for a script, but after the standard library.

    A helper called ``types.py`` beside a DAG file thus cannot take the place of what the interpreter itself needs.
    """
    at = _find_end_of_standard_library()
    for folder in reversed(list(dict.fromkeys(map(str, folders)))):
        if folder not in sys.path:
            sys.path.insert(at, folder)


def _find_end_of_standard_library() -> int:
    standard = str(Path(os.__file__).parent)
    ends = [at + 1 for at, entry in enumerate(sys.path) if entry in {standard, f"{standard}/lib-dynload"}]
    return max(ends, default=0)
