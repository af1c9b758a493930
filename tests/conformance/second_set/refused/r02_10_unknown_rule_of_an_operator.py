from airflow.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("r02_10_unknown_rule_of_an_operator"):
    BashOperator.partial(task_id="bash", trigger_rule="rarely").expand(bash_command=["true"])
