"""Whoever removes or replaces the database of a service finds the DAGs of the folder in the new one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fanjet.errors import OperationError
from fanjet.store.database.database import Database
from fanjet.store.service.dag_overview import DagOverview
from postgres_server import PostgresServer
from service.running import Service

DAG = """
from fanjet import dag, task

@dag
def greet():
    @task
    def hello():
        return 1

    hello()

greet()
"""


def _find_dags(database: Database) -> list[str]:
    try:
        with DagOverview.open(database) as reader:
            return [row.dag_id for row in reader.list_all_dags()]
    except OperationError:  # there is none yet
        return []


@contextmanager
def _folder_process(service: Service, database: Database) -> Iterator[subprocess.Popen[str]]:
    """One that has written the folder into a database."""
    (service.folder / "dags").mkdir(exist_ok=True)
    (service.folder / "dags" / "greet.py").write_text(DAG)
    environment = {**service.environment(), "FANJET_DAGS": str(service.folder / "dags")}
    if database.url is not None:
        environment["FANJET_DATABASE"] = database.url
    command = [sys.executable, "-m", "fanjet.bootstrap.service", "folder"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            service.wait_until(lambda: "greet" in _find_dags(database), "the DAG is known")
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("is_replaced", [True, False])
def test_the_folder_does_not_go_on_with_a_file_that_no_name_leads_to(
    service: Service, tmp_path: Path, *, is_replaced: bool
) -> None:
    with _folder_process(service, Database(service.home)) as process:
        database = service.home / "fanjet.db"
        if is_replaced:
            (tmp_path / "restored").write_bytes(database.read_bytes())
            (tmp_path / "restored").replace(database)
        else:
            database.unlink()
        _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "was replaced while" in told or (not is_replaced and "was removed while" in told)


def test_the_folder_does_not_go_on_with_a_server_that_has_lost_what_was_written(
    service: Service, postgres: PostgresServer, postgres_database: Database
) -> None:
    name = str(postgres_database.url).partition("?")[0].rpartition("/")[2]
    with _folder_process(service, postgres_database) as process:
        postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
        postgres.execute(f'CREATE DATABASE {name} TEMPLATE "tables"')
        _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "has lost what it had confirmed" in told
