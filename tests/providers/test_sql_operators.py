"""The operators and the sensor of common.sql, on SQLite and with the operators of old."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fanjet.testing import run_dag

TEXT = """
from airflow import DAG
from airflow.decorators import task
from airflow.operators.empty import EmptyOperator
from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator, SQLCheckOperator, SQLColumnCheckOperator, SQLExecuteQueryOperator,
)
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.sqlite.operators.sqlite import SqliteOperator

assert SqliteHook.__module__ == "airflow.providers.sqlite.hooks.sqlite", "what is installed goes first"

with DAG("d", template_searchpath="sql", schedule=None, default_args={"conn_id": "sqlite_default"}) as dag:
    make = SQLExecuteQueryOperator(task_id="make", sql="make.sql", params={"table": "t"}, split_statements=True)
    fill = SQLExecuteQueryOperator.partial(task_id="fill").expand(
        sql=[f"INSERT INTO t VALUES ('{{{{ ds }}}}', {n})" for n in (10, 20, 30)]
    )
    rows = SQLExecuteQueryOperator(
        task_id="rows", sql="SELECT n FROM t WHERE day = :day ORDER BY n", parameters={"day": "{{ ds }}"}
    )
    old = SqliteOperator(task_id="old", sql="SELECT COUNT(*) FROM t")
    check = SQLCheckOperator(task_id="check", sql="SELECT COUNT(*) FROM t")
    columns = SQLColumnCheckOperator(task_id="columns", table="t", column_mapping={"n": {"min": {"geq_to": 1}}})
    wait = SqlSensor(task_id="wait", sql="SELECT COUNT(*) > 4 FROM t")
    branch = BranchSQLOperator(
        task_id="branch", sql="SELECT 1", follow_task_ids_if_true=["yes"], follow_task_ids_if_false=["no"]
    )

    @task
    def total(rows):
        return sum(n for n, in rows)

    @task
    def hooked():
        return SqliteHook().get_records("SELECT MAX(n) FROM t")

    make >> fill >> [rows, old, check, columns, wait]
    rows >> branch >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    rows >> hooked()
    total(rows.output)
"""

FAILING = """
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLExecuteQueryOperator

with DAG("d"):
    SQLCheckOperator(task_id="empty", sql="SELECT 0", conn_id="sqlite_default")
    SQLExecuteQueryOperator(task_id="nowhere", sql="SELECT 0", conn_id="not_defined")
    SQLExecuteQueryOperator(task_id="no_provider", sql="SELECT 0", conn_id="lake")
"""


def test_statements_rows_checks_and_branches(write, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("AIRFLOW_CONN_SQLITE_DEFAULT", f"sqlite://{tmp_path}/data.sqlite")
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "make.sql").write_text(
        "CREATE TABLE {{ params.table }} (day TEXT, n INTEGER);\n"
        "INSERT INTO {{ params.table }} VALUES ('{{ ds }}', 1), ('{{ ds }}', 2);\n"
    )
    result = run_dag(write(TEXT), logical_date=datetime(2024, 5, 6, tzinfo=UTC))
    assert result.state == "success", result
    assert [list(row) for row in result["rows"].value] == [[1], [2], [10], [20], [30]]
    assert result["total"].value == 63
    assert [list(row) for row in result["old"].value] == [[5]]
    assert [list(row) for row in result["hooked"].value] == [[30]]
    assert (result["yes"].state, result["no"].state) == ("success", "skipped")


def test_errors_say_what_is_missing(write, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("AIRFLOW_CONN_SQLITE_DEFAULT", f"sqlite://{tmp_path}/data.sqlite")
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", "snowflake://x")
    result = run_dag(write(FAILING))
    assert {task_id: task.state for task_id, task in result.tasks.items()} == dict.fromkeys(
        ("empty", "nowhere", "no_provider"), "failed"
    )
    assert "Test failed" in str(result["empty"].errors[0])
    assert "There is no connection 'not_defined'" in str(result["nowhere"].errors[0])
    assert "pip install --no-deps apache-airflow-providers-snowflake" in str(result["no_provider"].errors[0])
