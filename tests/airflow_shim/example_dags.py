"""The example DAGs that Airflow ships: which Fanjet loads, how they end, and whether they end so in Airflow.

``python -m airflow_shim.example_dags [FOLDER]`` in the folder of the tests prints the table; ``--write`` also puts it
into the page about Airflow's DAG files. FOLDER holds the unpacked wheels; without it they are downloaded.
``--recorded FILE`` takes what Airflow gave from an `expected.json` that `conformance/recording` has made of the files.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from fanjet.parsing.child import parse_in_child
from fanjet.parsing.report import ParseReport

WHEELS = ("apache-airflow-core==3.3.2", "apache-airflow-providers-standard==1.21.0")
#: What Airflow 3.3.2 gave: DAG -> state of the run, and by task the states of its instances, sorted.
RECORDED = Path(__file__).with_name("example_states.json")
PAGE = Path(__file__).parents[2] / "docs" / "airflow-compatibility.md"
_TABLE = re.compile(r"(?<=<!-- example DAGs -->\n).*?(?=<!-- end of the example DAGs -->)", re.DOTALL)
_FANJET = Path(sys.executable).with_name("fanjet")
_TIMEOUT_S = 60
#: They define no DAG.
_HELPERS = frozenset({"__init__.py"})
_DATE = "2024-01-05T00:00:00+00:00"

#: What a run would need besides Fanjet.
NEEDS = {
    "example_asset_partition.py": "some of its tasks name partitions, which runs here do not have",
    "example_dag_decorator.py": "asks a server on the internet, with httpx",
    "example_external_task_marker_dag.py": "waits ten minutes for a task group that its other DAG does not have",
    "example_external_task_parent_deferrable.py": "starts a DAG of another file",
    "example_hitl_operator.py": "asks people",
    "example_kubernetes_executor.py": "defines its DAG only where the kubernetes client is installed",
    "example_local_kubernetes_executor.py": "defines its DAG only where the kubernetes client is installed",
    "example_params_ui_tutorial.py": "wants values for its params",
    "example_retry_policy.py": "asks a server on the internet, for half an hour",
    "example_trigger_controller_dag.py": "starts a DAG of another file",
    "example_sensors.py": "pokes once a minute, so that it takes longer than the others together",
    "tutorial_objectstorage.py": "asks a server on the internet",
    "tutorial_taskflow_api_virtualenv.py": "installs packages from the internet",
}
#: They sleep for more than five seconds in all; the test leaves them out.
LONG = frozenset(
    {
        "example_assets.py",
        "example_external_task_child_deferrable.py",
        "example_sensor_decorator.py",
        "example_task_state_store.py",
        "example_task_state_store_async.py",
        "tutorial.py",
    }
)
#: DAGs whose tasks depend on chance or on when they run: only the run as a whole is compared.
CHANCE = frozenset(
    {
        "example_branch_datetime_operator_2",
        "example_branch_datetime_operator_3",
        "example_branch_labels",
        "example_branch_operator",
        "example_branch_python_operator_decorator",
        "example_weekday_branch_operator",
    }
)

#: DAGs that end otherwise on purpose, and why.
DIFFERENT = {
    "example_task_state_store_async": "Airflow 3.3.2 fails, as its task_state_store has no aget()",
    "read_asset_event": "Airflow fails where another file gives the URI of its asset another name",
}


class Ended(NamedTuple):
    """How a run of a DAG ended."""

    state: str
    #: By task, the states of its instances, sorted.
    tasks: dict[str, list[str]]


class Row(NamedTuple):
    """One line of the table."""

    file: str
    parsed: str
    ran: str
    agrees: str


def find_examples(folder: Path) -> list[Path]:
    """The example DAGs below the unpacked wheels."""
    return sorted(path for path in (folder / "airflow").rglob("example_dags/*.py") if path.name not in _HELPERS)


def load(files: list[Path], folder: Path) -> dict[Path, ParseReport]:
    """Load each in a process of its own; those of a provider find those of Airflow as `airflow.example_dags`."""
    os.environ["PYTHONPATH"] = str(folder)
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(files, pool.map(lambda file: parse_in_child(file, _TIMEOUT_S, folder), files), strict=True))


def run(file: Path, folder: Path, home: Path) -> dict[str, Ended]:
    """Run all DAGs of a file; gives how each ended."""
    results = home / f"{file.stem}.json"
    environment = {**os.environ, "PYTHONPATH": str(folder), "FANJET_HOME": str(home / file.stem)}
    command = [str(part) for part in (_FANJET, "run", file, "--results", results, "--logical-date", _DATE)]
    try:
        subprocess.run(command, env=environment, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return {}
    runs: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8")) if results.exists() else []
    return {each["dag_id"]: Ended(each["state"], _states(each["instances"])) for each in runs}


def _states(instances: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for instance in instances:
        found.setdefault(instance["task_id"], []).append(instance["state"])
    return {task_id: sorted(states) for task_id, states in found.items()}


def read_recorded() -> dict[str, Ended]:
    """What Airflow gave."""
    text: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {dag_id: Ended(**ended) for dag_id, ended in text.items()}


def keep_recorded(expected: Path) -> None:
    """Keep the states of a recording of the example DAGs."""
    text = json.loads(expected.read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = {}
    for dag_id, recorded in sorted(text["dags"].items()):
        if recorded["kind"] == "run":
            outcome = recorded["outcomes"][0]
            tasks = {
                task_id: sorted(instance["state"] for instance in instances.values())
                for task_id, instances in sorted(outcome["tis"].items())
            }
            found[dag_id] = {"state": outcome["state"], "tasks": tasks}
    lines = ",\n".join(f"{json.dumps(dag_id)}: {json.dumps(ended)}" for dag_id, ended in found.items())
    RECORDED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def make_rows(folder: Path, without: frozenset[str] = frozenset()) -> list[Row]:
    """Load and run all that needs nothing else, but for some files."""
    files = [file for file in find_examples(folder) if file.name not in without]
    recorded = read_recorded()
    reports = load(files, folder)
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(2) as pool:
        able = [file for file in files if not reports[file].errors and file.name not in NEEDS]
        ran = dict(zip(able, pool.map(lambda file: run(file, folder, Path(home)), able), strict=True))
    return [_make_row(file, reports[file], ran.get(file), recorded) for file in files]


def _make_row(file: Path, report: ParseReport, ran: Mapping[str, Ended] | None, recorded: Mapping[str, Ended]) -> Row:
    parsed = "no" if any(error.kind != "empty" for error in report.errors) else "yes"
    if ran is None:
        return Row(file.name, parsed, "no", NEEDS.get(file.name) or report.errors[0].message)
    states = sorted({ended.state for ended in ran.values()})
    known = [dag_id for dag_id in ran if dag_id in recorded]
    differ = [dag_id for dag_id in known if not _is_same(dag_id, ran[dag_id], recorded[dag_id])]
    agrees = "; ".join(f"`{dag_id}` not: {DIFFERENT.get(dag_id, 'unknown why')}" for dag_id in differ) or "yes"
    return Row(file.name, parsed, ", ".join(states), agrees if known else "not recorded")


def _is_same(dag_id: str, ended: Ended, recorded: Ended) -> bool:
    return ended.state == recorded.state and (dag_id in CHANCE or ended.tasks == recorded.tasks)


def render(rows: list[Row]) -> str:
    """The table of the page."""
    head = "| file | loads | its runs end | as in Airflow |\n|---|---|---|---|\n"
    lines = "".join(f"| `{row.file}` | {row.parsed} | {row.ran} | {row.agrees} |\n" for row in rows)
    parsed = sum(row.parsed == "yes" for row in rows)
    ran = sum(row.ran != "no" for row in rows)
    agree = sum(row.agrees == "yes" for row in rows)
    return f"{head}{lines}\n{parsed} of {len(rows)} load, {ran} run, {agree} of these are known to end as in Airflow.\n"


def main() -> None:
    """Print the table."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    if arguments[:1] == ["--recorded"]:
        keep_recorded(Path(arguments[1]))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments[0]) if arguments else download(Path(temporary))
        table = render(make_rows(folder))
    print(table)
    if "--write" in sys.argv:
        PAGE.write_text(_TABLE.sub(lambda _: table, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def download(folder: Path) -> Path:
    """Download and unpack the wheels.

    Raises:
        subprocess.CalledProcessError: They cannot be had.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), *WHEELS]
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


if __name__ == "__main__":
    main()
