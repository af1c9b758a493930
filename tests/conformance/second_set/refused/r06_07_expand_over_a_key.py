from airflow.sdk import DAG, task, task_group

with DAG("r06_07_expand_over_a_key"):

    @task
    def make():
        return {"k": [1, 2]}

    @task
    def show(x):
        return x

    show.expand(x=make()["k"])
