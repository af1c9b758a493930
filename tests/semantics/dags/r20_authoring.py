"""The authoring API: decorators, operator classes, order, groups, default arguments."""

import functools
import time
from datetime import UTC, datetime, timedelta

from fanjet import (
    DAG,
    BaseBranchOperator,
    BaseOperator,
    BaseSensorOperator,
    BashOperator,
    EmptyOperator,
    Label,
    PokeReturnValue,
    PythonOperator,
    TaskGroup,
    chain,
    chain_linear,
    cross_downstream,
    current_dag,
    dag,
    get_current_context,
    task,
    task_group,
)


@task(trigger_rule="all_done")
def seen(ti, dag):
    """The tasks right before this one."""
    return sorted(ti.task.upstream_task_ids)


@dag
def r20_order():
    """``>>``, ``<<``, lists, chain, chain_linear, cross_downstream and Label draw the edges that they say.

    Outcome:
    a, b, c            []
    d                  ["a"]
    e                  ["a"]
    f                  ["d", "e"]
    g                  ["f"]
    h                  ["a", "b"]
    i                  ["a", "b"]
    j                  ["h"]
    k                  ["i"]
    l                  ["j", "k"]
    m                  ["j", "k"]
    n                  ["l", "m"]
    o                  ["n"]
    labels             [["f", "g", "on to g"], ["n", "o", "the end"]]
    """
    t = {name: seen.override(task_id=name)() for name in "abcdefghijklmno"}
    t["a"] >> [t["d"], t["e"]] >> t["f"]
    t["g"] << Label("on to g") << t["f"]
    cross_downstream([t["a"], t["b"]], [t["h"], t["i"]])
    chain([t["h"], t["i"]], [t["j"], t["k"]])
    chain_linear([t["j"], t["k"]], [t["l"], t["m"]], t["n"])
    t["n"] >> Label("the end") >> t["o"]

    @task
    def labels(dag):
        return sorted([*edge, text] for edge, text in dag.edge_labels.items())

    labels()


@dag
def r20_groups():
    """Groups prefix what is inside, nest, may leave the prefix out, and stand in edges as a whole.

    Outcome:
    start              []
    first.a            ["start"]
    first.inner.b      ["first.a"]
    first.inner.c      ["first.a"]
    bare               ["first.inner.b", "first.inner.c"]
    decorated.d        ["bare"]
    decorated__1.d     ["bare"]
    end                ["decorated.d", "decorated__1.d"]
    """
    start, end = seen.override(task_id="start")(), seen.override(task_id="end")()
    with TaskGroup("first") as first:
        a = seen.override(task_id="a")()
        with TaskGroup("inner") as inner:
            seen.override(task_id="b")()
            seen.override(task_id="c")()
        a >> inner
    with TaskGroup("no_prefix", prefix_group_id=False) as no_prefix:
        seen.override(task_id="bare")()

    @task_group
    def decorated():
        seen.override(task_id="d")()

    start >> first >> no_prefix >> [decorated(), decorated()] >> end


@dag(default_args={"retries": 2, "retry_delay": 0.01, "owner": "everyone", "map_index_template": "of the DAG"})
def r20_default_args():
    """Arguments for all tasks; a group's win over the DAG's, a task's own over both.

    Outcome:
    plain              [2, "everyone"]   | label of the DAG
    own                [0, "me"]         | label of the DAG
    group.inside       [1, "everyone"]   | label of the DAG
    group.mapped[0]    [1, "everyone"]   | label of the DAG
    bash               "b"               | label of the DAG
    tried              "at last"         | label of the DAG | try 3
    """

    @task
    def show(ti):
        return [ti.task.retries, ti.task.owner]

    @task
    def mapped(x, ti):
        return [ti.task.retries, ti.task.owner]

    @task
    def tried(ti):
        if ti.try_number < 3:
            raise ValueError("not yet")
        return "at last"

    show.override(task_id="plain")()
    show.override(task_id="own", retries=0, owner="me")()
    with TaskGroup("group", default_args={"retries": 1}):
        show.override(task_id="inside")()
        mapped.expand(x=[1])
    BashOperator(task_id="bash", bash_command="echo b")
    tried()


