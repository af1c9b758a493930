from airflow.sdk import DAG, task, task_group

with DAG("r02_09_always_in_a_linked_group"):

    @task(trigger_rule="always")
    def show(x):
        return x

    @task
    def after():
        return 1

    @task_group
    def group(x):
        show(x)

    group.expand(x=[1, 2]) >> after()
