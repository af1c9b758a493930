"""Writes random DAG files, or takes out of their recordings what chance decided."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from conformance.generating.parts import HEADER, Draft
from conformance.generating.races import find_race
from conformance.generating.writing import write_dag
from conformance.recording.canonical import write_recordings

_PER_FILE = 10


def main() -> int:
    """Write the files of a seed, or prune their recordings."""
    options = _options()
    if options.prune:
        return _prune(options)
    options.folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, options.count, _PER_FILE):
        numbers = range(first, min(first + _PER_FILE, options.count))
        dags = [_write(f"random_{options.seed}_{number:03}", options).text() for number in numbers]
        (options.folder / f"random_{first // _PER_FILE:02}.py").write_text("\n\n".join([HEADER, *dags]))
    return 0


def _prune(options: argparse.Namespace) -> int:
    """Forget the DAGs in which an instance could end in two ways."""
    path = options.folder / "expected.json"
    recorded = json.loads(path.read_text())
    kept = {}
    for dag_id, dag in recorded["dags"].items():
        draft = _write(dag_id, options)
        races = [race for outcome in dag["outcomes"] if (race := find_race(draft, outcome["tis"]))]
        if races:
            print(f"{dag_id}: {races[0]}")
        else:
            kept[dag_id] = dag
    write_recordings(path, recorded["meta"], kept)
    print(f"{len(kept)} of {len(recorded['dags'])} kept")
    return 0


def _write(dag_id: str, options: argparse.Namespace) -> Draft:
    number = int(dag_id.rpartition("_")[2])
    return write_dag(dag_id, f"{options.seed}/{number}", options.trouble)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance.generating", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=80, help="of DAGs")
    parser.add_argument("--trouble", type=float, default=1, help="how much goes wrong")
    parser.add_argument("--prune", action="store_true", help="prune the recordings in the folder")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
