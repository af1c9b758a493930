"""Reads what a measured run recorded, straight from the database, so that figures rest on what is durable."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from fanjet.store.database.connections import open_reader
from fanjet.store.database.database import Database


@dataclass(frozen=True, slots=True)
class Recorded:
    """The instances of one run as (task number, path, state, started_at, ended_at), ordered by task and path."""

    started_at: float
    ended_at: float | None
    instances: list[tuple[int, bytes, int, float | None, float]]

    def of_task(self, task: int) -> list[tuple[int, bytes, int, float | None, float]]:
        """The instances of one task."""
        return [instance for instance in self.instances if instance[0] == task]


def read_run(home: Path, run: int = 1) -> Recorded:
    """All that is recorded of a run."""
    connection = sqlite3.connect(f"file:{home / 'fanjet.db'}?mode=ro", uri=True)
    try:
        started_at, ended_at = connection.execute(
            "SELECT started_at, ended_at FROM run WHERE run = ?", (run,)
        ).fetchone()
        rows = connection.execute(
            "SELECT task, path, state, started_at, ended_at FROM instance WHERE run = ? ORDER BY task, path", (run,)
        ).fetchall()
    finally:
        connection.close()
    return Recorded(started_at, ended_at, rows)


def read_span(home: Path, url: str | None, task: int = 1) -> tuple[int, float]:
    """How many instances of a task are recorded, and the seconds from the end of task 0 to the last of their ends.

    Args:
        home: The folder of the database.
        url: Of a PostgreSQL database in its place.
        task: The number of the task.
    """
    connection = open_reader(Database(home, url))
    try:
        rows = connection.select("SELECT task, count(*), max(ended_at) FROM instance GROUP BY task ORDER BY task")
    finally:
        connection.close()
    return int(rows[task][1]), rows[task][2] - rows[0][2]


def count_ended(home: Path, task: int, run: int = 1) -> int:
    """How many instances of a task are recorded; 0 while there is no database yet."""
    if not (home / "fanjet.db").exists():
        return 0
    connection = sqlite3.connect(f"file:{home / 'fanjet.db'}?mode=ro", uri=True, timeout=10)
    try:
        (count,) = connection.execute(
            "SELECT count(*) FROM instance WHERE run = ? AND task = ?", (run, task)
        ).fetchone()
    except sqlite3.OperationalError:  # the tables are being made
        return 0
    finally:
        connection.close()
    return int(count)
