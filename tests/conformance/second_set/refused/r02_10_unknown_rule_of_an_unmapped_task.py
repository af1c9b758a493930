from airflow.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("r02_10_unknown_rule_of_an_unmapped_task"):
    BashOperator(task_id="bash", trigger_rule="rarely", bash_command="true")
