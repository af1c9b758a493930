"""Files that use providers whose packages are not installed load, are warned about, and fail only where it matters."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fanjet.airflow import airflow_names
from fanjet.airflow.table.declared import DECLARED, LAST_VERSIONS, MOVED, OWN, SQL_OPERATORS
from fanjet.operators.declared import DeclaredHook, DeclaredOperator, ProviderNotInstalled
from fanjet.parsing.child import parse_in_child
from fanjet.testing import run_dag

pytestmark = pytest.mark.filterwarnings("ignore::fanjet.errors.DagWarning")

SEEDED = """
from airflow import DAG
from airflow.decorators import task
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.s3_copy_object import S3CopyObjectOperator
from airflow.providers.cncf.kubernetes.operators.kubernetes_pod import KubernetesPodOperator
from airflow.providers.snowflake.operators.snowflake import SnowflakeOperator
from airflow.providers.snowflake.transfers.s3_to_snowflake import S3ToSnowflakeOperator

class Nightly(SnowflakeOperator):
    def __init__(self, *, table, **kwargs):
        super().__init__(sql=f"DELETE FROM {table}", **kwargs)

with DAG("d", schedule_interval="@daily", default_args={"snowflake_conn_id": "s", "retries": 3}):
    @task
    def files():
        return ["{{ a }}", "b"]
    @task
    def listed():
        return S3Hook(aws_conn_id="s3").list_keys("b")
    @task
    def experiments():
        return [{"id": 1}, {"id": 2}]
    load = S3ToSnowflakeOperator.partial(task_id="load", stage="S", table="T").expand(s3_keys=files())
    copy = S3CopyObjectOperator(task_id="copy", source_bucket_key="{{ ds }}/a", dest_bucket_key="b")
    nightly = Nightly(task_id="nightly", table="t")
    listed()
    def make_pod(exp):
        return KubernetesPodOperator(task_id=f"train_{exp['id']}", image="i", resources={"cpu": 1})
    experiments().map(lambda exp: make_pod(exp))
    @task.kubernetes(image="python:3.12", namespace="n", retries=0)
    def in_pod(x):
        return x
    in_pod.expand(x=[1, 2])
