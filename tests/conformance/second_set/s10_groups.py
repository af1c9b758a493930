"""Mapped groups."""

from airflow.sdk import DAG, TaskGroup, task, task_group
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


@task
def act(x):
    if x == "fail":
        raise AirflowFailException("as asked")
    if x == "skip":
        raise AirflowSkipException("as asked")
    return x


@task
def index(ti=None):
    return ti.map_index


@task
def make(what):
    return what


@task
def collect(xs):
    return list(xs)


@task
def after(x=None):
    return "ran"


with DAG("r10_01_tasks_without_the_argument"):

    @task_group
    def group(x):
        act(x) >> index() >> index()

    group.expand(x=["a", "b", "c"])
    group.expand(x=make(["a", "b"]))

with DAG("r10_01_several_arguments"):

    @task
    def join(a, b, c):
        return f"{a}{b}{c}"

    @task_group
    def group(a, b, c):
        return join(a, b, c)

    group.partial(c="!").expand(a=[1, 2], b=["x", "y"])
    group.partial(a=0, b="-").expand(c=make([3, 4]))

with DAG("r10_02_within_the_index"):

    @task_group
    def group(x):
        first = act(x)
        first >> after()
        first >> after.override(task_id="anyway", trigger_rule="all_done")()
        return act.override(task_id="second")(first)

    group.expand(x=["ok", "fail", "skip"])
    group.expand(x=make(["skip", "fine", "fail"]))

with DAG("r10_02_outside_sees_all"):

    @task_group
    def group(x):
        return act(x)

    for position, mix in enumerate((["ok", "ok"], ["ok", "fail"], ["ok", "skip"])):
        done = group.override(group_id=f"group_{position}").expand(x=mix)
        for rule in ("all_success", "one_success", "none_failed", "all_done"):
            done >> after.override(task_id=f"{rule}_{position}", trigger_rule=rule)()

RULES = ("all_success", "all_failed", "all_done", "none_failed", "none_skipped", "all_skipped", "always")
OTHERS = ("none_failed_min_one_success", "one_success", "one_failed", "one_done")
MIXES = {"mixed": ["ok", "fail", "skip"], "ok": ["ok", "ok"], "fail": ["fail", "fail"], "skip": ["skip", "skip"]}


def group_with(rules):
    @task_group
    def group(x):
        first = act(x)
        for rule in rules:
            first >> after.override(task_id=rule, trigger_rule=rule)()

    return group


with DAG("r10_03_over_a_literal"):
    group_with([rule for rule in RULES + OTHERS if rule != "always"]).expand(x=["ok", "fail", "skip"])
    group_with(["all_done_min_one_success"]).expand(x=["ok", "fail", "skip"])

with DAG("r10_03_over_results"):
    for name, mix in MIXES.items():
        group = group_with([rule for rule in RULES if rule not in {"always"}])
        group.override(group_id=name).expand(x=make(mix))

with DAG("r10_03_other_rules_over_results"):
    for name, mix in MIXES.items():
        group_with(OTHERS).override(group_id=name).expand(x=make(mix))

with DAG("r10_03_all_done_min_one_success_over_results"):
    group_with(["all_done_min_one_success"]).expand(x=make(["ok", "fail"]))

with DAG("r10_04_dicts_of_arguments"):

    @task
    def pair(a, b):
        return [a, b]

    @task_group
    def group(a, b):
        pair(a, b)
        act(a)

    group.expand_kwargs([{"a": 1, "b": 2}, {"a": 3, "b": 4}])
    group.expand_kwargs(make([{"a": 5, "b": 6}]))

with DAG("r10_04_a_missing_key"):

    @task
    def pair(a, b):
        return [a, b]

    @task_group
    def group(a, b="default"):
        pair(a, b)
        act(a)
        index()

    group.expand_kwargs(make([{"a": 1, "b": 2}, {"a": 3}]))

with DAG("r10_06_plain_inside_mapped"):

    @task_group
    def inner(x):
        return act(x)

    @task_group
    def outer(x):
        with TaskGroup("plain"):
            first = act(x)
        return inner(first)

    collect(outer.expand(x=["a", "b"]))

with DAG("r10_06_mapped_inside_plain"):

    @task_group
    def mapped(x):
        return act(act(x))

    with TaskGroup("plain") as plain:
        items = make([1, 2])
        mapped.expand(x=items)
        act.expand(x=items)
    make("before") >> plain >> after()
