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


with DAG("random_11_010"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1})
    m3 = work.override(task_id="m3").partial(how={0: "error", 1: "skip", 3: "error"}).expand(x=[1, 2], y=["p", "q"])
    s5 = make.override(task_id="s5")([{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    k6 = work.override(task_id="k6", retries=1).partial(how={0: "error", 2: "none"}).expand_kwargs(s5)
    j8 = work.override(task_id="j8", trigger_rule="all_done", retries=1)(how={-1: "flaky"})
    [s1, k6] >> j8
    j10 = work.override(task_id="j10")()
    [s1, m3, j8] >> j10
    r12 = gather.override(task_id="r12", trigger_rule="none_failed")(m3)


with DAG("random_11_011"):
    s1 = make.override(task_id="s1")(["a", "b"], how={-1: "none"})
    m3 = (
        work.override(task_id="m3", retries=1)
        .partial(how={0: "flaky", 1: "error", 2: "error", 3: "final"})
        .expand(x=[0, 1, 2, 3])
    )
    m5 = (
        work.override(task_id="m5", trigger_rule="all_done", retries=1)
        .partial(how={0: "final", 2: "final", 3: "flaky"})
        .expand(x=m3.map(double))
    )
    m7 = work.override(task_id="m7").partial(how={0: "none"}).expand(x=["a"])
    c9 = check.override(task_id="c9")(True)
    c9_a = work.override(task_id="c9_a").partial(how={0: "final"}).expand(x=[1, 2])
    c9_b = work.override(task_id="c9_b", trigger_rule="all_failed")()
    c9 >> c9_a >> c9_b
    m12 = (
        work.override(task_id="m12")
        .partial(how={0: "error", 1: "flaky", 2: "skip", 3: "skip"})
        .expand(x=m5, y=["p", "q"])
    )
    [s1] >> m12


with DAG("random_11_012"):
    s1 = make.override(task_id="s1")([2, 0])
    m3 = (
        work.override(task_id="m3", trigger_rule="all_skipped")
        .partial(how={0: "none", 1: "final", 3: "flaky"})
        .expand(x=[0, 1, 2, 3])
    )
    [s1] >> m3
    m5 = (
        work.override(task_id="m5")
        .partial(how={0: "final", 1: "error", 2: "final", 3: "flaky"})
        .expand(x=s1.map(no_twos))
    )
    b7 = choose.override(task_id="b7")(["b7_a"])
    b7_a = work.override(task_id="b7_a").partial(how={0: "flaky", 1: "flaky"}).expand(x=[1, 2])
    b7_b = work.override(task_id="b7_b")(how={-1: "none"})
    b7_c = work.override(task_id="b7_c", retries=1).partial(how={1: "final"}).expand(x=s1)
    b7 >> [b7_a, b7_b, b7_c]
    m14 = (
        work.override(task_id="m14", trigger_rule="all_done")
        .partial(how={1: "none", 2: "flaky", 3: "error"})
        .expand(x=s1)
    )
    j16 = work.override(task_id="j16", retries=1)()
    [b7_c, m5, s1] >> j16
    m18 = work.override(task_id="m18").partial(how={0: "none", 2: "final", 3: "none"}).expand(x=[1, 2], y=["p", "q"])
    [j16] >> m18


with DAG("random_11_013"):
    s1 = make.override(task_id="s1")([1, 2], how={-1: "flaky"})
    r3 = gather.override(task_id="r3", trigger_rule="none_failed")(s1)
    m5 = (
        work.override(task_id="m5", trigger_rule="all_done")
        .partial(how={1: "none", 3: "flaky"})
        .expand(x=s1, y=["p", "q"])
    )
    u7_made = setup(work.override(task_id="u7_made"))(how={-1: "none"})
    u7 = work.override(task_id="u7").partial(how={0: "skip", 1: "flaky", 2: "flaky"}).expand(x=[0])
    u7_gone = teardown(work.override(task_id="u7_gone"))()
    u7_made >> u7 >> u7_gone
    u7_made >> u7_gone

    @task_group
    def p11():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "skip"}))

    p11 = p11()
    [r3, s1] >> p11


