from airflow.sdk import DAG, task, teardown

with DAG("r12_03_a_teardown_called_twice"):

    @teardown
    def delete(what):
        return what

    @task
    def work():
        return 1

    work() >> delete("a")
    work() >> delete("b")
