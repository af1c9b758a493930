"""Instances, indexes and labels."""

from datetime import timedelta

from airflow.exceptions import AirflowException, AirflowSkipException
from airflow.operators.bash import BashOperator
from airflow.sdk import dag, get_current_context, task, task_group


@task
def work(x):
    return x


@task
def numbers():
    return [5, 6]


@task
def fail():
    raise AirflowException("as asked")


@task
def skip():
    raise AirflowSkipException("as asked")


@dag
def r01_01_unmapped_is_minus_one():
    @task
    def index():
        return get_current_context()["ti"].map_index

    @task
    def own(ti=None):
        return ti.map_index

    index() >> own()


@dag
def r01_01_mapped_counts_from_zero():
    @task
    def index(x, ti=None):
        return [x, ti.map_index]

    index.expand(x=["a", "b", "c"])
    index.override(task_id="over_results").expand(x=numbers())
    index.override(task_id="never").expand(x=skip())


@dag
def r01_02_literal_instances_after_a_failure():
    fail() >> work.expand(x=[1, 2, 3])


@dag
def r01_02_product_after_a_failure():
    @task
    def pair(a, b):
        return [a, b]

    fail() >> pair.expand(a=[1, 2], b=["x", "y"])


@dag
def r01_02_literal_instances_after_a_skip():
    skip() >> work.expand(x=[1, 2, 3]) >> work.override(task_id="more").expand(x=[1, 2])


@dag
def r01_02_output_map_that_never_runs():
    items = numbers()
    fail() >> work.override(task_id="after_fail").expand(x=items)
    skip() >> work.override(task_id="after_skip").expand(x=items)


@dag
def r01_03_map_index_in_templates():
    BashOperator(task_id="unmapped", bash_command="echo {{ ti.map_index }}")
    BashOperator.partial(task_id="mapped").expand(bash_command=["echo a{{ ti.map_index }}", "echo b{{ ti.map_index }}"])


@dag
def r01_03_expanded_ti_count_is_known():
    @task
    def count(x, **context):
        return context.get("expanded_ti_count")

    count.expand(x=[1, 2])


@dag
def r01_04_second_use_of_a_function():
    first = work(1)
    second = work.expand(x=[2, 3])
    [first, second] >> work(4)


@dag
def r01_04_second_use_of_a_group():
    @task_group
    def group(x):
        return work(work(x))

    group(1) >> group(2)
    group.expand(x=[3, 4])


@dag
def r01_05_label_from_arguments_and_context():
    @task(map_index_template="{{ task.op_kwargs['x'] }}")
    def by_argument(x):
        return x

    @task(map_index_template="{{ said }}")
    def by_context(x):
        get_current_context()["said"] = f"item {x}"
        return x

    by_argument.expand(x=["a", "b"])
    by_context.expand(x=[1, 2])


@dag
def r01_05_label_after_failure_and_skip():
    @task(map_index_template="{{ said }}")
    def act(x):
        get_current_context()["said"] = f"it was {x}"
        if x == "fail":
            raise AirflowException("as asked")
        if x == "skip":
            raise AirflowSkipException("as asked")
        return x

    act.expand(x=["fail", "skip", "ok"])


@dag
def r01_05_label_of_an_unmapped_task():
    @task(map_index_template="{{ ds }} {{ said }}")
    def work_it():
        get_current_context()["said"] = "alone"
        return 1

    work_it()


@dag
def r01_05_label_that_cannot_be_rendered():
    @task(map_index_template="{{ nobody_said_this }}", retries=0, retry_delay=timedelta(0))
    def plain(x):
        return x

    plain.expand(x=[1, 2])


r01_01_unmapped_is_minus_one()
r01_01_mapped_counts_from_zero()
r01_02_literal_instances_after_a_failure()
r01_02_product_after_a_failure()
r01_02_literal_instances_after_a_skip()
r01_02_output_map_that_never_runs()
r01_03_map_index_in_templates()
r01_03_expanded_ti_count_is_known()
r01_04_second_use_of_a_function()
r01_04_second_use_of_a_group()
r01_05_label_from_arguments_and_context()
r01_05_label_after_failure_and_skip()
r01_05_label_of_an_unmapped_task()
r01_05_label_that_cannot_be_rendered()
