"""Parameters; this file runs with ``--params '{"who": "you"}' --conf '{"depth": 2}'``."""

from fanjet import BashOperator, Param, dag, task


@dag(params={"who": "world", "size": Param(3, type="integer", minimum=1), "rows": [1, 2]})
def r22_params():
    """Given values win over defaults; in templates, by name, mapped.

    Outcome:
    say          "hello you"
    seen         ["you", 3, [1, 2], {"depth": 2}, "conf 2"]
    own          ["you", "task default", 3]
    mapped[0]    "0 of you"
    mapped[1]    "1 of you"
    """
    BashOperator(task_id="say", bash_command="echo hello {{ params.who }}")

    @task
    def seen(params, dag_run, text):
        return [params["who"], params["size"], params["rows"], dag_run.conf, text]

    @task(params={"own": "task default"})
    def own(params):
        return [params["who"], params["own"], params["size"]]

    @task
    def mapped(text):
        return text

    seen(text="conf {{ dag_run.conf.depth }}")
    own()
    mapped.expand(text=["{{ ti.map_index }} of {{ params.who }}", "{{ ti.map_index }} of {{ params['who'] }}"])


@dag
def r22_arguments_of_the_dag(who="nobody", size=1):
    """Parameters of a @dag function are parameters of the DAG.

    Outcome:
    show         ["you", 1]
    say          "you"
    """

    @task
    def show(who, size):
        return [who, size]

    show(who, size)
    BashOperator(task_id="say", bash_command="echo {{ params.who }}")


r22_params()
r22_arguments_of_the_dag()
