"""`parsing`: the hops of a chain in a service, while nothing else happens and while its DAG folder gets many files."""

from __future__ import annotations

import itertools
import statistics
import time
from pathlib import Path

from benchmarks.report import Line
from benchmarks.services import Service, select, serving, wait_for_rows
from fanjet.store.database.database import Database

_TASKS = 400
_LOADED_WITHIN_S = 600.0
_CHAIN = """
from fanjet import dag, task

@dag(max_active_runs=1)
def chained():
    @task
    def step(before):
        return before
    value = 0
    for number in range({tasks}):
        value = step.override(task_id=f"step{{number}}")(value)

chained()
"""
_FILE = """
from fanjet import dag, task

@dag(schedule="@daily", start_date="2026-01-01", catchup=False, is_paused_upon_creation=True, tags=["generated"])
def generated_{number}():
    @task
    def extract():
        return [1, 2, 3]

    @task
    def transform(item):
        return item + {number}

    @task
    def load(items):
        return sum(items)

    load(transform.expand(item=extract()))

generated_{number}()
"""


def parsing(folder: Path, count: int) -> list[Line]:
    """What a loop is delayed by so many files that are loaded at the same time."""
    dags, home = folder / "dags", folder / "home"
    dags.mkdir()
    (dags / "chained.py").write_text(_CHAIN.format(tasks=_TASKS))
    database = Database(home)
    with serving(home, folder / "log", dags, "--workers", "1") as service:
        wait_for_rows(database, "SELECT 1 FROM dag WHERE dag_id = 'chained'", service)
        _run(service, database, 1)  # its processes are there from now on
        _run(service, database, 2)
        calm = _list_hops(database, 2)
        began_at = _add_files(dags, count)
        wait_for_rows(database, "SELECT 1 FROM dag_file WHERE file LIKE 'many/%'", service)
        run, busy = 3, list[float]()
        while (loaded := _count_loaded(database)) < count:
            _run(service, database, run)
            # What came after the last file belongs to no crowd.
            busy += _list_hops(database, run) if _count_loaded(database) < count or loaded < count // 2 else []
            run += 1
        took_s = _find_last(database) - began_at
    return [
        *_describe("nothing else to do", calm),
        *_describe(f"while {count:,} files are loaded", busy),
        Line(f"loading {count:,} files meanwhile", took_s, None, "s", None),
    ]


def _add_files(dags: Path, count: int) -> float:
    """All files at once, as a checkout brings them."""
    new = dags.with_name("new")
    new.mkdir()
    for number in range(count):
        (new / f"generated_{number}.py").write_text(_FILE.format(number=number))
    new.rename(dags / "many")
    return time.time()


def _run(service: Service, database: Database, number: int) -> None:
    service.command("trigger", "chained")
    wait_for_rows(database, f"SELECT 1 FROM run WHERE run = {number} AND state = 2", service, _LOADED_WITHIN_S)


def _list_hops(database: Database, run: int) -> list[float]:
    """Seconds from the end of each task to the start of the next."""
    rows = select(database, f"SELECT started_at, ended_at FROM instance WHERE run = {run} ORDER BY task")
    return [after[0] - before[1] for before, after in itertools.pairwise(rows)]


def _count_loaded(database: Database) -> int:
    return int(select(database, "SELECT count(*) FROM dag_file WHERE file LIKE 'many/%'")[0][0])


def _find_last(database: Database) -> float:
    return float(select(database, "SELECT max(parsed_at) FROM dag_file")[0][0])


def _describe(what: str, hops: list[float]) -> list[Line]:
    ordered = sorted(hops)
    name = f"hop of a chain in a service, {what} (median of {len(hops):,})"
    return [
        Line(name, 1e3 * statistics.median(hops), None, "ms", None),
        Line("  95th percentile", 1e3 * ordered[int(len(ordered) * 0.95)], None, "ms", None),
        Line("  longest", 1e3 * ordered[-1], None, "ms", None),
    ]
