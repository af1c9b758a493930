"""Every standard operator and sensor runs, under the names of its module in 1.10, 2.x and 3.x, in real processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.program import Program, values

OLDEST = """
from airflow.contrib.sensors.file_sensor import FileSensor
from airflow.operators.bash_operator import BashOperator
from airflow.operators.branch_operator import BaseBranchOperator
from airflow.operators.dagrun_operator import TriggerDagRunOperator
from airflow.operators.dummy_operator import DummyOperator as EmptyOperator
from airflow.operators.latest_only_operator import LatestOnlyOperator
from airflow.operators.python_operator import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.operators.python import ExternalPythonOperator, BranchExternalPythonOperator, get_current_context
from airflow.operators.datetime import BranchDateTimeOperator
from airflow.operators.weekday import BranchDayOfWeekOperator
from airflow.sensors.base_sensor_operator import BaseSensorOperator
from airflow.sensors.date_time_sensor import DateTimeSensor
from airflow.sensors.external_task_sensor import ExternalTaskMarker, ExternalTaskSensor
from airflow.contrib.sensors.python_sensor import PythonSensor
from airflow.contrib.sensors.bash_sensor import BashSensor
from airflow.sensors.time_delta_sensor import TimeDeltaSensor
from airflow.sensors.time_sensor import TimeSensor
from airflow.sensors.weekday_sensor import DayOfWeekSensor
from airflow.sensors.date_time import DateTimeSensorAsync
from airflow.sensors.time_delta import TimeDeltaSensorAsync
"""
TWO = """
from airflow.operators.bash import BashOperator
from airflow.operators.branch import BaseBranchOperator
from airflow.operators.datetime import BranchDateTimeOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.latest_only import LatestOnlyOperator
from airflow.operators.python import (
    BranchExternalPythonOperator, BranchPythonOperator, ExternalPythonOperator, PythonOperator, ShortCircuitOperator,
    get_current_context,
)
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.operators.weekday import BranchDayOfWeekOperator
from airflow.sensors.base import BaseSensorOperator
from airflow.sensors.bash import BashSensor
from airflow.sensors.date_time import DateTimeSensor, DateTimeSensorAsync
from airflow.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from airflow.sensors.filesystem import FileSensor
from airflow.sensors.python import PythonSensor
from airflow.sensors.time_delta import TimeDeltaSensor, TimeDeltaSensorAsync
from airflow.sensors.time_sensor import TimeSensor
from airflow.sensors.weekday import DayOfWeekSensor
"""
THREE = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.branch import BaseBranchOperator
from airflow.providers.standard.operators.datetime import BranchDateTimeOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.latest_only import LatestOnlyOperator
from airflow.providers.standard.operators.python import (
    BranchExternalPythonOperator, BranchPythonOperator, ExternalPythonOperator, PythonOperator, ShortCircuitOperator,
)
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.operators.weekday import BranchDayOfWeekOperator
from airflow.providers.standard.sensors.bash import BashSensor
from airflow.providers.standard.sensors.date_time import DateTimeSensor, DateTimeSensorAsync
from airflow.providers.standard.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.providers.standard.sensors.time import TimeSensor
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor, TimeDeltaSensorAsync
from airflow.providers.standard.sensors.weekday import DayOfWeekSensor
from airflow.sdk import BaseSensorOperator, get_current_context
"""
BODY = """
import sys
from datetime import datetime, time, timedelta, timezone

from airflow import DAG
from airflow.models.baseoperator import chain
from airflow.models.param import Param
from airflow.plugins_manager import AirflowPlugin
from airflow.utils.edgemodifier import Label

def shout(text):
    return text.upper()

class Mine(AirflowPlugin):
    name = "mine"
    macros = [shout]

def here(word):
    return [word, get_current_context()["ti"].task_id]

def there(word):
    import os
    return [word, os.path.basename(__file__) != "d.py"]

class Choice(BaseBranchOperator):
    def choose_branch(self, context):
        return ["chosen"]

class Twice(BaseSensorOperator):
    def poke(self, context):
        return context["ti"].try_number == 1

LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)
SOON = dict(poke_interval=0.05, timeout=20)
EITHER = dict(follow_task_ids_if_true="yes", follow_task_ids_if_false="no")

with DAG("d", start_date=LONG_AGO, schedule=None, params={"n": Param(2, type="integer")}) as dag:
    dag.doc_md = "# All of them"
    bash = BashOperator(task_id="bash", bash_command="echo {{ params.n }} {{ macros.mine.shout(ds) }}")
    python = PythonOperator(task_id="python", python_callable=here, op_args=["w"])
    external = ExternalPythonOperator(task_id="external", python=sys.executable, python_callable=there, op_args=["w"])
    chain(bash, Label("then"), [python, external])

    branch = BranchPythonOperator(task_id="branch", python_callable=lambda: "yes")
    yes, no = EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")
    branch >> [yes, no]
    for branching in (
        BranchDateTimeOperator(task_id="at_date", target_lower=LONG_AGO, target_upper=None, **EITHER),
        BranchDayOfWeekOperator(task_id="on_friday", week_day="Friday", use_task_logical_date=True, **EITHER),
    ):
        branching >> [yes, no]
    Choice(task_id="choice") >> [EmptyOperator(task_id="chosen"), EmptyOperator(task_id="not_chosen")]
    ShortCircuitOperator(task_id="short", python_callable=lambda: False) >> EmptyOperator(task_id="cut")
    LatestOnlyOperator(task_id="latest") >> EmptyOperator(task_id="after_latest")

    BashSensor(task_id="s_bash", bash_command="test -f {{ dag.folder }}/d.py -a {{ ds }} = 2024-01-05", **SOON)
    DateTimeSensor(task_id="s_date", target_time=LONG_AGO, **SOON)
    DateTimeSensorAsync(task_id="s_date_async", target_time=str(datetime.now(timezone.utc)))
    FileSensor(task_id="s_file", filepath=__file__, **SOON)
    PythonSensor(task_id="s_python", python_callable=lambda: True, mode="reschedule", **SOON)
    TimeSensor(task_id="s_time", target_time=time(0), **SOON)
    TimeDeltaSensor(task_id="s_delta", delta=timedelta(0), **SOON)
    TimeDeltaSensorAsync(task_id="s_delta_async", delta=timedelta(0))
    DayOfWeekSensor(task_id="s_day", week_day="Friday", use_task_logical_date=True, **SOON)
    Twice(task_id="s_own", **SOON)

    trigger = TriggerDagRunOperator(
        task_id="trigger", trigger_dag_id="other", conf={"n": 5}, logical_date="{{ ts }}", wait_for_completion=True,
        poke_interval=0.1,
    )
    trigger >> ExternalTaskSensor(task_id="s_external", external_dag_id="other", external_task_id="work", **SOON)
    ExternalTaskMarker(task_id="marker", external_dag_id="other", external_task_id="work")

    start = EmptyOperator(task_id="start").as_setup()
    stop = BashOperator(task_id="stop", bash_command="true").as_teardown(setups=start)
    start >> BashOperator(task_id="between", bash_command="false") >> stop

with DAG("other", start_date=LONG_AGO, schedule=None):
    PythonOperator(task_id="work", python_callable=lambda dag_run: dag_run.conf["n"])

if __name__ == "__main__":
    dag.test()
"""
SKIPPED = {"no", "not_chosen", "cut"}


@pytest.mark.parametrize("imports", [OLDEST, TWO, THREE], ids=["1.10", "2.x", "3.x"])
def test_all_of_them_run(fanjet: Program, imports: str) -> None:
    file = fanjet.write("d.py", imports + BODY)
    runs = fanjet.results("run", file, "--dag", "d", "--logical-date", "2024-01-05T00:00:00+00:00", code=1)
    done = next(run for run in runs if run["dag_id"] == "d")
    ended = {each["task_id"]: each["state"] for each in done["instances"]}
    assert {task_id for task_id, state in ended.items() if state == "skipped"} == SKIPPED
    assert {task_id for task_id, state in ended.items() if state not in {"success", "skipped"}} == {"between"}
    assert values(done, "bash") == {(): "2 2024-01-05"}
    assert values(done, "python") == {(): ["w", "python"]}
    assert values(done, "external") == {(): ["w", True]}


@pytest.fixture
def fanjet(tmp_path: Path):
    program = Program(tmp_path)
    yield program
    program.close()
