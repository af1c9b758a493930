"""`takeover`: kill -9 of a scheduler, until another one starts the next try of its run, as the database tells."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import psutil

from benchmarks.databases import started_server
from benchmarks.report import Line
from benchmarks.services import Service, select, serving, wait_for_rows
from fanjet.store.database.database import Database

_TARGET_S = 5.0
_DAG = """
import time
from fanjet import dag, task

@dag
def long():
    @task
    def find():
        return list(range(5_000))

    @task
    def work(item):
        time.sleep(0.05)

    work.expand(item=find())

long()
"""


def takeover(folder: Path, count: int) -> list[Line]:
    """So many kills of each kind, on PostgreSQL with two services of one scheduler each."""
    (folder / "dags").mkdir()
    (folder / "dags" / "long.py").write_text(_DAG)
    lines = []
    with started_server() as server:
        kinds = [("kill -9 of a scheduler on the same machine", False)]
        kinds += [("kill -9 of a whole service, another machine goes on", True)] if sys.platform == "linux" else []
        for kind, elsewhere in kinds:
            took = [
                measure_takeover(folder / f"{elsewhere}{turn}", folder / "dags", server.url(server.create()), elsewhere)
                for turn in range(count)
            ]
            lines.append(
                Line(
                    f"{kind}, until the next try (the slowest of {count})", max(took), None, "s", None,
                    f"<= {_TARGET_S:g} s", max(took) <= _TARGET_S, {"took_s": took},
                )
            )  # fmt: skip
            lines.append(Line("  median", statistics.median(took), None, "s", None))
    return lines


def measure_takeover(folder: Path, dags: Path, url: str, elsewhere: bool) -> float:
    """Seconds from a kill to the first try that another scheduler starts of the run.

    Args:
        folder: For the home.
        dags: The DAG folder.
        url: Of an empty database.
        elsewhere: Whether all of the one service is killed, and the other is on a machine of another name; else only
            the scheduler, so that whoever is quicker goes on: the other one, or the next of its own service.
    """
    home, database = folder / "home", Database(folder / "home", url)
    folder.mkdir()
    with serving(home, folder / "one.log", dags, "--workers", "1", url=url) as one:
        wait_for_rows(database, "SELECT 1 FROM dag WHERE dag_id = 'long'", one)
        wait_for_rows(database, "SELECT 1 FROM session WHERE role = 'scheduler' AND until > 0", one)
        one.command("trigger", "long")
        wait_for_rows(database, "SELECT 1 FROM instance WHERE run = 1 AND task = 1", one)
        with serving(home, folder / "two.log", dags, "--workers", "1", url=url, elsewhere=elsewhere) as two:
            _wait_for_sessions(database, two)
            time.sleep(2.0)  # both are calm
            (recorded,) = select(database, "SELECT count(*) FROM instance WHERE run = 1 AND state = 3")[0]
            killed_at = _kill(one, whole=elsewhere)
            found = wait_for_rows(
                database,
                f"SELECT min(started_at) FROM instance WHERE run = 1 AND started_at > {killed_at + 0.25!r} "
                "HAVING count(*) > 0",
                two,
            )
            (kept,) = select(database, "SELECT count(*) FROM instance WHERE run = 1 AND state = 3")[0]
            if kept < recorded:
                raise RuntimeError(f"{recorded - kept} recorded instances are gone")
    return float(found[0][0]) - killed_at


def _wait_for_sessions(database: Database, two: Service) -> None:
    alive = "SELECT count(*) FROM session WHERE role = 'scheduler' AND until > 0 HAVING count(*) >= 2"
    wait_for_rows(database, alive, two)


def _kill(service: Service, *, whole: bool) -> float:
    victim = psutil.Process(service.process.pid) if whole else service.find_role("scheduler")
    killed_at = time.time()
    victim.kill()
    return killed_at
