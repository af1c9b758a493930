from airflow.sdk import DAG, task, task_group

with DAG("r06_07_a_key_in_a_literal_list"):

    @task
    def make():
        return {"k": [1, 2]}

    @task
    def show(x):
        return x

    show.expand(x=[make()["k"], 3])