"""


@pytest.fixture
def names():
    with airflow_names():
        yield importlib.import_module
        for name in [name for name in sys.modules if name.startswith("airflow.providers.")]:
            del sys.modules[name]


@pytest.fixture
def report(tmp_path: Path):
    file = tmp_path / "d.py"
    file.write_text(SEEDED)
    return parse_in_child(file, 30)


def test_a_file_loads_with_maps_and_fields(report):
    (spec,) = report.specs
    assert report.errors == []
    tasks = {task.task_id: task for task in spec.tasks}
    assert {name for name, task in tasks.items() if task.depth} == {"load", "make_pod", "in_pod"}
    assert tasks["copy"].has_templates
    assert tasks["nightly"].retries == 3


def test_the_check_says_where_and_what_to_install(report):
    found = {(warning.line, warning.message.split(":")[0], warning.fix) for warning in report.warnings}
    amazon = "pip install --no-deps apache-airflow-providers-amazon apache-airflow-providers-common-compat, and what"
    assert {line for line, _, _ in found} == {4, 5, 6, 7, 8, 31}
    assert all(" is not installed" in message for _, message, _ in found)
    assert {fix.startswith(amazon) for line, _, fix in found if line in (4, 5)} == {True}
    assert ["'apache-airflow-providers-snowflake<5'" in fix for line, _, fix in found if line == 8] == [True]


def test_only_what_uses_the_provider_fails_and_is_not_retried(tmp_path: Path):
    file = tmp_path / "d.py"
    file.write_text(SEEDED)
    result = run_dag(file)
    states = {task_id: set(task.states) for task_id, task in result.tasks.items()}
    assert {task_id for task_id, found in states.items() if found == {"success"}} == {"files", "experiments"}
    for task_id in states.keys() - {"files", "experiments"}:
        assert states[task_id] == {"failed"}, task_id
        (error, *_) = result.tasks[task_id].errors
        assert isinstance(error, ProviderNotInstalled)
        assert "which is not installed. Fix: pip install --no-deps" in str(error)
        assert {len(each.tries) for each in result.tasks[task_id].instances} == {1}, task_id
    assert "KubernetesPodOperator of task 'make_pod'" in str(result.tasks["make_pod"].errors[0])
    assert "S3Hook belongs to apache-airflow-providers-amazon" in str(result.tasks["listed"].errors[0])


def test_old_and_new_places_give_the_same_class(names):
    pod = names("airflow.providers.cncf.kubernetes.operators.pod").KubernetesPodOperator
    assert names("airflow.providers.cncf.kubernetes.operators.kubernetes_pod").KubernetesPodOperator is pod
    assert names("airflow.contrib.operators.kubernetes_pod_operator").KubernetesPodOperator is pod
    http = names("airflow.providers.http.operators.http")
    assert http.SimpleHttpOperator is http.HttpOperator is names("airflow.operators.http_operator").SimpleHttpOperator
    assert names("airflow.hooks.S3_hook").S3Hook is names("airflow.providers.amazon.aws.hooks.s3").S3Hook
    assert names("airflow.operators.sql").SQLCheckOperator.template_fields[0] == "sql"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("from airflow.providers.amazon.aws.operators.s3 import S3NoOperator", "apache-airflow-providers-amazon"),
        ("from airflow.providers.ftp.nothing import X", "pip install --no-deps apache-airflow-providers-ftp"),
        ("import airflow.providers.weaviate.hooks.weaviate", "apache-airflow-providers-weaviate"),
    ],
)
def test_what_the_table_does_not_have_names_the_package(names, statement, message):
    with pytest.raises(ImportError, match=message):
        exec(statement)


def test_a_provider_that_can_do_without_another_gets_no_stand_in(tmp_path: Path, monkeypatch, names):
    hooks = tmp_path / "airflow" / "providers" / "widgets" / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "widgets.py").write_text(
        "try:\n    from airflow.providers.ssh.hooks.ssh import SSHHook\nexcept ImportError:\n    SSHHook = None\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert names("airflow.providers.widgets.hooks.widgets").SSHHook is None
    assert issubclass(names("airflow.providers.ssh.hooks.ssh").SSHHook, DeclaredHook)


def test_what_is_installed_wins_and_keeps_the_names_it_has_given_up(tmp_path: Path, monkeypatch, names):
    operators = tmp_path / "airflow" / "providers" / "ssh" / "operators"
    operators.mkdir(parents=True)
    (tmp_path / "airflow" / "__init__.py").write_text("raise RuntimeError('the other Airflow is not imported')")
    (operators / "ssh.py").write_text("class SSHNewOperator: ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = names("airflow.providers.ssh.operators.ssh")
    assert module.__file__ == str(operators / "ssh.py")
    assert module.SSHNewOperator
    assert issubclass(module.SSHOperator, DeclaredOperator)
    with pytest.raises(AttributeError, match="has no attribute 'SSHNoOperator'"):
        _ = module.SSHNoOperator


def test_every_entry_of_the_table_can_be_had(names):
    for module, classes in {**DECLARED, **MOVED}.items():
        for name in classes:
            declared = getattr(names(module), name)
            if not issubclass(declared, DeclaredOperator | DeclaredHook):
                assert declared.__module__.startswith(("fanjet.operators.", "airflow.providers.")), (module, name)
                continue
            assert declared.provider_package.startswith("apache-airflow-providers-")


def test_what_fanjet_has_itself_is_its_own_class_in_all_its_places(names):
    for module, own in OWN.items():
        for name, home in own.names.items():
            target, _, attribute = home.partition(":")
            assert getattr(names(module), name) is getattr(importlib.import_module(target), attribute)
            assert name in names(module).__all__
    query = names("airflow.providers.common.sql.operators.sql").SQLExecuteQueryOperator
    for module, name in [
        ("airflow.operators.postgres_operator", "PostgresOperator"),
        ("airflow.operators.mysql_operator", "MySqlOperator"),
        ("airflow.operators.sqlite_operator", "SqliteOperator"),
        ("airflow.providers.postgres.operators.postgres", "PostgresOperator"),
    ]:
        assert issubclass(getattr(names(module), name), query)


def test_entries_about_removed_classes_are_of_classes_in_the_table():
    known = {f"{module}.{name}" for module, classes in DECLARED.items() for name in classes}
    assert SQL_OPERATORS.keys() <= known
    assert LAST_VERSIONS.keys() <= {name.rpartition(".")[2] for name in known}


def test_the_command_prints_warnings_and_is_content(tmp_path: Path):
    file = tmp_path / "d.py"
    file.write_text(SEEDED)
    command = [sys.executable, "-m", "fanjet", "check"]
    shown = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert shown.returncode == 0
    assert "d.py:4: warning: apache-airflow-providers-amazon is not installed: what uses S3Hook fails" in shown.stdout
    assert shown.stdout.endswith("1 file, 1 DAG: no errors, 6 warnings\n")
    data = json.loads(subprocess.run([*command, "--json", str(file)], capture_output=True, check=True).stdout)
    assert [warning["line"] for warning in data["warnings"]] == [4, 5, 6, 7, 8, 31]
