"""Tasks that start runs of other DAGs, and sensors that wait for them, in real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.program import Program, values
from fanjet import DAG
from fanjet.errors import DagValueError
from fanjet.operators.external_errors import DuplicateStateError
from fanjet.operators.external_task import ExternalTaskSensor
from fanjet.operators.trigger_dagrun import TriggerDagRunOperator
from fanjet.testing import run_dag

DATE = "2024-01-05T00:00:00+00:00"

TWO_DAGS = """
from datetime import timedelta

from airflow.models.param import Param
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task

with DAG("parent"):
    wait = dict(trigger_dag_id="child", wait_for_completion=True, poke_interval=timedelta(seconds=0.1))
    first = TriggerDagRunOperator(
        task_id="first", trigger_run_id="r", conf={"n": 3, "who": "{{ run_id[:6] }}"}, logical_date="{{ ts }}", **wait)
    again = TriggerDagRunOperator(task_id="again", trigger_run_id="r", reset_dag_run=True, **wait)
    there = TriggerDagRunOperator(
        task_id="there", trigger_dag_id="child", trigger_run_id="r", skip_when_already_exists=True)
    twice = TriggerDagRunOperator(task_id="twice", trigger_dag_id="child", trigger_run_id="r")
    bad = TriggerDagRunOperator(task_id="bad", conf={"n": -1}, **wait)
    either = TriggerDagRunOperator(
        task_id="either", conf={"n": -1}, allowed_states=["success", "failed"], failed_states=[], **wait)
    nowhere = TriggerDagRunOperator(task_id="nowhere", trigger_dag_id="elsewhere")

    @task(trigger_rule="all_done")
    def seen(ti=None):
        return ti.xcom_pull("first", key="trigger_run_id")

    first >> again >> [there, twice] >> seen()
    TriggerDagRunOperator.partial(task_id="many", **wait).expand(conf=[{"n": 1}, {"n": 2}])

with DAG("child", params={"n": Param(1, type="integer")}):
    @task
    def work(params=None, dag_run=None, ds=None):
        if params["n"] < 0:
            raise ValueError
        return [params["n"], dag_run.conf, ds]
    work()
"""


@pytest.fixture
def fanjet(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.close()


def test_runs_of_another_dag_of_the_file(fanjet: Program) -> None:
    ran = fanjet.results("run", fanjet.write("d.py", TWO_DAGS), "--dag", "parent", "--logical-date", DATE, code=1)
    parent = ran[0]
    ended = {i["task_id"]: i["state"] for i in parent["instances"]}
    assert ended == {
        "first": "success", "again": "success", "there": "skipped", "twice": "failed", "bad": "failed",
        "either": "success", "nowhere": "failed", "seen": "success", "many": "success",
    }  # fmt: skip
    assert values(parent, "seen") == {(): "r"}
    assert "already has a run 'r'" in fanjet.read("logs", "1", "twice")
    assert "ended: failed" in fanjet.read("logs", "1", "bad")
    told = fanjet.read("logs", "1", "nowhere")
    assert "DAG 'elsewhere' is not in the file that is running, which has 'parent', 'child'" in told
    child = fanjet.read("xcom", "child/r", "work")
    assert '"who":"manual"' in child.replace(" ", "").replace("\n", "")
    assert "2024-01-05" in child


WAITING = """
from datetime import timedelta
from airflow.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from airflow.sdk import DAG, task, task_group

with DAG("earlier"):
    @task
    def ok(): ...
    @task
    def item(n):
        if n == 2:
            raise ValueError
    @task_group
    def group():
        ok.override(task_id="inner")()
    group() >> ok() >> item.expand(n=[1, 2])
    ExternalTaskMarker(task_id="mark", external_dag_id="later", external_task_id="one")

