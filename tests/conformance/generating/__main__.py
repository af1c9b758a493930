"""Writes random DAG files, or takes out of their recordings what chance decided."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from conformance.generating.parts import HEADER
from conformance.generating.races import find_race
from conformance.generating.writing import write_dag
from conformance.recording.canonical import write_recordings

_PER_FILE = 10


def main() -> int:
    """Write the files of a seed, or prune their recordings."""
    options = _options()
    if options.prune:
        return _prune(options.folder / "expected.json", options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, options.count, _PER_FILE):
        numbers = range(first, min(first + _PER_FILE, options.count))
        dags = [write_dag(_dag_id(options.seed, number), _seed(options.seed, number)).text() for number in numbers]
        (options.folder / f"random_{first // _PER_FILE:02}.py").write_text("\n\n".join([HEADER, *dags]))
    return 0


def _prune(path: Path, seed: int) -> int:
    """Forget the DAGs in which an instance could end in two ways."""
    recorded = json.loads(path.read_text())
    kept = {}
    for dag_id, dag in recorded["dags"].items():
        draft = write_dag(dag_id, _seed(seed, int(dag_id.rpartition("_")[2])))
        races = [race for outcome in dag["outcomes"] if (race := find_race(draft, outcome["tis"]))]
        if races:
            print(f"{dag_id}: {races[0]}")
        else:
            kept[dag_id] = dag
    write_recordings(path, recorded["meta"], kept)
    print(f"{len(kept)} of {len(recorded['dags'])} kept")
    return 0


def _dag_id(seed: int, number: int) -> str:
    return f"random_{seed}_{number:03}"


def _seed(seed: int, number: int) -> str:
    return f"{seed}/{number}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance.generating", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=80, help="of DAGs")
    parser.add_argument("--prune", action="store_true", help="prune the recordings in the folder")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
