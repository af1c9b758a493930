"""What Airflow made of the DAG files of a set, and where Fanjet differs on purpose."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

HERE = Path(__file__).parent
DIFFERENCES_PAGE = HERE.parents[1] / "docs" / "airflow-differences.md"

#: Task id -> position, "-1" for an instance of no map -> its state, value, label and tries, as in the recordings.
Instances: TypeAlias = dict[str, dict[str, dict[str, Any]]]

_ROW = re.compile(r"^\| `(?P<dag>\w+)` \| (?P<where>[^|]*) \| (?P<why>[^|]+) \|$", re.MULTILINE)


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


class Difference(NamedTuple):
    """That a DAG differs on purpose."""

    why: str
    #: Patterns of ``task[index]``: only these instances, and the state of the run, may differ; empty where all may.
    where: tuple[str, ...]

    def covers(self, place: str) -> bool:
        """Whether an instance is among those that may differ."""
        return not self.where or any(fnmatchcase(place.partition("[")[0], pattern) for pattern in self.where)


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


def read_differences() -> dict[str, Difference]:
    """The DAGs that differ on purpose: the last table of the page about differences."""
    rows = _ROW.finditer(DIFFERENCES_PAGE.read_text())
    return {row["dag"]: Difference(row["why"], tuple(re.findall(r"`([^`]+)`", row["where"]))) for row in rows}
