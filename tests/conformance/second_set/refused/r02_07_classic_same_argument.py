from airflow.operators.python import PythonOperator
from airflow.sdk import DAG

with DAG("r02_07_classic_same_argument"):
    PythonOperator.partial(task_id="call", python_callable=len, op_args=["a"]).expand(op_args=[["b"]])
