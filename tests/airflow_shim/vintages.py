"""DAG files as people wrote them for three vintages of Airflow; `test_vintages` runs them."""

from __future__ import annotations

TWO_THREE = """
from datetime import timedelta

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.models import Variable
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.python_operator import BranchPythonOperator, PythonOperator
from airflow.utils.dates import days_ago
from airflow.utils.helpers import chain
from airflow.utils.session import provide_session
from airflow.utils.trigger_rule import TriggerRule

default_args = {
    "owner": "me", "depends_on_past": False, "start_date": days_ago(2), "email": ["me@example.org"],
    "email_on_failure": False, "email_on_retry": False, "retries": 0, "retry_delay": timedelta(minutes=5),
}

def extract(ds, **context):
    assert context["execution_date"].subtract(days=1).to_date_string() == context["yesterday_ds"]
    context["ti"].xcom_push("city", Variable.get("city", default_var="Oslo"))
    return ds

def load(execution_date, ti, next_ds=None):
    return [str(execution_date.date()), next_ds, ti.xcom_pull(task_ids="extract", key="city")]

def skip():
    raise AirflowSkipException("nothing to do")

def catch():
    try:
        raise AirflowSkipException("caught below")
    except AirflowException as error:
        raise AirflowFailException("no retry") from error

@provide_session
def never_called(session=None):
    return session.query()

with DAG("old", default_args=default_args, schedule_interval="@daily", concurrency=4, catchup=False) as dag:
    extracted = PythonOperator(task_id="extract", python_callable=extract, provide_context=True)
    loaded = PythonOperator(task_id="load", python_callable=load, provide_context=True, task_concurrency=1)
    shown = BashOperator(
        task_id="show",
        bash_command="echo {{ execution_date.format('YYYYMMDD') }} {{ macros.ds_add(ds, 2) }}",
        xcom_push=True,
    )
    skipped = PythonOperator(task_id="skip", python_callable=skip, retries=3)
    failed = PythonOperator(task_id="fail", python_callable=catch, retries=3)
    done = DummyOperator(task_id="done", trigger_rule=TriggerRule.ALL_DONE)
    chain(extracted, [loaded, shown])
    [loaded, shown, skipped, failed] >> done
"""

TWO_TEN = """
import pendulum
from airflow.configuration import conf
from airflow.datasets import Dataset
from airflow.decorators import dag, task, task_group
from airflow.models.param import Param
from airflow.operators.empty import EmptyOperator
from airflow.operators.latest_only import LatestOnlyOperator
from airflow.operators.python import get_current_context
from airflow.operators.weekday import BranchDayOfWeekOperator
from airflow.timetables.trigger import CronTriggerTimetable
from airflow.utils.edgemodifier import Label
from airflow.utils.state import DagRunState, State

OUT = Dataset("s3://bucket/out", {"team": "data"})

@dag(
    start_date=pendulum.datetime(2024, 1, 1, tz="Europe/Oslo"),
    schedule=CronTriggerTimetable("0 6 * * *", timezone="UTC"),
    params={"n": Param(3, type="integer", minimum=1)}, tags=["x"], orientation="LR",
)
def newer():
    @task
    def numbers(params=None) -> list[int]:
        return list(range(params["n"]))

    @task(outlets=[OUT], map_index_template="{{ item }}")
    def square(n):
        context = get_current_context()
        context["item"] = f"n={n}"
        assert context["outlets"] == [OUT]
        assert context["dag_run"].state == State.RUNNING == DagRunState.RUNNING
        return n * n

    @task_group
    def group():
        @task.skip_if(lambda context: context["params"]["n"] > 1)
        @task
        def rarely():
            return 1

        rarely()

    @task
    async def total(values):
        return sum(values)

    @task
    def settings():
        return [conf.getboolean("core", "load_examples"), conf.get("x", "y", fallback="z")]

    weekday = BranchDayOfWeekOperator(
        task_id="weekday", week_day="FRIDAY", follow_task_ids_if_true="friday", follow_task_ids_if_false="other",
        use_task_execution_day=True,
    )
    weekday >> Label("yes") >> EmptyOperator(task_id="friday")
    weekday >> EmptyOperator(task_id="other")
    total(square.expand(n=numbers()))
    group()
    LatestOnlyOperator(task_id="latest") >> settings()

newer()
"""

THREE = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import ShortCircuitOperator
from airflow.sdk import DAG, Asset, AssetAlias, BaseNotifier, ObjectStoragePath, Variable, literal, task
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk import BaseHook

FOLDER = ObjectStoragePath("memory://shelf")
SOURCE = Asset("source", uri="s3://bucket/source")

class Note(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, text):
        super().__init__()
        self.text = text

    def notify(self, context):
        print("told:", self.text)

with DAG("newest", schedule=[SOURCE & Asset("other") | AssetAlias("some")]) as dag:
    @task(on_success_callback=Note("{{ ti.task_id }} is done"))
    def write():
        (FOLDER / "a.txt").write_text("content")
        return FOLDER / "a.txt"

    @task
    def read(path, text):
        try:
            BaseHook.get_connection("nowhere")
        except AirflowNotFoundException:
            return [path.name, path.protocol, text]

    read(write(), literal("{{ not a template }}"))
    stop = ShortCircuitOperator(task_id="stop", python_callable=lambda: False)
    stop >> BashOperator(task_id="never", bash_command="false")
"""
