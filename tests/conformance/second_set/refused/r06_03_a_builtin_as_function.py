from airflow.sdk import DAG, task, task_group

with DAG("r06_03_a_builtin_as_function"):

    @task
    def make():
        return [1]

    @task
    def show(x):
        return x

    show.expand(x=make().map(str))