with DAG("later"):
    wait = dict(external_dag_id="earlier", poke_interval=0.1, timeout=1)
    ExternalTaskSensor(task_id="one", external_task_id="ok", **wait)
    ExternalTaskSensor(task_id="several", external_task_ids=["ok", "mark"], mode="reschedule", **wait)
    ExternalTaskSensor(task_id="group", external_task_group_id="group", **wait)
    ExternalTaskSensor(task_id="mapped", external_task_id="item", failed_states=["failed"], **wait)
    ExternalTaskSensor(task_id="soft", external_task_id="item", skipped_states=["failed"], **wait)
    ExternalTaskSensor(task_id="either", external_task_id="item", allowed_states=["success", "failed"], **wait)
    ExternalTaskSensor(task_id="whole", failed_states=["failed"], **wait)
    ExternalTaskSensor(task_id="before", external_task_id="ok", execution_delta=timedelta(days=1), **wait)
    ExternalTaskSensor(task_id="dates", external_task_id="ok", execution_date_fn=lambda date, ds: [date, date], **wait)
    check = dict(check_existence=True, timeout=3600, external_dag_id="earlier")
    ExternalTaskSensor(task_id="unknown", external_task_id="nope", deferrable=True, **check)
    ExternalTaskSensor(task_id="no_group", external_task_group_id="ok.no", **check)
    ExternalTaskSensor(task_id="no_dag", check_existence=True, external_dag_id="nowhere")
    ExternalTaskSensor(
        task_id="ahead", external_task_ids=["ok", "group.inner"], execution_delta=timedelta(days=-1),
        **check | {"timeout": 0.5, "poke_interval": 0.2})
"""


def test_sensors_of_other_dags(fanjet: Program) -> None:
    runs = fanjet.results("run", fanjet.write("d.py", WAITING), "--logical-date", DATE, code=1)
    later = next(run for run in runs if run["dag_id"] == "later")
    ended = {i["task_id"]: i["state"] for i in later["instances"]}
    assert ended == {
        "one": "success", "several": "success", "group": "success", "mapped": "failed", "soft": "skipped",
        "either": "success", "whole": "failed", "before": "failed", "dates": "success", "unknown": "failed",
        "no_group": "failed", "no_dag": "failed", "ahead": "failed",
    }  # fmt: skip
    assert "ExternalTaskFailedError" in fanjet.read("logs", "2", "mapped")
    assert "ExternalDagFailedError" in fanjet.read("logs", "2", "whole")
    assert "DAG 'earlier' has no task 'nope'" in fanjet.read("logs", "2", "unknown")
    assert "DAG 'earlier' has no task group 'ok.no'" in fanjet.read("logs", "2", "no_group")
    assert "There is no DAG 'nowhere'" in fanjet.read("logs", "2", "no_dag")
    assert "in vain" in fanjet.read("logs", "2", "ahead")  # what is there may come


def test_mistakes_in_the_file() -> None:
    with DAG("d"):
        with pytest.raises(DagValueError, match="both execution_delta and execution_date_fn"):
            ExternalTaskSensor(task_id="a", external_dag_id="x", execution_delta=1, execution_date_fn=max)
        with pytest.raises(DagValueError, match="give one of external_task_id"):
            ExternalTaskSensor(task_id="b", external_dag_id="x", external_task_id="t", external_task_ids=["t"])
        with pytest.raises(DuplicateStateError, match="in two lists"):
            ExternalTaskSensor(task_id="c", external_dag_id="x", failed_states=["success"])


def test_a_test_runs_one_dag() -> None:
    with DAG("d") as dag:
        TriggerDagRunOperator(task_id="t", trigger_dag_id="x")
    assert "this process carries out one run" in str(run_dag(dag)["t"].error)


def test_a_run_keeps_a_note(fanjet: Program) -> None:
    text = TWO_DAGS.replace('trigger_run_id="r", conf=', 'trigger_run_id="r", note="from {{ dag.dag_id }}", conf=')
    file = fanjet.write("d.py", text.split("    again =")[0] + text[text.index('with DAG("child"') :])
    fanjet("run", file, "--dag", "parent")
    assert fanjet("note", "child/r").stdout == "from parent\n"
    assert "  note         from parent\n" in fanjet("show", "child/r").stdout
    assert fanjet("note", "-", "my own", "--clear", code=2).stderr.startswith("error: Give TEXT or --clear")
    fanjet("note", "child/r", "seen")
    assert fanjet("note", "child/r").stdout == "seen\n"
    fanjet("note", "child/r", "--clear")
    assert "has no note" in fanjet("note", "child/r").stdout
