from airflow.sdk import DAG, task, task_group

with DAG("r02_10_unknown_rule"):

    @task(trigger_rule="sometimes")
    def show(x):
        return x

    show.expand(x=[1, 2])
