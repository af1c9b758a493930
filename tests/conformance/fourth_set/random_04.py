"""Random DAGs; written by `python -m conformance.generating`."""

from datetime import timedelta
from zlib import crc32

from airflow.sdk import DAG, setup, task, task_group, teardown
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def fold(value):
    """A small number that differs where the value does."""
    if isinstance(value, dict):
        return crc32(repr([(key, fold(item)) for key, item in value.items()]).encode()) % 97
    if isinstance(value, (str, int, float, type(None))):
        return crc32(repr(value).encode()) % 97
    return crc32(repr([fold(item) for item in value]).encode()) % 97


def act(how, ti, *values):
    """End as `how` says for this map index; else with a number that depends on all that came in."""
    ends = (how or {}).get(ti.map_index, "ok")
    if ends == "final":
        raise AirflowFailException("as asked")
    if ends == "error" or (ends == "flaky" and ti.try_number == 1):
        raise RuntimeError("as asked")
    if ends == "skip":
        raise AirflowSkipException("as asked")
    return None if ends == "none" else fold(values)


@task(retry_delay=timedelta(0))
def work(x=None, y=None, how=None, ti=None):
    return act(how, ti, x, y)


@task(retry_delay=timedelta(0))
def make(value, how=None, ti=None):
    return value if act(how, ti) is not None else value


@task
def gather(xs, how=None, ti=None):
    """Over what instances gave. A mapped group may give one value bare, and None for none."""
    if xs is None or isinstance(xs, int):
        xs = [] if xs is None else [xs]
    act(how, ti)
    return [len(xs), fold(list(xs))]


@task.branch
def choose(to):
    return to


@task.short_circuit
def check(value):
    return value


def double(x):
    return [x, x]


def no_twos(x):
    if x == 2:
        raise AirflowSkipException("no twos")
    return x


with DAG("random_11_040"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1})

    @task_group
    def p3():
        return work.override(task_id="b")(work.override(task_id="a")())

    p3 = p3()
    [s1] >> p3
    j6 = work.override(task_id="j6", trigger_rule="all_done_min_one_success")(how={-1: "error"})
    [s1, p3] >> j6
    j8 = work.override(task_id="j8")()
    [j6] >> j8
    m10 = (
        work.override(task_id="m10").partial(how={0: "flaky", 1: "none", 2: "none"}).expand(x={"a": 0, "b": 1, "c": 2})
    )
    j12 = work.override(task_id="j12", trigger_rule="all_skipped")()
    [p3] >> j12
    r14 = gather.override(task_id="r14", trigger_rule="all_done")(m10)


with DAG("random_11_041"):
    s1 = make.override(task_id="s1")([2], how={-1: "none"})

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x, how={0: "none"})
        t1 = work.override(task_id="t1", trigger_rule="all_done", retries=1)(how={0: "final"})
        t0 >> t1
        t2 = work.override(task_id="t2")(t1, how={0: "none"})
        return t2

    g3 = g3.expand(x=s1)
    c7 = check.override(task_id="c7")(True)
    c7_a = work.override(task_id="c7_a").partial(how={0: "final", 1: "error"}).expand(x=[1, 2])
    c7_b = work.override(task_id="c7_b", trigger_rule="all_failed")()
    c7 >> c7_a >> c7_b

    @task_group
    def g10(x):
        t0 = work.override(task_id="t0")(x, how={0: "error"})
        t1 = work.override(task_id="t1", trigger_rule="all_done", retries=1)(t0, how={0: "error"})
        return t1

    g10 = g10.expand(x=s1)
    s13 = make.override(task_id="s13")([{"x": 0, "y": 0}, {"x": 1}, {"x": 2}])
    k14 = work.override(task_id="k14").partial(how={2: "none"}).expand_kwargs(s13)


with DAG("random_11_042"):
    s1 = make.override(task_id="s1")([], how={-1: "flaky"})

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1", trigger_rule="all_failed")()
        t0 >> t1
        return t1

    g3 = g3.expand(x=s1)
    k6 = work.override(task_id="k6").partial(how={0: "none", 1: "error", 2: "none"}).expand_kwargs([{"x": 0, "y": 0}])
    r8 = gather.override(task_id="r8", trigger_rule="none_failed")(k6)


with DAG("random_11_043"):
    s1 = make.override(task_id="s1")({"a": 0})
    s3 = make.override(task_id="s3")([1, 2], how={-1: "flaky"})

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky", 1: "final", 2: "none"})
        return t0

    g5 = g5.expand(x=[2, 0, 1])
    m7 = work.override(task_id="m7", retries=1).partial(how={0: "none", 1: "final"}).expand(x=[0, 1])


with DAG("random_11_044"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1, "c": 2})
    m3 = work.override(task_id="m3", retries=1).partial(how={0: "skip"}).expand(x=[1])
    m5 = work.override(task_id="m5", retries=1).partial(how={0: "none", 1: "none"}).expand(x=[0, 1])
    s7 = make.override(task_id="s7")([{"x": 0}, {"x": 1}, {"x": 2}])
    k8 = work.override(task_id="k8").partial(how={0: "flaky", 1: "flaky", 2: "skip", 3: "none"}).expand_kwargs(s7)


