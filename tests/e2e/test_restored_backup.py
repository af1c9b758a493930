"""A database restored from a backup, while logs, values and bundles of a lost future lie beside it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from e2e.program import Program, values
from processes import wait_until

MARKED = """
    import os, time
    from fanjet import dag, task

    @dag
    def marked():
        @task
        def work(item):
            mark = open("mark").read()
            print("work", item, mark, flush=True)
            while item == 3 and os.path.exists("gate"):
                time.sleep(0.02)
            return [mark, "x" * 100_000]

        @task
        def total(pairs):
            return "".join(mark for mark, _ in pairs)

        total(work.expand(item=list(range(6))))

    marked()
"""


@pytest.fixture
def file(fanjet: Program) -> Path:
    return fanjet.write("marked.py", MARKED)


def mark(fanjet: Program, text: str) -> None:
    (fanjet.folder / "mark").write_text(text)


def back_up(fanjet: Program, name: str) -> None:
    """As an operator would: by SQLite's own means, while the database is in use."""
    with sqlite3.connect(fanjet.home / "fanjet.db") as source, sqlite3.connect(fanjet.folder / name) as target:
        source.backup(target)
    source.close()
    target.close()


def restore(fanjet: Program, name: str) -> None:
    for path in fanjet.home.glob("fanjet.db*"):
        path.unlink()
    shutil.copy(fanjet.folder / name, fanjet.home / "fanjet.db")


def count_ended(fanjet: Program) -> int:
    if not (fanjet.home / "fanjet.db").exists():
        return 0
    connection = sqlite3.connect(f"file:{fanjet.home}/fanjet.db?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM instance").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # not made yet
    finally:
        connection.close()


def logs(fanjet: Program, run: int) -> list[str]:
    return [fanjet.read("logs", str(run), "work", "--map-index", str(i)) for i in (1, 4)]


@pytest.mark.slow
def test_nothing_of_the_lost_future_is_taken_for_the_present_nor_written_over(fanjet: Program, file: Path) -> None:
    mark(fanjet, "a")
    (fanjet.folder / "gate").touch()
    first = fanjet.start("run", file, "--workers", "1")
    wait_until(lambda: count_ended(fanjet) == 3, "three of six have ended")
    back_up(fanjet, "early.db")
    (fanjet.folder / "gate").unlink()
    assert first.wait(30) == 0
    mark(fanjet, "b")
    fanjet("run", file, "--workers", "1")
    back_up(fanjet, "late.db")
    future = [fanjet(*command).stdout for command in (["xcom", "1", "work", "--json"], ["xcom", "2", "work", "--json"])]
    future_logs = [logs(fanjet, run) for run in (1, 2)]

    restore(fanjet, "early.db")
    assert "3 success" in fanjet.read("runs")
    assert fanjet("show", "2", code=2).stderr.startswith("error: There is no run '2'")
    mark(fanjet, "c")
    (resumed,) = fanjet.results("resume")
    assert values(resumed, "total") == {(): "aaaccc"}
    assert logs(fanjet, 1) == [f"work {i} {'aaaccc'[i]}\n" for i in (1, 4)]
    mark(fanjet, "d")
    (again,) = fanjet.results("run", file, "--workers", "1")
    assert values(again, "total") == {(): "dddddd"}
    assert logs(fanjet, 2) == [f"work {i} d\n" for i in (1, 4)]

    restore(fanjet, "late.db")  # it was a mistake: all that the lost future had is still there
    assert [fanjet.read("xcom", str(run), "work", "--json") for run in (1, 2)] == future
    assert [logs(fanjet, run) for run in (1, 2)] == future_logs


def test_a_run_ends_when_its_database_is_replaced_under_it(fanjet: Program, file: Path) -> None:
    mark(fanjet, "a")
    (fanjet.folder / "gate").touch()
    running = fanjet.start("run", file, "--workers", "1")
    wait_until(lambda: count_ended(fanjet) == 3, "three of six have ended")
    back_up(fanjet, "early.db")
    restore(fanjet, "early.db")
    (fanjet.folder / "gate").unlink()
    output, _ = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "was replaced while it was in use" in output
    assert "Traceback" not in output
    (run,) = fanjet.results("resume")
    assert values(run, "total") == {(): "aaaaaa"}


def test_a_run_ends_when_its_home_is_removed_under_it(fanjet: Program, file: Path) -> None:
    mark(fanjet, "a")
    (fanjet.folder / "gate").touch()
    running = fanjet.start("run", file, "--workers", "1")
    wait_until(lambda: count_ended(fanjet) == 3, "three of six have ended")
    shutil.rmtree(fanjet.home)
    (fanjet.folder / "gate").unlink()
    output, _ = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "was removed while it was in use" in output
    assert "Traceback" not in output
