from airflow.sdk import DAG, task, task_group

with DAG("r10_05_group_over_a_groups_argument"):

    @task
    def show(x):
        return x

    @task_group
    def inner(y):
        show(y)

    @task_group
    def outer(x):
        inner.expand(y=x)

    outer.expand(x=[[1, 2], [3]])
