"""Airflow's own example DAGs load, and those that need nothing else end as they do in Airflow."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from airflow_shim.example_dags import LONG, NEEDS, download, make_rows

#: As in Airflow where httpx is not installed.
_NOT_LOADED = {"example_dag_decorator.py"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_example_dags_end_as_in_airflow(tmp_path: Path) -> None:
    try:
        folder = download(tmp_path)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("the wheels cannot be downloaded")
    rows = make_rows(folder, without=LONG)
    assert {row.file for row in rows if row.parsed == "no"} <= _NOT_LOADED
    assert {row.file for row in rows if row.ran == "no"} <= set(NEEDS)
    assert [
        row for row in rows if row.ran != "no" and row.agrees.startswith("not ") and row.agrees != "not recorded"
    ] == []
