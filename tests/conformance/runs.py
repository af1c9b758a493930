"""What Fanjet makes of a DAG file."""

from __future__ import annotations

import ast
import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from conformance.recordings import Instances, Outcome
from installed import FANJET

#: As when the recordings were made.
_SETTINGS = {"FANJET_MAX_MAP_LENGTH": "1024", "FANJET_WORKERS": "4"}
_LOGICAL_DATE = "2026-01-31T10:00:00+00:00"


class FileRuns(NamedTuple):
    """The runs of all DAGs of a file."""

    #: By DAG id; empty where the file was refused.
    outcomes: dict[str, Outcome]
    #: Why the file was refused.
    error: str


def run_file(file: Path, folder: Path) -> FileRuns:
    """Run every DAG of a file once.

    Args:
        file: The DAG file.
        folder: Takes the home and the results.
    """
    results = folder / f"{file.stem}.json"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FANJET_", "PYTEST_"))}
    ran = subprocess.run(
        [FANJET, "run", str(file), "--results", str(results), "--logical-date", _LOGICAL_DATE],
        env={**kept, **_SETTINGS, "FANJET_HOME": str(folder / "home")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if not results.exists() or ran.returncode == 2:
        return FileRuns({}, (ran.stdout + ran.stderr).strip())
    runs = json.loads(results.read_text())
    return FileRuns({run["dag_id"]: Outcome(run["state"], _instances(run["instances"])) for run in runs}, "")


def _instances(rows: list[dict[str, Any]]) -> Instances:
    """Instances in the shape of the recordings."""
    instances: Instances = {}
    for row in rows:
        shown = {"state": row["state"], "try_number": row.get("try_number", 1)}
        if "value" in row:
            shown["xcom"] = _value(row["value"])
        if "pushed" in row:
            shown["xcom_other"] = _value(row["pushed"])
        if row.get("label") is not None:
            shown["rendered_map_index"] = row["label"]
        position = str(row["map_index"][-1]) if row["map_index"] else "-1"
        instances.setdefault(row["task_id"], {})[position] = shown
    return instances


def _value(value: Any) -> Any:
    """A value in the notation of the recordings: a set is ``{"$set": [...]}``."""
    if isinstance(value, dict):
        if value.get("type") == "set" and set(value) == {"preview", "type"}:
            return {"$set": sorted(ast.literal_eval(value["preview"]))}
        return {key: _value(item) for key, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, list) else value
