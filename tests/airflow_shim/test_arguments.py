"""Arguments of DAGs, groups and operators from Airflow 2.3 to 3.3: each has an effect, is told about, or is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.conftest import Call, call
from fanjet import DAG, BashOperator, task
from fanjet.errors import DagTypeError
from fanjet.testing import run_dag

__all__ = ["call"]

HEAD = """\
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.utils.task_group import TaskGroup

def f(*_, **__): ...

"""
DAG_ = HEAD + "with DAG('{name}', {argument}):\n    BashOperator(task_id='t', bash_command='true')\n"
TASK = HEAD + "with DAG('{name}'):\n    BashOperator(task_id='t', bash_command='true', {argument})\n"
DEFAULT = (
    HEAD + "with DAG('{name}', default_args=dict({argument})):\n    BashOperator(task_id='t', bash_command='true')\n"
)
GROUP = HEAD + "with DAG('{name}'), TaskGroup('g', {argument}):\n    BashOperator(task_id='t', bash_command='true')\n"

OF_DAGS = """
    description='x' schedule='@daily' schedule_interval='@daily' start_date=datetime(2024,1,1)
    end_date=datetime(2025,1,1) template_searchpath='/tmp' user_defined_macros={'a':1}
    user_defined_filters={'a':str} default_args={'owner':'x'} concurrency=3 max_active_tasks=3 max_active_runs=3
    dagrun_timeout=timedelta(1) catchup=False on_success_callback=f on_failure_callback=f doc_md='x'
    params={'a':1} is_paused_upon_creation=True jinja_environment_kwargs={} render_template_as_native_obj=True
    tags=['a'] auto_register=True fail_stop=True fail_fast=True dag_display_name='x' deadline=None
""".split()  # noqa: SIM905 - a line per argument would be long
OF_TASKS = """
    owner='x' email='a@b' email_on_retry=True email_on_failure=True retries=1 retry_delay=timedelta(1)
    retry_exponential_backoff=True max_retry_delay=timedelta(1) start_date=datetime(2024,1,1) depends_on_past=True
    ignore_first_depends_on_past=True wait_for_downstream=True params={'a':1} default_args={} priority_weight=3
    weight_rule='upstream' pool='default_pool' pool_slots=1 execution_timeout=timedelta(1) on_execute_callback=f
    on_failure_callback=f on_success_callback=f on_retry_callback=f on_skipped_callback=f trigger_rule='all_done'
    task_concurrency=1 max_active_tis_per_dag=1 max_active_tis_per_dagrun=1 do_xcom_push=False xcom_push=True
    multiple_outputs=True inlets=[] outlets=[] task_group=None doc='x' doc_md='x' doc_json='x' doc_yaml='x' doc_rst='x'
    task_display_name='x' map_index_template='x' render_template_as_native_obj=True provide_context=True
    allow_nested_operators=True queue='default' env={'A':'1'} append_env=True skip_on_exit_code=98
""".split()  # noqa: SIM905
ONLY_OF_TASKS = "pre_execute=f post_execute=f skip_exit_code=98 cwd='/tmp' output_encoding='utf-8'".split()  # noqa: SIM905
OF_GROUPS = "tooltip='x' doc_md='x' prefix_group_id=False default_args={} add_suffix_on_collision=True".split()  # noqa: SIM905
TOLD = {
    DAG_: """
        access_control={'r':{'can_read'}} allowed_run_types=['manual'] default_view='grid' orientation='LR'
        full_filepath='x' sla_miss_callback=f owner_links={'a':'b'} max_consecutive_failed_dag_runs=2
        disable_bundle_versioning=True rerun_with_latest_version=True
    """.split(),  # noqa: SIM905
    TASK: """
        sla=timedelta(1) resources={'cpus':1} queue='x' executor='x' executor_config={'a':1} logger_name='x'
        allow_nested_operators=False wait_for_past_depends_before_skipping=True show_return_value_in_logs=True
    """.split(),  # noqa: SIM905
    DEFAULT: ["sla=timedelta(1)", "nobody_takes_this=1"],
    GROUP: ["ui_color='#fff'", "ui_fgcolor='#fff'"],
}
REFUSED = {DAG_: ["retries=1", "nonsense=1"], TASK: ["run_as_user='x'", "nonsense=1", "bash_comand='x'"]}


def test_each_is_taken_told_about_or_refused(call: Call, tmp_path: Path) -> None:
    taken = {DAG_: OF_DAGS, TASK: OF_TASKS + ONLY_OF_TASKS, DEFAULT: OF_TASKS, GROUP: OF_GROUPS}
    wanted = {}
    for what, arguments in (("taken", taken), ("told", TOLD), ("refused", REFUSED)):
        for number, (text, all_of_kind) in enumerate(arguments.items()):
            for argument in all_of_kind:
                name = f"{what}_{number}_{argument.partition('=')[0]}"
                wanted[name] = what
                (tmp_path / f"{name}.py").write_text(text.replace("{name}", name).replace("{argument}", argument))
    found = json.loads(call("check", str(tmp_path), "--json").out)
    came = dict.fromkeys(wanted, "taken")
    came |= {Path(each["file"]).stem: "told" for each in found["warnings"]}
    came |= {Path(each["file"]).stem: "refused" for each in found["errors"]}
    wrong = {
        name: [came[name], *found["errors"], *found["warnings"]][:1] for name in wanted if came[name] != wanted[name]
    }
    assert not wrong
    assert all(each["fix"] for each in found["errors"])
    assert all(each["fix"] for each in found["warnings"] if "no task takes" not in each["message"])
    assert len(found["warnings"]) == sum(map(len, TOLD.values())), "each once"


def test_an_operator_may_render_in_its_own_way() -> None:
    with DAG("own", params={"n": 3}, render_template_as_native_obj=True) as dag:

        @task(render_template_as_native_obj=False)
        def as_text(n):
            return n

        @task
        def as_dag(n):
            return n

        as_text("{{ params.n }}"), as_dag("{{ params.n }}")
        as_text.override(task_id="mapped").expand(n=["{{ params.n }}"])
    result = run_dag(dag)
    assert (result["as_text"].value, result["as_dag"].value, result["mapped"].values) == ("3", 3, ["3"])
    with DAG("other", params={"n": 3}) as other:

        @task(render_template_as_native_obj=True)
        def natively(n):
            return n

        natively("{{ params.n }}")
    assert run_dag(other)["natively"].value == 3


def test_bash_skips_by_the_older_name_too() -> None:
    with DAG("skips") as dag:
        BashOperator(task_id="skips", bash_command="exit 7", skip_exit_code=7)
    assert run_dag(dag)["skips"].state == "skipped"


def test_arguments_of_dag_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_HOME", str(tmp_path))
    with DAG("tested", params={"n": 1}) as dag:

        @task
        def work(ds, params, dag_run):
            assert (ds, params["n"], dag_run.conf["a"]) == ("2024-01-31", 2, 3)

        work()
    date = datetime(2024, 1, 31, tzinfo=UTC)
    for dates in (
        {"execution_date": date},
        {"logical_date": date, "use_executor": False, "mark_success_pattern": None},
    ):
        assert dag.test(**dates, run_conf={"a": 3}, params={"n": 2}).state == "success"
    with pytest.raises(DagTypeError, match="conn_file_path has no meaning in Fanjet"):
        dag.test(conn_file_path="connections.yaml")
