"""Whoever removes or replaces the database of a service finds the DAGs of the folder in the new one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fanjet.errors import OperationError
from fanjet.store.service.dag_overview import DagOverview
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


def _find_dags(home: Path) -> list[str]:
    try:
        with DagOverview.open(home) as reader:
            return [row.dag_id for row in reader.list_all_dags()]
    except OperationError:  # there is none yet
        return []


@pytest.mark.parametrize("is_replaced", [True, False])
def test_the_folder_does_not_go_on_with_a_file_that_no_name_leads_to(
    service: Service, tmp_path: Path, *, is_replaced: bool
) -> None:
    (service.folder / "dags").mkdir(exist_ok=True)
    (service.folder / "dags" / "greet.py").write_text(DAG)
    environment = {**service.environment(), "FANJET_DAGS": str(service.folder / "dags")}
    command = [sys.executable, "-m", "fanjet.bootstrap.service", "folder"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            service.wait_until(lambda: "greet" in _find_dags(service.home), "the DAG is known")
            database = service.home / "fanjet.db"
            if is_replaced:
                (tmp_path / "restored").write_bytes(database.read_bytes())
                (tmp_path / "restored").replace(database)
            else:
                database.unlink()
            _, told = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 1
    assert "was replaced while" in told or (not is_replaced and "was removed while" in told)
