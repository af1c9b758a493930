from airflow.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("r03_02_strict_literal"):
    BashOperator.partial(task_id="bash", bash_command="echo p").expand_kwargs(
        [{"bash_command": "echo m"}, {"env": {"A": "b"}}]
    )
