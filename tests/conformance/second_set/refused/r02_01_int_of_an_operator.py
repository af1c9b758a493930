from airflow.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("r02_01_int_of_an_operator"):
    BashOperator.partial(task_id="bash").expand(bash_command=7)