with DAG("random_11_045"):
    s1 = make.override(task_id="s1")([1])
    j3 = work.override(task_id="j3", trigger_rule="none_skipped")()
    [s1] >> j3
    r5 = gather.override(task_id="r5", trigger_rule="none_skipped")(s1)

    @task_group
    def p7():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "error"}))

    p7 = p7()
    k10 = work.override(task_id="k10").partial(how={0: "final", 2: "flaky", 3: "none"}).expand_kwargs([{"x": 0}])
    u12_made = setup(work.override(task_id="u12_made"))(how={-1: "none"})
    u12 = work.override(task_id="u12", retries=1).partial(how={0: "flaky", 1: "flaky", 2: "final"}).expand(x=[0])
    u12_gone = teardown(work.override(task_id="u12_gone"))(how={-1: "final"})
    u12_made >> u12 >> u12_gone
    u12_made >> u12_gone

    @task_group
    def g16(x):
        t0 = work.override(task_id="t0")(x, how={0: "none"})
        t1 = work.override(task_id="t1", trigger_rule="none_skipped")(t0, how={0: "final"})
        return t1

    g16 = g16.expand(x=s1)


with DAG("random_11_046"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    b3 = choose.override(task_id="b3")(["b3_a", "b3_b", "b3_c"])
    b3_a = work.override(task_id="b3_a", retries=1).partial(how={1: "skip"}).expand(x=[1, 2])
    b3_b = work.override(task_id="b3_b")()
    b3_c = work.override(task_id="b3_c").partial(how={0: "error", 1: "error"}).expand(x=s1)
    b3 >> [b3_a, b3_b, b3_c]

    @task_group
    def p10():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "error"}))

    p10 = p10()
    [b3_c, s1, b3_b] >> p10
    u13_made = setup(work.override(task_id="u13_made"))(how={-1: "none"})
    u13 = work.override(task_id="u13", retries=1).partial(how={0: "error", 1: "none"}).expand(x=[])
    u13_gone = teardown(work.override(task_id="u13_gone"))()
    u13_made >> u13 >> u13_gone
    u13_made >> u13_gone
    s17 = make.override(task_id="s17")(["a", "b", "c"])


with DAG("random_11_047"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1, "c": 2})
    k3 = work.override(task_id="k3").partial(how={1: "final", 2: "final"}).expand_kwargs([{"x": 0}, {"x": 1}])

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "none", 1: "none", 2: "error"})
        t1 = work.override(task_id="t1")(how={0: "error", 1: "final", 2: "error"})
        t0 >> t1
        return t1

    g5 = g5.expand(x={"a": 0, "b": 1, "c": 2})
    s8 = make.override(task_id="s8")([{"x": 0}, {"x": 1, "y": 1}])
    k9 = work.override(task_id="k9", retries=1).partial(how={0: "final", 1: "error", 3: "final"}).expand_kwargs(s8)

    @task_group
    def g11(x):
        t0 = work.override(task_id="t0")(x, how={0: "error", 1: "flaky", 2: "flaky"})
        t1 = work.override(task_id="t1", retries=1)(t0, how={0: "none", 1: "error", 2: "error"})
        t2 = work.override(task_id="t2")(t1, how={0: "flaky", 1: "error", 2: "final"})
        return t2

    g11 = g11.expand(x=[2, 0, 1])
    r15 = gather.override(task_id="r15")(k3)
    b17 = choose.override(task_id="b17")(["b17_a", "b17_b"])
    b17_a = work.override(task_id="b17_a").partial(how={0: "error", 1: "none"}).expand(x=[1, 2])
    b17_b = work.override(task_id="b17_b")()
    b17_c = work.override(task_id="b17_c").partial(how={0: "flaky"}).expand(x=[3])
    b17 >> [b17_a, b17_b, b17_c]


with DAG("random_11_048"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    m3 = (
        work.override(task_id="m3", trigger_rule="all_done")
        .partial(how={0: "flaky", 1: "skip", 2: "none", 3: "flaky"})
        .expand(x=s1.map(double))
    )
    m5 = (
        work.override(task_id="m5", trigger_rule="none_failed", retries=1)
        .partial(how={0: "skip", 1: "none", 3: "none"})
        .expand(x=s1.map(double))
    )
    r7 = gather.override(task_id="r7")(m3)
    m9 = work.override(task_id="m9").partial(how={1: "skip", 2: "skip", 3: "skip"}).expand(x=s1.map(no_twos))

    @task_group
    def g11(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "skip", 1: "none", 2: "flaky"})
        t1 = work.override(task_id="t1")(t0, how={0: "flaky", 1: "skip", 2: "skip"})
        t2 = work.override(task_id="t2", retries=1)(t1, how={0: "none", 1: "flaky", 2: "none"})
        return t2

    g11 = g11.expand(x=s1)


with DAG("random_11_049"):
    s1 = make.override(task_id="s1")([1, 2])
    j3 = work.override(task_id="j3", trigger_rule="none_failed", retries=1)(how={-1: "skip"})
    [s1] >> j3
    u5_made = setup(work.override(task_id="u5_made"))()
    u5 = work.override(task_id="u5", retries=1).partial(how={0: "flaky", 1: "flaky", 2: "none"}).expand(x=[0])
    u5_gone = teardown(work.override(task_id="u5_gone"))(how={-1: "none"})
    u5_made >> u5 >> u5_gone
    u5_made >> u5_gone
    m9 = (
        work.override(task_id="m9", retries=1)
        .partial(how={0: "flaky", 1: "skip", 2: "flaky", 3: "none", 4: "skip", 5: "none", 7: "skip"})
        .expand(x=[0, 1, 2, 3], y=["p", "q"])
    )
    m11 = work.override(task_id="m11", trigger_rule="one_success", retries=1).expand(x=[])
    [m9] >> m11
    m13 = (
        work.override(task_id="m13", trigger_rule="none_skipped", retries=1)
        .partial(how={0: "none", 1: "none", 2: "skip", 3: "skip"})
        .expand(x=m9, y=["p", "q"])
    )
