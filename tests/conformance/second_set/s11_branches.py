"""Branches and short circuits."""

from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, ShortCircuitOperator
from airflow.sdk import DAG, task, task_group


@task
def show(x):
    return x


@task
def make(what):
    return what


@task.branch
def choose(what):
    return what


with DAG("r11_01_mapped_tasks_not_chosen"):
    items = make([1, 2])
    chosen = choose("literal_a")
    chosen >> [
        show.override(task_id="literal_a").expand(x=[1, 2]),
        show.override(task_id="literal_b").expand(x=[1, 2]),
        show.override(task_id="results").expand(x=items),
    ]

with DAG("r11_01_groups_can_be_chosen"):

    @task_group
    def group(x):
        return show(show(x))

    choose("one") >> [group.override(group_id="one").expand(x=[1, 2]), group.override(group_id="two").expand(x=[1, 2])]

with DAG("r11_01_a_task_of_a_group"):

    @task_group
    def group(x):
        show.override(task_id="a")(x)
        show.override(task_id="b")(x)

    choose("group.a") >> group.expand(x=[1, 2])

with DAG("r11_01_downstream_of_the_chosen_one"):
    a, b, join = show.override(task_id="a")(1), show.override(task_id="b")(2), EmptyOperator(task_id="join")
    BranchPythonOperator(task_id="branch", python_callable=lambda: ["a"]) >> [a, b, join]
    [a, b] >> EmptyOperator(task_id="joined", trigger_rule="none_failed_min_one_success")
    a >> join

with DAG("r11_01_an_unknown_target"):
    choose("nobody") >> show(1)

with DAG("r11_02_everything_downstream"):
    stop = ShortCircuitOperator(task_id="stop", python_callable=lambda: False)
    stop >> show.expand(x=[1, 2]) >> EmptyOperator(task_id="last", trigger_rule="all_done")
    show(3) >> EmptyOperator(task_id="free")

with DAG("r11_02_only_the_next"):

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def stop():
        return False

    stop() >> show.expand(x=[1, 2]) >> EmptyOperator(task_id="last", trigger_rule="all_done")

with DAG("r11_02_goes_on"):

    @task.short_circuit
    def go_on():
        return [1]

    show.expand(x=make([1, 2])) << go_on()

with DAG("r11_03_a_branch_in_a_mapped_group"):

    @task_group
    def group(x):
        choose(x) >> [EmptyOperator(task_id="a"), EmptyOperator(task_id="b")]

    group.expand(x=["group.a", "group.b"])

with DAG("r11_03_a_short_circuit_in_a_mapped_group"):

    @task.short_circuit
    def check(x):
        return x

    @task_group
    def group(x):
        check(x) >> show(x)

    group.expand(x=[True, False])

with DAG("r11_03_a_branch_around_mapped_groups"):

    @task_group
    def group(x):
        return show(x)

    choose("last") >> [group.expand(x=make([1, 2])), EmptyOperator(task_id="last")]

with DAG("r11_04_a_mapped_branch_operator"):
    BranchPythonOperator.partial(task_id="branch", python_callable=lambda to: to).expand(op_args=[["a"], ["b"]]) >> [
        show.override(task_id="a").expand(x=[1, 2]),
        show.override(task_id="b").expand(x=[1, 2]),
    ]

with DAG("r11_04_a_mapped_short_circuit_operator"):
    ShortCircuitOperator.partial(
        task_id="check", python_callable=lambda to: to, ignore_downstream_trigger_rules=False
    ).expand(op_args=[[True], [False]]) >> show.override(task_id="next").expand(x=[1, 2])

with DAG("r11_04_decorated_forms"):
    choose.override(task_id="branch").expand(what=["a", "b"]) >> [
        show.override(task_id="a").expand(x=[1, 2]),
        show.override(task_id="b").expand(x=[1, 2]),
    ]

with DAG("r11_04_no_say_over_unmapped_tasks"):
    BranchPythonOperator.partial(task_id="branch", python_callable=lambda to: to).expand(op_args=[["a"], ["a"]]) >> [
        EmptyOperator(task_id="a"),
        EmptyOperator(task_id="b"),
    ]
