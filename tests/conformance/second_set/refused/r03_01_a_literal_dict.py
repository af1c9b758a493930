from airflow.sdk import DAG, task, task_group

with DAG("r03_01_a_literal_dict"):

    @task
    def show(x):
        return x

    show.expand_kwargs({"x": 1})
