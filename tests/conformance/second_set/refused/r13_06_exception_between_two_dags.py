from airflow.sdk import DAG, task, task_group

with DAG("r13_06_first"):

    @task
    def show(x):
        return x

    show.expand(x=[1, 2])

raise RuntimeError("as asked")

with DAG("r13_06_second"):
    show(1)
