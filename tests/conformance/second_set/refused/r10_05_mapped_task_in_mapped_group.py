from airflow.sdk import DAG, task, task_group

with DAG("r10_05_mapped_task_in_mapped_group"):

    @task
    def show(x):
        return x

    @task_group
    def group(x):
        show.expand(x=[1, 2])

    group.expand(x=["a"])
