from airflow.sdk import DAG, task, task_group

with DAG("r02_07_group_same_argument"):

    @task
    def show(x):
        return x

    @task_group
    def group(x):
        show(x)

    group.partial(x=1).expand(x=[1, 2])
