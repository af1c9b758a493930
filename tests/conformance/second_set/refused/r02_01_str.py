from airflow.sdk import DAG, task, task_group

with DAG("r02_01_str"):

    @task
    def show(x):
        return x

    show.expand(x="abc")
