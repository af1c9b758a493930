"""Results, and sequences of them."""

from airflow.models.dag import DAG
from airflow.models.xcom_arg import XComArg
from airflow.operators.bash import BashOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.sdk import task, task_group
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


@task
def act(x):
    if x == "fail":
        raise AirflowFailException("as asked")
    if x == "skip":
        raise AirflowSkipException("as asked")
    return x


@task(trigger_rule="all_done")
def collect(xs):
    return [len(xs), list(xs)]


@task
def make(what):
    return what


with DAG("r05_01_none_closes_up"):
    collect(act.expand(x=["a", None, "b", None]))

with DAG("r05_01_failures_and_skips_close_up"):
    collect(act.expand(x=["fail", 0, "skip", "", False, [], {}, [None]]))

with DAG("r05_01_no_push_no_value"):

    @task(do_xcom_push=False)
    def quiet(x):
        return x

    collect(quiet.expand(x=[1, 2]))
    collect(BashOperator.partial(task_id="silent", do_xcom_push=False).expand(bash_command=["echo 1"]).output)

with DAG("r05_02_reads_like_a_list"):

    @task
    def look(xs):
        return {
            "type": type(xs).__name__,
            "len": len(xs),
            "ends": [xs[0], xs[-1]],
            "slices": [xs[1:3], xs[:-1], xs[::2]],
            "reversed": list(reversed(xs)),
            "in": [30 in xs, 31 in xs],
            "bool": bool(xs),
            "index": xs.index(20),
            "count": xs.count(20),
            "equal": [xs == [10, 20, 30, 20], xs == [10]],
            "again": [sum(xs), sum(xs)],
        }

    look(act.expand(x=[10, 20, 30, 20]))

with DAG("r05_02_out_of_range"):

    @task
    def beyond(xs, at):
        return xs[at]

    values = act.expand(x=[1, None, 3])
    beyond.partial(xs=values).expand(at=[0, 1, 2, -2, -3])

with DAG("r05_02_inside_structures"):

    @task
    def deep(pieces):
        return [list(pieces["a"]), list(pieces["b"][0])]

    mapped = act.expand(x=[1, 2])
    deep({"a": mapped, "b": [mapped]})

    def keywords(xs, more):
        return [list(xs), [list(one) for one in more]]

    PythonOperator(task_id="operator", python_callable=keywords, op_kwargs={"xs": mapped, "more": [mapped, mapped]})

with DAG("r05_03_tuple_and_set"):

    @task
    def of_kind(kind):
        return {"tuple": (1, (2,)), "set": {1, 2}}[kind]

    @task
    def kinds(xs):
        return [f"{type(x).__name__} {sorted(map(str, x))}" for x in xs]

    kinds(of_kind.expand(kind=["tuple", "set"]))

with DAG("r05_03_what_cannot_be_stored"):

    @task
    def bad(x):
        return x if x < 2 else (n for n in [1])

    collect(bad.expand(x=[1, 2]))

with DAG("r05_04_values_close_up"):
    second = act.override(task_id="second").expand(x=act.expand(x=["a", None, ["b", "c"]]))
    act.override(task_id="third").expand(x=second)

with DAG("r05_04_waits_for_all_instances"):

    @task(trigger_rule="all_done")
    def anyway(x):
        return x

    anyway.expand(x=act.expand(x=["fail", "a", "skip", "b"]))

with DAG("r05_05_a_group_of_three"):

    @task_group
    def group(x):
        return act(act(x))

    @task
    def kind(xs):
        return xs if isinstance(xs, list) else list(xs)

    kind(group.expand(x=[1, 2, 3]))

with DAG("r05_05_a_group_of_one_and_of_none"):

    @task_group
    def group(x):
        return act(x)

    @task
    def seen(xs):
        return xs

    seen(group.expand(x=["only"]))
    seen(group.expand(x=make([None, None])))

with DAG("r05_06_a_task_between"):

    @task_group
    def group(x):
        return act(x)

    @task
    def as_list(xs):
        return list(xs)

    act.override(task_id="after").expand(x=as_list(group.expand(x=[1, 2])))

with DAG("r05_06_over_the_results_of_a_group"):

    @task_group
    def group(x):
        return act(x)

    act.override(task_id="after").expand(x=group.expand(x=[1, 2]))

with DAG("r05_07_values_from_outside_in_a_group"):
    outside = make({"k": [1, 2]})
    mapped = act.expand(x=[7, 8])

    @task
    def both(x, xs):
        return [x, xs if isinstance(xs, dict) else list(xs)]

    @task_group
    def group(x):
        both(x, outside)
        both(x, mapped)

    group.expand(x=["a", "b"])

with DAG("r05_07_a_group_read_in_another"):

    @task
    def both(x, xs):
        return [x, list(xs)]

    @task_group
    def first(x):
        return act(x)

    @task_group
    def second(x, xs):
        return both(x, xs)

    second.partial(xs=first.expand(x=[1, 2])).expand(x=["a", "b", "c"])

with DAG("r05_08_pull_by_index"):

    @task
    def pull(ti=None):
        return {
            "one": ti.xcom_pull(task_ids="act", map_indexes=1),
            "none": ti.xcom_pull(task_ids="act", map_indexes=2, default="d"),
            "several": list(ti.xcom_pull(task_ids="act", map_indexes=[2, 0, 1])),
            "unmapped": ti.xcom_pull(task_ids="act", map_indexes=None),
            "minus": ti.xcom_pull(task_ids="make", map_indexes=-1),
        }

    [act.expand(x=["a", "b", None]), make("m")] >> pull()

with DAG("r05_08_pull_all"):

    @task
    def pull(x, ti=None):
        return list(ti.xcom_pull(task_ids="act"))

    act.expand(x=["a", None, "c"]) >> pull.expand(x=[1, 2])

with DAG("r05_08_pull_of_one_value"):

    @task
    def pull(ti=None):
        return [
            ti.xcom_pull(task_ids="act"),
            ti.xcom_pull(task_ids="act__1", default="d"),
        ]

    [act.expand(x=["a"]), act.expand(x=[None])] >> pull()

with DAG("r05_09_a_branch_that_skipped"):
    BranchPythonOperator(task_id="branch", python_callable=lambda: "act") >> [act(1), make(2)]

with DAG("r05_09_a_branch_that_skipped_nothing"):

    @task.branch
    def branch():
        return ["act", "make"]

    branch() >> [act(1), make(2)]

with DAG("r05_09_short_circuits"):
    ShortCircuitOperator(task_id="go_on", python_callable=lambda: "yes") >> act(1)
    ShortCircuitOperator(task_id="stop", python_callable=lambda: []) >> act(2)

with DAG("r05_10_several_outputs_of_mapped_tasks"):

    @task(multiple_outputs=True)
    def made(x):
        return {"a": x, "b": [x, x]}

    @task
    def read(ones, wholes):
        return [list(ones), list(wholes)]

    result = made.expand(x=[1, 2, 3])
    read(result["b"], result)

with DAG("r05_10_inferred_from_the_annotation"):

    @task
    def inferred(x) -> dict[str, int]:
        return {"n": x, "m": -x}

    @task
    def read(xs):
        return list(xs)

    read(inferred.expand(x=[1, 2])["m"])
    make(inferred.override(task_id="alone")(5)["n"])
    PythonOperator(task_id="by_hand", python_callable=list, op_args=[XComArg(make({"k": 1}).operator)])
