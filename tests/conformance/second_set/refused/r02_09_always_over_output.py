from airflow.sdk import DAG, task, task_group

with DAG("r02_09_always_over_output"):

    @task
    def make():
        return [1]

    @task(trigger_rule="always")
    def show(x):
        return x

    show.expand(x=make())
