from airflow.sdk import DAG, task, task_group

with DAG("r10_05_iterating_over_the_argument"):

    @task
    def show(x):
        return x

    @task_group
    def group(x):
        for one in x:
            show(one)

    group.expand(x=[[1, 2]])