class Times(BaseOperator):
    """An operator of a DAG file, with a template and a hook before and after."""

    template_fields = ("text",)

    def __init__(self, *, text, times=2, **options):
        super().__init__(**options)
        self.text = text
        self.times = times

    def pre_execute(self, context):
        context["mark"] = "!"

    def execute(self, context):
        return self.text * self.times + context["mark"]


class Choose(BaseBranchOperator):
    def choose_branch(self, context):
        return "chosen"


class Third(BaseSensorOperator):
    def poke(self, context):
        self.pokes = getattr(self, "pokes", 0) + 1
        return PokeReturnValue(self.pokes == 3, self.pokes)


OUTCOMES = {
    "r20_operator_classes": """
        times              "r20_operator_classesr20_operator_classes!"
        mapped[0]          "aaa!"
        mapped[1]          "bbb!"
        choose             success
        chosen             "c"
        not_chosen         skipped
        third              3
        python             [1, 2, "python"]
        empty              success | try 0
        by_output          "c!"
    """,
}

with DAG("r20_operator_classes"):
    Times(task_id="times", text="{{ dag.dag_id }}")
    Times.partial(task_id="mapped", times=3).expand(text=["a", "b"])
    chosen = PythonOperator(task_id="chosen", python_callable=lambda: "c")
    not_chosen = PythonOperator(task_id="not_chosen", python_callable=lambda: "n")
    Choose(task_id="choose") >> [chosen, not_chosen]
    Third(task_id="third", poke_interval=0.01)
    PythonOperator(
        task_id="python",
        python_callable=lambda a, b, ti: [a, b, ti.task_id],
        op_args=[1],
        op_kwargs={"b": 2},
    )
    EmptyOperator(task_id="empty")
    Times(task_id="by_output", text=chosen.output, times=1)


@dag
def r20_context_injection(size=3):
    """The context comes by the names of parameters, as `**kwargs`, and from get_current_context(); partials work too.

    Outcome:
    by_name            ["by_name", "2026-01-31", "r20_context_injection", 1]
    by_kwargs          ["by_kwargs", true]
    current            "current"
    default            ["given", null]
    bound              [1, 2]
    size               3
    here               true
    """

    @task
    def by_name(ti, ds, dag, try_number=None):
        return [ti.task_id, ds, dag.dag_id, try_number]

    @task
    def by_kwargs(**context):
        return [context["task"].task_id, "logical_date" in context]

    @task
    def current():
        return get_current_context()["ti"].task_id

    @task
    def default(value="given", other=None):
        return [value, other]

    @task(task_id="size")
    def show_size(value):
        return value

    for make in (by_name, by_kwargs, current, default):
        make()
    PythonOperator(task_id="bound", python_callable=functools.partial(lambda a, b: [a, b], 1), op_args=[2])
    show_size(size)
    show_size.override(task_id="here")(current_dag().dag_id == "r20_context_injection")


@dag
def r20_time_limits():
    """A try that takes longer than its `execution_timeout` fails and may be tried again.

    Outcome:
    run: failed
    slow[0]            0
    slow[1]            failed
    slow_once          "in time" | try 2
    bash               failed
    """

    @task(execution_timeout=timedelta(seconds=0.2))
    def slow(x):
        time.sleep(x)
        return x

    @task(execution_timeout=0.3, retries=1, retry_delay=0.01)
    def slow_once(ti):
        time.sleep(5 if ti.try_number == 1 else 0)
        return "in time"

    slow.expand(x=[0, 5])
    slow_once()
    BashOperator(task_id="bash", bash_command="sleep 5", execution_timeout=0.2)


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    tags=["t"],
    description="d",
    max_active_runs=1,
)
def r20_scheduling_arguments():
    """What says when a DAG runs is read; the DAG runs by hand all the same.

    Outcome:
    interval           ["2026-01-31", "2026-01-31T10:00:00+00:00"]
    """

    @task
    def interval(ds, logical_date):
        return [ds, logical_date.isoformat()]

    interval()


for make in (
    r20_order,
    r20_groups,
    r20_default_args,
    r20_context_injection,
    r20_time_limits,
    r20_scheduling_arguments,
):
    make()
