"""SQL on a file of SQLite: operators, checks, branches, sensors and hooks, under Airflow's names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, BaseHook
from fanjet.errors import DagValueError, OperationError
from fanjet.model.states import State
from fanjet.operators.libraries import LibraryNotInstalled
from fanjet.operators.sql.any_database import SqlHook
from fanjet.operators.sql.checks import (
    SQLCheckOperator,
    SQLIntervalCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from fanjet.operators.sql.execute import SQLExecuteQueryOperator
from fanjet.operators.sql.rows import GenericTransfer, SQLInsertRowsOperator
from fanjet.operators.sql.sensor import SqlSensor
from fanjet.operators.sql.sqlite import SqliteHook
from fanjet.operators.sql.table_checks import SQLColumnCheckOperator, SQLTableCheckOperator
from fanjet.testing import run_dag
from runtime.bench import Bench

OLD_FILE = """
from airflow import DAG
from airflow.decorators import task
from airflow.hooks.base import BaseHook
from airflow.operators.empty import EmptyOperator
from airflow.operators.sqlite_operator import SqliteOperator
from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator, SQLCheckOperator, SQLColumnCheckOperator, SQLExecuteQueryOperator, SQLInsertRowsOperator,
)
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.sqlite.hooks.sqlite import SqliteHook

with DAG("d", template_searchpath="sql", schedule=None, default_args={"conn_id": "lake"}) as dag:
    make = SQLExecuteQueryOperator(task_id="make", sql="make.sql", params={"table": "t"}, split_statements=True)
    fill = SQLExecuteQueryOperator.partial(task_id="fill").expand(
        sql=[f"INSERT INTO t VALUES ('{{{{ ds }}}}', {n})" for n in (10, 20, 30)]
    )
    each = SQLExecuteQueryOperator.partial(task_id="each", sql="SELECT n FROM t WHERE n = %(n)s").expand(
        parameters=[{"n": 1}, {"n": 30}]
    )
    rows = SQLExecuteQueryOperator(
        task_id="rows", sql="SELECT n FROM t WHERE day = :day ORDER BY n", parameters={"day": "{{ ds }}"}
    )
    old = SqliteOperator(task_id="old", sqlite_conn_id="lake", sql="SELECT COUNT(*) FROM t")
    check = SQLCheckOperator(task_id="check", sql="SELECT COUNT(*) FROM t")
    columns = SQLColumnCheckOperator(task_id="columns", table="t", column_mapping={"n": {"min": {"geq_to": 1}}})
    wait = SqlSensor(task_id="wait", sql="SELECT COUNT(*) > 4 FROM t", mode="reschedule")
    branch = BranchSQLOperator(
        task_id="branch", sql="SELECT 'yes'", follow_task_ids_if_true=["yes"], follow_task_ids_if_false=["no"]
    )
    copy = SQLInsertRowsOperator(
        task_id="copy", table_name="c", rows=rows.output, preoperator="CREATE TABLE c (n INTEGER)"
    )

    @task
    def total(rows):
        return sum(n for n, in rows)

    @task
    def hooked():
        assert isinstance(BaseHook.get_hook("lake"), SqliteHook)
        return BaseHook.get_connection("lake").get_hook().get_first("SELECT MAX(n), (SELECT COUNT(*) FROM c) FROM t")

    @task.sql(split_statements=True, return_last=False)
    def both(n):
        return f"SELECT {n}; SELECT '{{{{ ds }}}}'"

    make >> fill >> [rows, old, check, columns, wait] >> each
    rows >> branch >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    copy >> hooked()
    total(rows.output) >> both(7)
