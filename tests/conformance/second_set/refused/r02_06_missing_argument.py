from airflow.sdk import DAG, task, task_group

with DAG("r02_06_missing_argument"):

    @task
    def pair(a, b):
        return [a, b]

    pair.expand(a=[1, 2])
