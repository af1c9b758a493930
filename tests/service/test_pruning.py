"""A service that is told to removes old runs by itself."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from fanjet.bootstrap.service.pruner import Pruner
from fanjet.settings import load_settings
from processes import wait_until
from service.running import Service

WORDS = """
from fanjet import dag, task

@dag
def words():
    @task
    def length(word):
        return len(word)

    length.expand(word=["fan", "jet"])

words()
"""
_YEAR_S = 365 * 86400.0


@pytest.fixture
def two_runs(service: Service) -> Service:
    """The home of a service with two ended runs, one of them a year old."""
    (service.folder / "words.py").write_text(WORDS)
    for _ in range(2):
        assert service.run("run", str(service.folder / "words.py")).returncode == 0
    with closing(sqlite3.connect(service.home / "fanjet.db")) as database, database:
        database.execute("UPDATE run SET ended_at = ended_at - ? WHERE run = 1", (_YEAR_S,))
    return service


def list_runs(home: Path) -> list[int]:
    with closing(sqlite3.connect(home / "fanjet.db")) as database:
        return [run for (run,) in database.execute("SELECT run FROM run ORDER BY run")]


def test_old_runs_are_removed_each_hour_and_only_then_is_it_told(two_runs: Service, caplog) -> None:
    caplog.set_level(logging.INFO, "fanjet.scheduler")
    settings = load_settings({"home": str(two_runs.home), "prune_older_than_s": "90d"}, start=two_runs.folder)
    pruner = Pruner(settings, now=0.0)
    pruner.look(30.0)
    assert not pruner.is_busy, "not in the middle of the start"
    _prune(pruner, 61.0)
    assert list_runs(two_runs.home) == [2]
    (told,) = [record.message for record in caplog.records]
    assert told.startswith("Old runs were removed (runs 1, instances 2")
    pruner.look(1000.0)
    assert not pruner.is_busy, "it is not time yet"
    _prune(pruner, 3700.0)
    assert [record.message for record in caplog.records] == [told]


def _prune(pruner: Pruner, now: float) -> None:
    pruner.look(now)
    assert pruner.is_busy

    def has_ended() -> bool:
        pruner.look(now)
        return not pruner.is_busy

    wait_until(has_ended, "the process has ended")


def test_what_goes_wrong_is_told(two_runs: Service, caplog) -> None:
    (two_runs.home / "fanjet.db").write_bytes(b"no database" * 1000)
    settings = load_settings({"home": str(two_runs.home), "prune_older_than_s": "90d"}, start=two_runs.folder)
    _prune(Pruner(settings, now=-61.0), 0.0)
    (told,) = [record.message for record in caplog.records]
    assert told.startswith("Old runs could not be removed: ")
    assert str(two_runs.home / "fanjet.db") in told


@pytest.mark.slow
def test_a_service_removes_old_runs_a_minute_after_its_start(two_runs: Service) -> None:
    two_runs.settings["prune_older_than_s"] = "90d"
    two_runs.start("--dags", str(two_runs.folder))
    started_at = time.monotonic()
    wait_until(lambda: list_runs(two_runs.home) == [2], "the old run is gone", patience_s=150.0)
    assert time.monotonic() - started_at > 30.0
    two_runs.wait_until(lambda: "Old runs were removed (runs 1" in two_runs.text(), "it is told")