"""


@pytest.fixture(autouse=True)
def lake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SqliteHook:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANJET_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FANJET_CONN_LAKE", f"sqlite:///{tmp_path}/lake.db")
    return SqliteHook("lake")


def test_a_file_of_airflow_runs_without_the_providers(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "make.sql").write_text(
        "CREATE TABLE {{ params.table }} (day TEXT, n INTEGER);\n"
        "INSERT INTO {{ params.table }} VALUES ('{{ ds }}', 1), ('{{ ds }}', 2);\n"
    )
    (tmp_path / "d.py").write_text(OLD_FILE)
    result = run_dag(tmp_path / "d.py", logical_date=datetime(2024, 5, 6, tzinfo=UTC))
    assert result.state == "success", result
    assert result["rows"].value == [(1,), (2,), (10,), (20,), (30,)]
    assert result["each"].values == [[(1,)], [(30,)]]
    assert (result["old"].value, result["total"].value, result["hooked"].value) == ([(5,)], 63, (30, 5))
    assert (result["yes"].state, result["no"].state) == ("success", "skipped")
    assert result["both"].value == [[(7,)], [("2024-05-06",)]]


def run_operator(tmp_path: Path, kind: Any, **arguments: Any) -> Any:
    with DAG("d") as dag:
        kind(task_id="t", **{"conn_id": "lake", **arguments})
    return Bench(dag, tmp_path).result("t")


def say(result: Any) -> str:
    assert result.state is State.FAILED, result
    return str(result.extra.error)


def test_statements_are_one_transaction(lake: SqliteHook) -> None:
    lake.run("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    with pytest.raises(lake.get_conn().IntegrityError):
        lake.run(["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"])
    assert lake.get_records("SELECT * FROM t") == []
    with pytest.raises(lake.get_conn().IntegrityError):
        lake.run(["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"], autocommit=True)
    assert lake.get_records("SELECT * FROM t") == [(1,)]


def test_results_of_one_statement_of_several_and_of_none(lake: SqliteHook) -> None:
    def columns(cursor: Any) -> Any:
        return [column[0] for column in cursor.description]

    assert lake.run("SELECT 1 AS a; SELECT 2 AS b", split_statements=True, handler=columns) == ["b"]
    assert [each[0][0] for each in lake.descriptions] == ["b"]
    assert lake.run(["SELECT 1 AS a", "SELECT 2 AS b"], handler=columns) == [["a"], ["b"]]
    assert lake.get_first("SELECT 1 WHERE 0") is None
    assert lake.run("SELECT 1") is None
    with pytest.raises(DagValueError, match="There is no SQL statement"):
        lake.run(" ")
    with pytest.raises(DagValueError, match=r"more than one statement.* Fix: give split_statements=True"):
        lake.run("SELECT 1; SELECT 2")


def test_the_operator_can_make_something_else_of_rows(tmp_path: Path) -> None:
    def named(results: Any, descriptions: Any) -> Any:
        return [
            [dict(zip([column[0] for column in columns], row, strict=True)) for row in rows]
            for rows, columns in zip(results, descriptions, strict=True)
        ]

    with DAG("d") as dag:
        SQLExecuteQueryOperator(task_id="one", conn_id="lake", sql="SELECT 1 AS a", output_processor=named)
        SQLExecuteQueryOperator(task_id="two", conn_id="lake", sql=["SELECT 1 AS a", "SELECT 2 AS b"])
        SQLExecuteQueryOperator(task_id="no", conn_id="lake", sql="SELECT 1", do_xcom_push=False)
        SQLExecuteQueryOperator(task_id="text", conn_id="lake", sql="SELECT :a", parameters="{'a': '{{ ds }}'}")
    bench = Bench(dag, tmp_path)
    assert bench.value("one") == [{"a": 1}]
    assert bench.value("two") == [[(1,)], [(2,)]]
    assert bench.value("no") is None
    assert bench.value("text") == [("2024-01-31",)]


def test_rows_go_in_and_replace_others(lake: SqliteHook) -> None:
    lake.run("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)")
    lake.insert_rows("t", ((n, f"v{n}") for n in range(2500)), commit_every=1000)
    lake.insert_rows("t", [(1, "new"), (9000, "new")], target_fields=["k", "v"], replace=True)
    lake.insert_rows("t", [[9001, None], [9002, "x"]], executemany=False)
    assert lake.get_first("SELECT COUNT(*), (SELECT v FROM t WHERE k = 1) FROM t") == (2503, "new")
    assert lake.get_records("SELECT v FROM t WHERE k > ? AND k < ?", [8999, 9002]) == [("new",), (None,)]


def test_data_frames(lake: SqliteHook) -> None:
    pytest.importorskip("pandas")
    lake.run("CREATE TABLE t AS SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y'")
    assert lake.get_pandas_df("SELECT * FROM t WHERE a > %(a)s", {"a": 0}).to_dict("list") == {
        "a": [1, 2],
        "b": ["x", "y"],
    }
    chunks = lake.get_df_by_chunks("SELECT * FROM t", chunksize=1)
    assert [len(chunk) for chunk in chunks] == [1, 1]
    assert lake.get_df("SELECT a FROM t WHERE a = ?", [2], df_type="polars")["a"].to_list() == [2]
    with pytest.raises(DagValueError, match="df_type='arrow' cannot be used"):
        lake.get_df("SELECT 1", df_type="arrow")


@pytest.mark.parametrize(
    ("kind", "arguments", "reason"),
    [
        (SQLCheckOperator, {"sql": "SELECT 1, 'a'"}, None),
        (SQLCheckOperator, {"sql": "SELECT 1, 0"}, "not all of (1, 0) are true"),
        (SQLCheckOperator, {"sql": "SELECT 1 WHERE 0"}, "this query has no rows"),
        (SQLValueCheckOperator, {"sql": "SELECT 95, '105'", "pass_value": 100, "tolerance": 0.05}, None),
        (SQLValueCheckOperator, {"sql": "SELECT 94", "pass_value": "100", "tolerance": 0.05}, "is not 100 within 5.0%"),
        (SQLValueCheckOperator, {"sql": "SELECT 'a'", "pass_value": "a"}, None),
        (SQLValueCheckOperator, {"sql": "SELECT 'a'", "pass_value": 1}, "'a' is no number to compare with 1.0"),
        (SQLThresholdCheckOperator, {"sql": "SELECT 5", "min_threshold": 1, "max_threshold": "SELECT 6"}, None),
        (SQLThresholdCheckOperator, {"sql": "SELECT 7", "min_threshold": 1, "max_threshold": 6}, "7 is not between 1"),
        (SQLIntervalCheckOperator, {"table": "m", "metrics_thresholds": {"SUM(n)": 1.6}}, None),
        (SQLIntervalCheckOperator, {"table": "m", "metrics_thresholds": {"SUM(n)": 1.2}}, "ratio 1.5, threshold 1.2"),
        (
            SQLIntervalCheckOperator,
            {"table": "m", "metrics_thresholds": {"MAX(n)": 0.4}, "ratio_formula": "relative_diff", "days_back": 7},
            "MAX(n): 15 now, 10 before, ratio 0.5",
        ),
        (SQLColumnCheckOperator, {"table": "m", "column_mapping": {"n": {"max": {"less_than": 16}}}}, None),
        (
            SQLColumnCheckOperator,
            {
                "table": "m",
                "partition_clause": "ds = '{{ ds }}'",
                "column_mapping": {"n": {"min": {"equal_to": 14, "tolerance": 0.1}, "null_check": {"equal_to": 1}}},
            },
            "column n, null_check: 0 is not {'equal_to': 1}",
        ),
        (SQLTableCheckOperator, {"table": "m", "checks": {"some": {"check_statement": "COUNT(*) = 2"}}}, None),
        (
            SQLTableCheckOperator,
            {"table": "m", "checks": {"large": {"check_statement": "n > 12"}, "two": {"check_statement": "n < 99"}}},
            "large: n > 12",
        ),
        (
            SQLTableCheckOperator,
            {"table": "m", "checks": {"b": {"check_statement": "n > 12", "partition_clause": "ds > '2024-01-25'"}}},
            None,
        ),
    ],
)
def test_checks(lake: SqliteHook, tmp_path: Path, kind: Any, arguments: Any, reason: str | None) -> None:
    lake.run(["CREATE TABLE m (ds TEXT, n INTEGER)", "INSERT INTO m VALUES ('2024-01-31', 15), ('2024-01-24', 10)"])
    result = run_operator(tmp_path, kind, **arguments)
    if reason is None:
        assert result.state is State.SUCCESS, result
    else:
        assert reason in say(result)


def test_mistakes_in_checks_are_seen_when_the_file_is_loaded() -> None:
    with DAG("d"):
        with pytest.raises(DagValueError, match="there is no check 'mean'"):
            SQLColumnCheckOperator(task_id="a", table="t", column_mapping={"n": {"mean": {"equal_to": 1}}})
        with pytest.raises(DagValueError, match="compares with nothing"):
            SQLColumnCheckOperator(task_id="b", table="t", column_mapping={"n": {"min": {"tolerance": 1}}})
        with pytest.raises(DagValueError, match="ratio_formula='x' cannot be used"):
            SQLIntervalCheckOperator(task_id="c", table="t", metrics_thresholds={}, ratio_formula="x")
        with pytest.raises(DagValueError, match="has a semicolon"):
            SQLTableCheckOperator(task_id="e", table="t", checks={}, partition_clause="1; DROP TABLE t")


def test_a_check_that_may_not_be_tried_again(tmp_path: Path) -> None:
    with DAG("d", default_args={"retries": 3}) as dag:
        SQLCheckOperator(task_id="t", conn_id="lake", sql="SELECT 0", retry_on_failure=False)
    assert run_dag(dag)["t"].instances[0].tries[-1].number == 1


def test_sensors_look_at_a_value(lake: SqliteHook, tmp_path: Path) -> None:
    def poke(**arguments: Any) -> Any:
        return SqlSensor(task_id="s", conn_id="lake", dag=DAG("d"), **arguments).poke({})

    assert not poke(sql="SELECT 0")
    assert not poke(sql="SELECT 1 WHERE 0")
    assert poke(sql="SELECT ?, 1", parameters=[0], selector=lambda row: row[1])
    assert poke(sql="SELECT 0", success=lambda value: value == 0)
    with pytest.raises(Exception, match="5 is a failure"):
        poke(sql="SELECT 5", failure=lambda value: value == 5)
    with pytest.raises(Exception, match="this query has no rows"):
        poke(sql="SELECT 1 WHERE 0", fail_on_empty=True)


def test_rows_of_dicts_without_some_columns_and_no_rows(lake: SqliteHook, tmp_path: Path) -> None:
    lake.run("CREATE TABLE t (a INTEGER, b TEXT)")
    rows = [{"a": 1, "b": "x", "c": 2}, {"a": 2}]
    into = {"table_name": "t", "ignored_columns": ["c"], "postoperator": "DELETE FROM t WHERE a = 1"}
    assert run_operator(tmp_path, SQLInsertRowsOperator, rows=rows, **into).state is State.SUCCESS
    double = {"rows_processor": lambda rows, ds, **_: [(10 * n, ds) for n in rows], "columns": ["a", "b"]}
    assert run_operator(tmp_path, SQLInsertRowsOperator, table_name="t", rows=[3], **double).state is State.SUCCESS
    assert lake.get_records("SELECT * FROM t ORDER BY a") == [(2, None), (30, "2024-01-31")]
    assert run_operator(tmp_path, SQLInsertRowsOperator, table_name="t", rows=[]).state is State.SKIPPED


def test_rows_go_from_one_database_to_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lake: SqliteHook
) -> None:
    monkeypatch.setenv("FANJET_CONN_POND", f"sqlite:///{tmp_path}/pond.db")
    lake.run(["CREATE TABLE t (n)", "INSERT INTO t VALUES (1), (2), (3)"])
    with DAG("d") as dag:
        GenericTransfer(
            task_id="t",
            sql="SELECT n, '{{ ds }}' FROM t ORDER BY n",
            source_conn_id="lake",
            destination_conn_id="pond",
            destination_table="p",
            preoperator="CREATE TABLE p (n, ds)",
            page_size=2,
        )
    assert Bench(dag, tmp_path).result("t").state is State.SUCCESS
    assert SqliteHook("pond").get_records("SELECT * FROM p") == [(n, "2024-01-31") for n in (1, 2, 3)]


def test_where_a_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def place(uri: str, database: str | None = None) -> str:
        monkeypatch.setenv("FANJET_CONN_C", uri)
        hook = SqliteHook("c", database=database)
        return hook.get_first("SELECT file FROM pragma_database_list")[0]

    (tmp_path / "data").mkdir()
    absolute = str((tmp_path / "data" / "x.db").resolve())
    assert place(f"sqlite:///{absolute}") == absolute
    assert place(f"sqlite://{absolute}") == absolute  # as Airflow reads it
    assert place("sqlite:///data/x.db") == absolute
    assert place("sqlite:///other.db", "data/x.db") == absolute
    assert place(f"sqlite://{absolute.replace('/', '%2F')}") == absolute
    assert place("sqlite://") == ""
    monkeypatch.setenv("FANJET_CONN_R", f"sqlite:///{absolute}?mode=ro")
    with pytest.raises(Exception, match="readonly database"):
        SqliteHook("r").run("CREATE TABLE t (n)")


def test_through_sqlalchemy(lake: SqliteHook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlalchemy")
    with lake.get_sqlalchemy_engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    assert lake.get_uri() == f"sqlite:///{tmp_path}/lake.db"
    monkeypatch.setenv("FANJET_CONN_ANY", f"sqlite+pysqlite:///{tmp_path}/lake.db")
    hook = BaseHook.get_hook("any")
    assert isinstance(hook, SqlHook)
    assert hook.get_records("SELECT %(n)s", {"n": 5}) == [(5,)]
    hook.run(["CREATE TABLE t (n)", "INSERT INTO t VALUES (1)"], autocommit=True)
    hook.insert_rows("t", [(2,)])
    assert lake.get_records("SELECT * FROM t") == [(1,), (2,)]


def test_passwords_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("psycopg")
    monkeypatch.setenv("FANJET_CONN_PG", "postgres://me:hush-hush@db/x?sslmode=require")
    url = BaseHook.get_hook("pg").sqlalchemy_url
    assert str(url) == "postgresql+psycopg://me:***@db/x?sslmode=require"
    assert "hush" not in repr(BaseHook.get_connection("pg"))


@pytest.mark.parametrize(
    ("uri", "error", "message"),
    [
        ("oracle://u:p@h/x", LibraryNotInstalled, "pip install 'oracledb'"),
        ("snowflake://u:p@account/db", LibraryNotInstalled, "pip install 'snowflake-sqlalchemy'"),
        ("nosuch+driver://h/x", Exception, "SQLAlchemy knows no database 'nosuch\\+driver'"),
    ],
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, uri: str, error: Any, message: str) -> None:
    pytest.importorskip("sqlalchemy")
    monkeypatch.setenv("FANJET_CONN_C", uri)
    with pytest.raises(error, match=message):
        BaseHook.get_hook("c").get_records("SELECT 1")


def test_connections_that_are_no_databases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FANJET_CONN_C", "aws://")
    assert "is of type 'aws', which is no database" in say(
        run_operator(tmp_path, SQLCheckOperator, conn_id="c", sql="SELECT 1")
    )
    assert "names no connection" in say(run_operator(tmp_path, SQLCheckOperator, conn_id=None, sql="SELECT 1"))
    assert "There is no connection 'nope'" in say(
        run_operator(tmp_path, SQLCheckOperator, conn_id="nope", sql="SELECT 1")
    )
    with pytest.raises(OperationError, match="for which there is no hook"):
        BaseHook.get_hook("c")
