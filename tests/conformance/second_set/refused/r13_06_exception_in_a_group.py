from airflow.sdk import DAG, task, task_group

with DAG("r13_06_exception_in_a_group"):

    @task
    def show(x):
        return x

    @task_group
    def group(x):
        show(x)
        raise KeyError("as asked")

    group.expand(x=[1, 2])
