"""Maps of length zero, and sources that bring nothing; written as for Airflow 2."""

from airflow import DAG
from airflow.decorators import task, task_group
from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.utils.trigger_rule import TriggerRule

RULES = ("all_done", "none_failed", "one_failed", "none_skipped", "all_failed")


@task
def make(what):
    if what == "fail":
        raise AirflowFailException("as asked")
    if what == "skip":
        raise AirflowSkipException("as asked")
    return what


@task
def show(x):
    return x


@task
def collect(xs):
    return None if xs is None else [len(xs), list(xs)]


with DAG("r08_01_literals_and_results"):
    EmptyOperator(task_id="after") << show.expand(x=[])
    show.expand(x=make([])) >> show(1)
    show.expand_kwargs([])
    BashOperator.partial(task_id="bash").expand(bash_command=make({}))

with DAG("r08_01_a_group"):

    @task_group
    def group(x):
        return show(show(x))

    group.expand(x=[]) >> show(1)
    group.expand(x=make([])) >> show(2)

with DAG("r08_01_all_values_were_none"):
    show.override(task_id="second").expand(x=show.expand(x=[None, None]))

with DAG("r08_02_skipped_source"):
    source = make("skip")
    show.expand(x=source)
    for rule in (*RULES, "none_failed_min_one_success"):
        show.override(task_id=rule, trigger_rule=rule).expand(x=source)

with DAG("r08_02_failed_source"):
    source = make("fail")
    show.expand(x=source)
    for rule in (*RULES, "one_done"):
        show.override(task_id=rule, trigger_rule=rule).expand(x=source)

with DAG("r08_02_all_skipped_over_a_failed_source"):
    show.override(trigger_rule="all_skipped").expand(x=make("fail"))

with DAG("r08_02_partial_does_not_count"):

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def both(a, b):
        return [a, b]

    both.partial(a=make("fail")).expand(b=[1, 2])
    both.partial(a=make("skip")).expand(b=make([3]))

with DAG("r08_02_source_of_a_group"):

    @task_group
    def group(x):
        show(x)
        show.override(trigger_rule="all_done")(x)
        EmptyOperator(task_id="always", trigger_rule="none_failed")

    group.expand(x=make("skip"))
    group.expand(x=make("fail"))

with DAG("r08_03_all_instances_failed"):
    failed = make.expand(what=["fail", "fail"])
    for rule in ("all_success", "all_done", "all_failed", "none_skipped"):
        show.override(task_id=rule, trigger_rule=rule).expand(x=failed)

with DAG("r08_03_all_instances_skipped"):
    skipped = make.expand(what=["skip", "skip"])
    for rule in ("all_success", "all_done", "none_failed", "all_skipped"):
        show.override(task_id=rule, trigger_rule=rule).expand(x=skipped)

with DAG("r08_04_one_success_before_the_length"):
    early, late = make(1), make.override(task_id="late")([1, 2])
    EmptyOperator(task_id="between") << early
    early >> EmptyOperator(task_id="wait") >> BashOperator(task_id="wait_more", bash_command="true") >> late
    early >> show.override(trigger_rule="one_success").expand(x=late)

with DAG("r08_04_one_done_before_the_length"):
    early, late = make("fail"), make.override(task_id="late", trigger_rule="all_done")([1, 2])
    early >> BashOperator(task_id="wait", bash_command="true", trigger_rule="all_done") >> late
    early >> show.override(trigger_rule="one_done").expand(x=late)

with DAG("r08_05_none_failed_and_all_done"):
    empty = show.expand(x=make([]))
    for rule in ("all_success", "none_failed", "all_done", "one_success", "none_skipped"):
        collect.override(task_id=rule, trigger_rule=rule)(empty)

with DAG("r08_05_over_a_literal"):
    empty = show.expand(x=[])
    collect.override(task_id="all_done", trigger_rule="all_done")(empty)
    collect.override(task_id="none_failed", trigger_rule="none_failed")(empty.map(lambda x: x))
