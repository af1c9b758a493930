from airflow.sdk import DAG, task, task_group

with DAG("r02_07_two_partials"):

    @task
    def pair(a, b):
        return [a, b]

    pair.partial(a=1).partial(a=2).expand(b=[1])
