"""What is rendered, and what is not."""

from airflow.models import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.sdk import task, task_group


@task
def show(x):
    return x


@task
def make(what):
    return what


@task
def templates():
    return ["{{ ds }}", "plain"]


@task
def commands():
    return ["echo '{{ ds }}'", "echo b"]


@task
def dicts():
    return [{"bash_command": "echo '{{ ds }}'"}]


with DAG("r04_01_mapped_literals"):
    BashOperator.partial(task_id="bash").expand(bash_command=["echo {{ ds }}", "echo {{ macros.ds_add(ds, 1) }}"])
    show.expand(x=["{{ ds }}", ["{{ ti.task_id }}"], {"k": "{{ ti.map_index }}"}, 7])
    PythonOperator.partial(task_id="python", python_callable=str.upper).expand(
        op_args=[["{{ ds }}b"], ["{{ dag.dag_id }}"]]
    )

with DAG("r04_01_partial_arguments"):
    BashOperator.partial(task_id="bash", bash_command="echo {{ ti.map_index }} $V").expand(
        env=[{"V": "{{ ds_nodash }}"}, {"V": "b"}]
    )

    @task
    def both(a, b):
        return [a, b]

    both.partial(a="{{ ds }}/{{ ti.map_index }}").expand(b=[1, 2])

with DAG("r04_02_values_from_upstream"):
    show.expand(x=templates())
    BashOperator.partial(task_id="bash").expand(bash_command=commands())

with DAG("r04_02_arguments_of_groups"):

    @task_group
    def group(x):
        show(x)
        BashOperator(task_id="bash", bash_command=x)

    group.expand(x=["echo '{{ ds }}'"])
    group.expand(x=commands())

with DAG("r04_03_dicts_from_upstream_without_templates"):
    BashOperator.partial(task_id="bash").expand_kwargs(make([{"bash_command": "echo a"}, {"bash_command": "echo {b}"}]))
    show.expand_kwargs(make([{"x": "{ds}"}, {"x": 2}]))

with DAG("r04_03_templates_in_dicts_from_upstream"):
    BashOperator.partial(task_id="bash").expand_kwargs(dicts())

with DAG("r04_03_literal_dicts_are_templates"):
    show.expand_kwargs([{"x": "{{ ds }}"}, {"x": ["{{ ti.map_index }}"]}])

with DAG("r04_04_undefined_variables"):
    show.expand(x=["{{ nothing_of_the_kind }}", "{{ ds }}"])
    BashOperator(task_id="bash", bash_command="echo {{ nor_this }}")

with DAG("r04_04_native_rendering", render_template_as_native_obj=True):
    show.expand(x=["{{ [1, 2] }}", "{{ 3 + 4 }}", "{{ ti.map_index }}", "{{ {'a': 1} }}", "{{ ds }}"])
    show("{{ ti.xcom_pull(task_ids='make') }}") << make({"k": [1]})
