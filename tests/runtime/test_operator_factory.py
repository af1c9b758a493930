"""``.map(f)`` where `f` makes operators: a mapped task that runs them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from fanjet import DAG, BashOperator, EmptyOperator, SkipException, items, task, task_group
from fanjet.authoring.operator_factory import find_maker
from fanjet.errors import DagError
from fanjet.testing import run_dag


def say(item):
    return BashOperator(task_id=f"say_{item}", bash_command=f"echo {item} of {{{{ dag.dag_id }}}}")


@task
def double(x):
    return 2 * x


@task
def collect(values):
    return list(values)


@task
def source():
    return ["a", "b"]


def test_each_instance_runs_the_operator_made_of_its_item_and_its_result_goes_downstream():
    with DAG("d") as dag:
        collect(source().map(say))
    result = run_dag(dag)
    assert result["say"].values == ["a of d", "b of d"]
    assert result["say"].labels == ["say_a", "say_b"]
    assert result["collect"].value == ["a of d", "b of d"]


def test_a_lambda_has_the_name_of_what_it_calls():
    with DAG("d") as dag:
        source().map(lambda item: say(item))  # noqa: PLW0108 - the lambda is what is tested
        items([1, 2]).map(lambda x: double(x))  # noqa: PLW0108 - a task is no plain function
        source().map(partial(lambda prefix, item: BashOperator(task_id=item, bash_command="true"), "p"))
    assert {task.task_id for task in dag.tasks} == {"source", "say", "double", "source__1", "BashOperator"}
    assert run_dag(dag)["double"].values == [2, 4]


def test_a_second_use_gets_a_suffix_and_a_group_a_prefix():
    @task_group
    def group(x):
        return items([x, x]).map(lambda each: double(each))  # noqa: PLW0108 - as above

    with DAG("d") as dag:
        items([1]).map(double_it)
        items([1]).map(double_it)
        collect(group.expand(x=[1, 2]))
    result = run_dag(dag)
    assert {"double_it", "double_it__1", "group.double"} <= {task.task_id for task in dag.tasks}
    assert [list(inner) for inner in result["collect"].value] == [[2, 2], [4, 4]]


def double_it(x):
    return double(x)


def test_functions_that_make_no_operators_stay_with_the_value():
    def plus(x):
        return x + 1

    with DAG("d") as dag:
        collect(items([1, 2]).map(plus).map(str))
    assert [task.task_id for task in dag.tasks] == ["collect"]
    assert run_dag(dag)["collect"].value == ["2", "3"]


def test_the_return_annotation_names_the_maker():
    def build(x) -> BashOperator:
        return globals()["say"](x)

    assert find_maker(build) == "build"
    assert find_maker(len) is None
    assert find_maker(lambda x: EmptyOperator(task_id=x)) == "EmptyOperator"


def test_something_else_than_an_operator_fails_the_instance_with_what_to_do():
    def some(item):
        return say(item) if item == "a" else 5

    with DAG("d") as dag:
        source().map(some)
    result = run_dag(dag)
    assert result["some"].states == ["success", "failed"]
    assert "made a value of type int" in str(result["some"][1].error)
    assert "return an operator" in str(result["some"][1].error)


def test_a_skip_in_the_function_skips_the_instance():
    def some(item):
        if item == "a":
            raise SkipException("not this one")
        return say(item)

    with DAG("d") as dag:
        source().map(some)
    assert run_dag(dag)["some"].states == ["skipped", "success"]


def test_options_that_come_too_late_are_told():
    def patient(item):
        return BashOperator(task_id=item, bash_command="true", retries=3, retry_delay=timedelta(0))

    with DAG("d") as dag:
        source().map(patient)
    assert "retries, retry_delay, too late to have an effect" in run_dag(dag)["patient"][0].output


def test_retries_come_from_the_default_args():
    tries = []

    def flaky(item):
        tries.append(item)
        if len(tries) == 1:
            raise ValueError("not yet")
        return say(item)

    with DAG("d", default_args={"retries": 1, "retry_delay": timedelta(hours=1)}) as dag:
        items(["a"]).map(flaky)
    assert run_dag(dag)["flaky"].states == ["success"]
    assert tries == ["a", "a"]


def test_outputs_that_the_task_does_not_wait_for_are_refused():
    with DAG("d") as dag:
        other = source()
        items(["a"]).map(lambda item: BashOperator(task_id=item, bash_command=other))
    error = run_dag(dag)["BashOperator"][0].error
    assert "does not wait" in str(error)


def test_outside_of_a_dag_there_is_no_task():
    with pytest.raises(DagError, match="outside of a DAG"):
        items([1]).map(double_it)


@pytest.mark.parametrize("wrong", [5, "text", None])
def test_items_takes_collections(wrong):
    with pytest.raises(DagError):
        items(wrong)
