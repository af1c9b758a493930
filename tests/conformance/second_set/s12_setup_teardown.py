"""Setups and teardowns."""

from airflow.operators.bash import BashOperator
from airflow.sdk import DAG, setup, task, task_group, teardown
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def end(what):
    if what == "fail":
        raise AirflowFailException("as asked")
    if what == "skip":
        raise AirflowSkipException("as asked")
    return what


@setup
def create(what="ok"):
    return end(what)


def delete(what="ok"):
    @teardown
    def delete(what):
        return end(what)

    return delete(what)


@task
def work(what="ok"):
    return end(what)


for what in ("fail", "skip"):
    with DAG(f"r12_01_a_setup_ends_with_{what}"):
        made, gone = create(what), delete()
        later = work.override(task_id="later", trigger_rule="all_done")()
        made >> work() >> later >> gone
        made >> gone

with DAG("r12_01_upstream_of_the_setup_failed"):
    made, gone = create(), delete()
    work("fail") >> made >> work.override(task_id="inner")() >> gone
    made >> gone

for name, mix in {"one_fails": ["ok", "fail"], "all_fail": ["fail", "fail"], "all_skip": ["skip", "skip"]}.items():
    with DAG(f"r12_02_a_mapped_setup_{name}"):
        made, gone = create.expand(what=mix), delete()
        made >> work() >> gone
        made >> gone

with DAG("r12_02_a_mapped_setup_of_length_zero"):
    made, gone = create.expand(what=[]), delete()
    made >> work() >> gone
    made >> gone

with DAG("r12_03_the_work_failed"):
    made, gone = create(), delete()
    made >> work.expand(what=["ok", "fail"]) >> gone
    made >> gone

with DAG("r12_03_the_teardown_failed"):
    with delete("fail").as_teardown(setups=create()):
        work() >> work.expand(what=["a", "b"])

with DAG("r12_03_a_teardown_that_counts"):
    made = BashOperator(task_id="make", bash_command="echo made").as_setup()
    used = BashOperator(task_id="use", bash_command="echo used")
    gone = BashOperator(task_id="drop", bash_command="exit 1").as_teardown(setups=made, on_failure_fail_dagrun=True)
    made >> used >> gone

with DAG("r12_03_a_mapped_teardown"):
    made = create()

    @teardown
    def delete_each(what):
        return end(what)

    gone = delete_each.expand(what=["ok", "fail"])
    made >> work() >> gone
    made >> gone

with DAG("r12_04_in_a_mapped_group"):

    @task_group
    def group(x):
        made, gone = create(x), delete()
        made >> work() >> gone
        made >> gone

    group.expand(x=["ok", "fail", "skip"])

with DAG("r12_04_the_work_in_a_mapped_group"):

    @task_group
    def group(x):
        made, gone = create(), delete()
        made >> work(x) >> gone
        made >> gone

    group.expand(x=["ok", "fail", "skip"])
