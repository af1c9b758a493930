"""What expand() maps over; written as for Airflow 2."""

import pendulum
from airflow import DAG
from airflow.decorators import task
from airflow.exceptions import AirflowException, AirflowSkipException
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

ARGUMENTS = {"start_date": pendulum.datetime(2025, 1, 1, tz="UTC"), "schedule": None, "catchup": False}


@task
def show(x):
    return [type(x).__name__, x]


@task
def pair(a, b):
    return f"{a}{b}"


@task
def triple(a, b, c):
    return f"{a}{b}{c}"


@task
def make(what):
    return what


with DAG("r02_01_list_tuple_and_dict", **ARGUMENTS):
    show.expand(x=[1, "a", None])
    show.expand(x=(1, 2))
    show.expand(x={"k": 1, "l": 2})
    show.expand(x=make([7]))

with DAG("r02_01_classic_operators", **ARGUMENTS):
    BashOperator.partial(task_id="literal").expand(bash_command=("echo 1", "echo 2"))
    BashOperator.partial(task_id="results").expand(bash_command=make(["echo 3"]))
    PythonOperator.partial(task_id="python", python_callable=len).expand(op_args=[["ab"], [[1, 2, 3]]])

with DAG("r02_02_only_the_outermost_level", **ARGUMENTS):
    show.expand(x=[[1, 2], [3], []])
    show.expand(x=make([[1, [2]], []]))

with DAG("r02_02_values_of_dicts_stay_whole", **ARGUMENTS):
    show.expand(x={"a": [1, 2], "b": {"c": 3}})
    show.expand(x=[{"a": [1]}, {}])

with DAG("r02_03_literal_dict_in_its_order", **ARGUMENTS):
    show.expand(x={"zz": 1, "a": 2, "m": 3})
    show.expand(x={3: "c", 1: "a"})

with DAG("r02_03_dict_from_a_task", **ARGUMENTS):
    show.expand(x=make({"a": 1, "b": [2], "c": None}))
    show.expand(x=make({1: "one", 2: "two"}))

with DAG("r02_04_last_keyword_fastest", **ARGUMENTS):
    pair.expand(a=[1, 2], b="xy".split() + ["z"])
    pair.expand(b=["x", "y"], a=[1, 2, 3])
    triple.partial(b="-").expand(c=[1, 2], a=["p", "q"])

with DAG("r02_04_product_of_results_and_literals", **ARGUMENTS):
    source = make([1, 2])
    pair.expand(a=source, b=["x", "y"])
    pair.expand(a=source, b=source)
    triple.expand(b=[1], c=make({"k": 1, "l": 2}), a=[2, 3])

with DAG("r02_04_a_factor_of_length_zero", **ARGUMENTS):
    pair.expand(a=[1, 2], b=[])
    pair.expand(a=[1, 2], b=make([]))

with DAG("r02_05_outputs_inside_a_literal_list", **ARGUMENTS):
    show.expand(x=[1, make([2, 3]), [make(4), 5]])

with DAG("r02_05_outputs_inside_a_literal_dict", **ARGUMENTS):
    mapped = make.expand(what=[1, 2])
    show.expand(x={"a": make("A"), "b": {"deep": make({"c": 1})}})

    @task
    def size(x):
        return [len(x[0]), list(x[0])]

    size.expand(x=[[mapped], [mapped]])

with DAG("r02_06_missing_in_some_dicts", **ARGUMENTS):
    pair.expand_kwargs(make([{"a": 1, "b": 2}, {"a": 1}, {"b": 2}]))

with DAG("r02_06_unknown_only_at_run_time", **ARGUMENTS):

    def together(*, left, right=0, **rest):
        return [left, right, "other" in rest, "ti" in rest]

    PythonOperator.partial(task_id="call", python_callable=together).expand(
        op_kwargs=[{"left": 1}, {"right": 1}, {"left": 1, "right": 2, "other": 3}]
    )

with DAG("r02_08_other_arguments_in_partial", **ARGUMENTS):
    BashOperator.partial(task_id="counted", retries=1, retry_delay=pendulum.duration(seconds=0)).expand(
        bash_command=["echo {{ ti.try_number }}", "test {{ ti.try_number }} = 2"]
    )

with DAG("r02_09_always_over_a_literal", **ARGUMENTS):

    @task
    def fail():
        raise AirflowException("as asked")

    fail() >> show.override(trigger_rule="always").expand(x=[1, 2])

with DAG("r02_11_long_literal_after_a_skip", **ARGUMENTS):

    @task
    def skip():
        raise AirflowSkipException("as asked")

    skip() >> show.expand(x=list(range(1100)))

with DAG("r02_11_long_product_after_a_failure", **ARGUMENTS):

    @task
    def failing():
        raise AirflowException("as asked")

    failing() >> pair.expand(a=list(range(33)), b=list(range(33)))
