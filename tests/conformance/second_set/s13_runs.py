"""Retries, limits and the end of a run; written as for Airflow 2."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.decorators import task
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.models.baseoperator import chain
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.sensors.base import PokeReturnValue
from airflow.sensors.python import PythonSensor

NOW = {"retry_delay": timedelta(seconds=0)}
ARGUMENTS = {"start_date": datetime(2025, 1, 1), "schedule": None, "catchup": False, "default_args": NOW}


@task
def act(x):
    if x == "fail":
        raise AirflowFailException("as asked")
    if x == "skip":
        raise AirflowSkipException("as asked")
    return x


with DAG("r13_01_each_instance_on_its_own", **ARGUMENTS):

    @task(retries=2)
    def stubborn(x, ti=None):
        if ti.try_number < x:
            raise AirflowException("not yet")
        return [x, ti.try_number]

    stubborn.expand(x=[1, 2, 3, 4])

with DAG("r13_01_some_failures_are_final", **ARGUMENTS):

    @task(retries=2)
    def final(x):
        if x:
            raise AirflowFailException("no use")
        raise AirflowSkipException("no need")

    final.expand(x=[0, 1])
    BashOperator(task_id="bash", bash_command="exit 3", retries=1)

with DAG("r13_01_values_of_earlier_tries_are_gone", **ARGUMENTS):

    @task(retries=1)
    def push(ti=None):
        seen = ti.xcom_pull(task_ids="push", key="mark")
        if ti.try_number == 1:
            ti.xcom_push("mark", "of try 1")
            raise AirflowException("once more")
        return seen

    @task(trigger_rule="all_done")
    def pull(ti=None):
        return ti.xcom_pull(task_ids="push", key="mark")

    push() >> pull()

with DAG("r13_02_a_failure_that_is_no_leaf", **ARGUMENTS):
    act.expand(x=["ok", "fail"]) >> BashOperator(task_id="after", bash_command="echo after", trigger_rule="all_done")

with DAG("r13_02_a_leaf_that_failed", **ARGUMENTS):
    chain(act("ok"), [act.expand(x=["ok", "fail"]), act("fine")])

with DAG("r13_02_everything_skipped", **ARGUMENTS):
    chain(act("skip"), act.expand(x=[1, 2]), act("last"))

with DAG("r13_02_an_upstream_failed_leaf", **ARGUMENTS):
    chain(act("fail"), act("never"))

with DAG("r13_03_fail_fast_skips_what_is_left", fail_fast=True, **ARGUMENTS):
    chain(act("ok"), act("fail"), act("left"), act.expand(x=[1, 2]))

with DAG("r13_03_fail_fast_without_a_failure", fail_fast=True, **ARGUMENTS):
    chain(act.expand(x=[1, 2]), act("last"))

with DAG("r13_04_few_of_a_task_at_once", **ARGUMENTS):

    @task(max_active_tis_per_dagrun=1)
    def alone(x):
        return x

    act.expand(x=alone.expand(x=[1, 2, 3]))

with DAG("r13_04_few_of_a_dag_at_once", max_active_tasks=1, **ARGUMENTS):
    chain(act.expand(x=[1, 2, 3]), act("last"))

with DAG("r13_05_bash", **ARGUMENTS):
    BashOperator(task_id="last_line", bash_command="echo a; echo b")
    BashOperator(task_id="nothing", bash_command="true")
    BashOperator(task_id="skips", bash_command="exit 99") >> BashOperator(task_id="after", bash_command="echo never")
    BashOperator.partial(task_id="mapped").expand(bash_command=["echo 1", "exit 99", "exit 1"])

with DAG("r13_05_sensors", **ARGUMENTS):
    PythonSensor(task_id="truthy", python_callable=lambda: 7)

    @task.sensor(poke_interval=0.1, timeout=5)
    def found(x):
        return PokeReturnValue(is_done=True, xcom_value=x)

    found.expand(x=["a", "b"])
    never = {"python_callable": lambda: False, "poke_interval": 0.1, "timeout": 0.3}
    PythonSensor(task_id="soft", soft_fail=True, **never) >> EmptyOperator(task_id="after_soft")
    PythonSensor(task_id="times_out", **never) >> EmptyOperator(task_id="after_timeout")
