from airflow.sdk import DAG, task, task_group

with DAG("r13_03_fail_fast_with_another_rule", fail_fast=True):

    @task(trigger_rule="all_done")
    def show(x):
        return x

    show.expand(x=[1, 2])
