from airflow.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("r02_08_retries"):
    BashOperator.partial(task_id="bash", bash_command="true", retries=1).expand(retries=[1, 2])