with DAG("random_11_014"):
    s1 = make.override(task_id="s1")([2])
    m3 = work.override(task_id="m3").partial(how={2: "flaky", 3: "flaky"}).expand(x=s1)
    j5 = work.override(task_id="j5", trigger_rule="one_failed", retries=1)(how={-1: "flaky"})
    [s1] >> j5
    c7 = check.override(task_id="c7")(False)
    c7_a = work.override(task_id="c7_a").partial(how={0: "skip", 1: "skip"}).expand(x=[1, 2])
    c7_b = work.override(task_id="c7_b", trigger_rule="all_failed")()
    c7 >> c7_a >> c7_b

    @task_group
    def g10(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky"})
        return t0

    g10 = g10.expand(x=s1)
    m12 = (
        work.override(task_id="m12", retries=1)
        .partial(how={0: "flaky", 1: "skip", 3: "flaky"})
        .expand(x=s1, y=["p", "q"])
    )
    b14 = choose.override(task_id="b14")(["b14_a", "b14_c"])
    b14_a = work.override(task_id="b14_a").partial(how={0: "flaky", 1: "skip"}).expand(x=[1, 2])
    b14_b = work.override(task_id="b14_b")(how={-1: "none"})
    b14_c = work.override(task_id="b14_c").partial(how={0: "flaky", 1: "skip"}).expand(x=s1)
    b14 >> [b14_a, b14_b, b14_c]


with DAG("random_11_015"):
    s1 = make.override(task_id="s1")([2, 0])
    b3 = choose.override(task_id="b3")(["b3_a"])
    b3_a = work.override(task_id="b3_a", retries=1).partial(how={0: "error", 1: "final"}).expand(x=[1, 2])
    b3_b = work.override(task_id="b3_b")()
    b3_c = work.override(task_id="b3_c", retries=1).partial(how={0: "flaky"}).expand(x=s1)
    b3 >> [b3_a, b3_b, b3_c]
    r10 = gather.override(task_id="r10", trigger_rule="all_done")(b3_a, how={-1: "skip"})
    b12 = choose.override(task_id="b12")(["b12_b"])
    b12_a = work.override(task_id="b12_a", retries=1).partial(how={0: "none"}).expand(x=[1, 2])
    b12_b = work.override(task_id="b12_b")(how={-1: "flaky"})
    b12_c = work.override(task_id="b12_c", retries=1).partial(how={0: "skip", 1: "final"}).expand(x=s1)
    b12 >> [b12_a, b12_b, b12_c]


with DAG("random_11_016"):
    s1 = make.override(task_id="s1")([])
    m3 = (
        work.override(task_id="m3", trigger_rule="all_done")
        .partial(how={0: "skip", 2: "skip", 3: "skip"})
        .expand(x=s1, y=["p", "q"])
    )
    r5 = gather.override(task_id="r5", trigger_rule="none_skipped")(m3, how={-1: "skip"})

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1")(t0)
        return t1

    g7 = g7.expand(x=s1)
    m10 = work.override(task_id="m10", retries=1).partial(how={0: "none", 1: "flaky", 3: "skip"}).expand(x=[0, 1, 2, 3])


with DAG("random_11_017"):
    s1 = make.override(task_id="s1")(["a"])
    m3 = (
        work.override(task_id="m3", trigger_rule="none_failed")
        .partial(how={0: "none", 1: "skip", 2: "none", 3: "none"})
        .expand(x=s1.map(no_twos))
    )
    r5 = gather.override(task_id="r5", trigger_rule="all_done")(m3)
    r7 = gather.override(task_id="r7")(m3)
    c9 = check.override(task_id="c9")(True)
    c9_a = work.override(task_id="c9_a", retries=1).partial(how={0: "skip", 1: "skip"}).expand(x=[1, 2])
    c9_b = work.override(task_id="c9_b", trigger_rule="all_failed")()
    c9 >> c9_a >> c9_b
    u12_made = setup(work.override(task_id="u12_made"))(how={-1: "skip"})
    u12 = work.override(task_id="u12").partial(how={0: "none", 1: "flaky", 2: "none"}).expand(x=[0])
    u12_gone = teardown(work.override(task_id="u12_gone"))(how={-1: "flaky"})
    u12_made >> u12 >> u12_gone
    u12_made >> u12_gone
    s16 = make.override(task_id="s16")([{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    k17 = work.override(task_id="k17").partial(how={1: "skip", 2: "none", 3: "none"}).expand_kwargs(s16)


with DAG("random_11_018"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1, "c": 2}, how={-1: "none"})
    m3 = work.override(task_id="m3").partial(how={0: "skip"}).expand(x=[1, 2])
    m5 = (
        work.override(task_id="m5", trigger_rule="all_done")
        .partial(how={0: "none", 1: "flaky", 2: "none", 3: "skip"})
        .expand(x=s1)
    )
    r7 = gather.override(task_id="r7")(m3)
    m9 = work.override(task_id="m9").partial(how={1: "flaky"}).expand(x=[0], y=["p", "q"])


with DAG("random_11_019"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    r3 = gather.override(task_id="r3", trigger_rule="none_skipped")(s1)
    m5 = (
        work.override(task_id="m5", retries=1)
        .partial(how={0: "error", 1: "final", 2: "final", 3: "flaky"})
        .expand(x=s1.map(double))
    )
    s7 = make.override(task_id="s7")([], how={-1: "final"})
    k8 = (
        work.override(task_id="k8", retries=1)
        .partial(how={0: "flaky", 1: "error", 2: "flaky", 3: "final"})
        .expand_kwargs(s7)
    )

    @task_group
    def g10(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "none", 1: "final", 2: "none"})
        return t0

    g10 = g10.expand(x=s1)
    k12 = work.override(task_id="k12").partial(how={2: "none"}).expand_kwargs([{"x": 0, "y": 0}])

    @task_group
    def p14():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "none"}))

    p14 = p14()
