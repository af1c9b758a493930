from airflow.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("r02_08_pool"):
    BashOperator.partial(task_id="bash", bash_command="true", pool="default_pool").expand(pool=["a", "b"])
