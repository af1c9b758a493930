"""What Airflow made of the DAG files of a set."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

HERE = Path(__file__).parent

#: Task id -> position, "-1" for an instance of no map -> its state, value, label and tries, as in the recordings.
Instances: TypeAlias = dict[str, dict[str, dict[str, Any]]]


class Outcome(NamedTuple):
    """What became of a run."""

    state: str
    instances: Instances


class Recording(NamedTuple):
    """What Airflow made of one DAG."""

    dag_id: str
    file: Path
    #: Each is right; none where Airflow refused the file.
    outcomes: list[Outcome]


def find_sets() -> list[Path]:
    """The folders with recordings."""
    return sorted(path.parent for path in HERE.glob("*/expected.json"))


def read_recordings(folder: Path) -> list[Recording]:
    """All recordings of a set, by file and DAG id."""
    dags = json.loads((folder / "expected.json").read_text())["dags"]
    found = [
        Recording(dag_id, folder / dag["file"], [Outcome(one["state"], one["tis"]) for one in dag.get("outcomes", [])])
        for dag_id, dag in dags.items()
    ]
    return sorted(found, key=lambda recording: (recording.file, recording.dag_id))


def read_differences() -> dict[str, str]:
    """DAG id -> why Fanjet does something else on purpose."""
    return tomllib.loads((HERE / "differences.toml").read_text())
