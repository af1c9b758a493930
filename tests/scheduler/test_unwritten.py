"""What cannot be written for longer than the patience ends the service, wherever it was to be written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fanjet import DAG, task
from fanjet.errors import ExecutionError
from scheduler.service_world import Member, ServiceWorld, ended, until


def make_dag(**options: object) -> DAG:
    with DAG("d", default_args=options) as dag:

        @task
        def one() -> int:
            return 1

        one()
    return dag


@pytest.mark.parametrize("place", ["take_in", "fill"])
def test_it_goes_on_nowhere_without_what_was_not_written(tmp_path: Path, place: str, monkeypatch) -> None:
    """Else a try is launched as far as the machines know, and nobody ever begins it."""
    world = ServiceWorld(tmp_path, make_dag(depends_on_past=True))
    member = world.member(write_patience_s=0.2)
    for day in (1, 2):
        world.ask("d", f"run{day}", datetime(2026, 1, day, tzinfo=UTC))
    _fail_in(member, place, monkeypatch, tmp_path / "fanjet.db")
    with pytest.raises(ExecutionError) as caught:
        until(member, ended(world))
    assert not caught.value.temporary


def _fail_in(member: Member, place: str, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Another process holds the database whenever this is done."""
    right = getattr(member.scheduler, place)

    def do(*arguments: object) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            right(*arguments)

    monkeypatch.setattr(member.scheduler, place, do)
