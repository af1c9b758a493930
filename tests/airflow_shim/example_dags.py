"""Prints which of the example DAGs that Airflow ships Fanjet can load: file, parsed, reason.

``python -m airflow_shim.example_dags [FOLDER]`` in the folder of the tests; FOLDER holds an unpacked wheel of
apache-airflow-core, or any other folder with an `airflow/example_dags`. Without it the wheel is downloaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fanjet.parsing.child import parse_in_child
from fanjet.parsing.report import ParseReport

WHEEL = "apache-airflow-core==3.3.2"
_TIMEOUT_S = 60
#: They define no DAG.
_HELPERS = frozenset({"__init__.py"})


def find_examples(folder: Path) -> list[Path]:
    """The example DAGs below an unpacked wheel."""
    return sorted(path for path in (folder / "airflow").rglob("example_dags/*.py") if path.name not in _HELPERS)


def load(files: list[Path], folder: Path) -> dict[Path, ParseReport]:
    """Load each in a process of its own; they find each other as `airflow.example_dags`."""
    os.environ["PYTHONPATH"] = str(folder)
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(files, pool.map(lambda file: parse_in_child(file, _TIMEOUT_S, folder), files), strict=True))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _download(Path(temporary))
        files = find_examples(folder)
        reports = load(files, folder)
    width = max(len(file.name) for file in files)
    for file, report in reports.items():
        reason = report.errors[0].message if report.errors else ", ".join(spec.dag_id for spec in report.specs)
        print(f"{file.name:{width}}  {'no ' if report.errors else 'yes'}  {reason}")
    parsed = sum(1 for report in reports.values() if not report.errors)
    print(f"{parsed}/{len(files)} parsed")


def _download(folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL], check=True
    )
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


if __name__ == "__main__":
    main()
