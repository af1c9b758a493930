"""expand_kwargs()."""

from airflow.decorators import dag, task
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator


@task
def pair(a, b):
    return [a, b]


@task
def make(what):
    return what


@dag(schedule=None)
def r03_01_dict_and_partial():
    pair.expand_kwargs([{"a": 1, "b": 2}, {"b": 3, "a": 4}])
    pair.partial(a="p").expand_kwargs([{"b": 1}, {"b": [2]}])
    pair.partial(b="p").expand_kwargs(make([{"a": 1}, {"a": 2}]))


@dag(schedule=None)
def r03_01_missing_and_unknown_keys():
    pair.expand_kwargs(make([{"a": 1}, {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2}, {}]))
    BashOperator.partial(task_id="bash").expand_kwargs(
        make([{"bash_command": "echo $V", "env": {"V": "1"}}, {"bash_command": "echo 2", "bogus": 1}])
    )


@dag(schedule=None)
def r03_02_strict_refuses_a_key_of_partial():
    pair.partial(a=0).expand_kwargs(make([{"b": 1}, {"a": 9, "b": 2}]))


@dag(schedule=None)
def r03_02_not_strict_takes_the_mapped_value():
    BashOperator.partial(task_id="loose", env={"V": "partial"}).expand_kwargs(
        make([{"bash_command": "echo $V"}, {"bash_command": "echo $V", "env": {"V": "mapped"}}]), strict=False
    )
    BashOperator.partial(task_id="strict", env={"V": "partial"}).expand_kwargs(
        make([{"bash_command": "echo $V"}, {"bash_command": "echo $V", "env": {"V": "mapped"}}])
    )


@dag(schedule=None)
def r03_03_elements_that_are_outputs():
    pair.expand_kwargs([{"a": 1, "b": 2}, make({"a": 3, "b": 4})])


@dag(schedule=None)
def r03_03_outputs_deep_in_a_value():
    pair.partial(a=0).expand_kwargs([{"b": [make(5)]}, {"b": {"k": make(6)}}])


@dag(schedule=None)
def r03_03_output_as_a_value():
    @task
    def kind(a):
        return type(a).__name__

    kind.expand_kwargs([{"a": make(5)}, {"a": 6}])


@dag(schedule=None)
def r03_04_a_dict_as_the_source():
    pair.expand_kwargs(make({"a": 1, "b": 2}))


@dag(schedule=None)
def r03_04_elements_of_other_kinds():
    pair.expand_kwargs(make([{"a": 1, "b": 2}, 7, None, ["a", "b"], "ab"]))


@dag(schedule=None)
def r03_05_a_task_id_in_a_dict():
    BashOperator.partial(task_id="named").expand_kwargs(
        make([{"bash_command": "echo 1"}, {"bash_command": "echo 2", "task_id": "other"}])
    )


@dag(schedule=None)
def r03_05_a_context_name_in_a_dict():
    def say(word, **context):
        return [word, context["ds"]]

    PythonOperator.partial(task_id="operator", python_callable=say).expand_kwargs(
        [{"op_kwargs": {"word": "a"}}, {"op_kwargs": {"word": "b"}}]
    )

    @task
    def date(ds):
        return ds

    date.expand_kwargs(make([{}, {"ds": "mine"}]))


r03_01_dict_and_partial()
r03_01_missing_and_unknown_keys()
r03_02_strict_refuses_a_key_of_partial()
r03_02_not_strict_takes_the_mapped_value()
r03_03_elements_that_are_outputs()
r03_03_outputs_deep_in_a_value()
r03_03_output_as_a_value()
r03_04_a_dict_as_the_source()
r03_04_elements_of_other_kinds()
r03_05_a_task_id_in_a_dict()
r03_05_a_context_name_in_a_dict()
