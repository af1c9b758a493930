from airflow.sdk import DAG, task, task_group

with DAG("r02_07_taskflow_same_argument"):

    @task
    def show(x):
        return x

    show.partial(x=1).expand(x=[2, 3])
