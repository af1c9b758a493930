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


with DAG("random_11_050"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    r3 = gather.override(task_id="r3")(s1, how={-1: "none"})
    j5 = work.override(task_id="j5")(how={-1: "skip"})
    [s1, r3] >> j5
    s7 = make.override(task_id="s7")({"a": 0, "b": 1})
    r9 = gather.override(task_id="r9", trigger_rule="none_failed")(s1)

    @task_group
    def g11(x):
        t0 = work.override(task_id="t0")(x, how={0: "skip", 1: "skip"})
        t1 = work.override(task_id="t1", retries=1)(how={0: "none", 1: "flaky"})
        t0 >> t1
        return t1

    g11 = g11.expand(x={"a": 0, "b": 1})
    m14 = (
        work.override(task_id="m14")
        .partial(how={0: "flaky", 1: "flaky", 2: "flaky", 3: "none"})
        .expand(x=s1.map(no_twos))
    )


with DAG("random_11_051"):
    s1 = make.override(task_id="s1")([])
    c3 = check.override(task_id="c3")(True)
    c3_a = work.override(task_id="c3_a", retries=1).partial(how={0: "flaky", 1: "none"}).expand(x=[1, 2])
    c3_b = work.override(task_id="c3_b", trigger_rule="all_failed")()
    c3 >> c3_a >> c3_b
    m6 = (
        work.override(task_id="m6", trigger_rule="one_done")
        .partial(how={0: "none", 1: "skip", 2: "skip"})
        .expand(x={"a": 0, "b": 1, "c": 2})
    )
    [s1] >> m6
    m8 = (
        work.override(task_id="m8", trigger_rule="none_failed")
        .partial(how={1: "skip", 2: "skip", 3: "flaky"})
        .expand(x=s1.concat(m6))
    )
    u10_made = setup(work.override(task_id="u10_made"))(how={-1: "none"})
    u10 = work.override(task_id="u10").partial(how={0: "skip", 1: "none", 2: "skip"}).expand(x=[0, 1, 2])
    u10_gone = teardown(work.override(task_id="u10_gone"))()
    u10_made >> u10 >> u10_gone
    u10_made >> u10_gone

    @task_group
    def p14():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "none"}))

    p14 = p14()

    @task_group
    def g17(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1", trigger_rule="all_failed")(t0)
        t2 = work.override(task_id="t2")(t1)
        return t2

    g17 = g17.expand(x=s1)


with DAG("random_11_052"):
    s1 = make.override(task_id="s1")(["a", "b"])
    m3 = (
        work.override(task_id="m3")
        .partial(how={0: "error", 3: "none", 4: "final", 5: "error", 6: "error", 7: "none"})
        .expand(x=[0, 1, 2, 3], y=["p", "q"])
    )

    @task_group
    def p5():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "flaky"}))

    p5 = p5()
    [m3, s1] >> p5
    j8 = work.override(task_id="j8", trigger_rule="all_failed")()
    [m3, p5] >> j8
    s10 = make.override(task_id="s10")([1, 2])
    b12 = choose.override(task_id="b12")(["b12_b", "b12_c"])
    b12_a = work.override(task_id="b12_a", retries=1).partial(how={1: "flaky"}).expand(x=[1, 2])
    b12_b = work.override(task_id="b12_b")()
    b12_c = work.override(task_id="b12_c").partial(how={0: "flaky", 1: "final"}).expand(x=s1)
    b12 >> [b12_a, b12_b, b12_c]


with DAG("random_11_053"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    m3 = work.override(task_id="m3").partial(how={0: "error", 3: "error"}).expand(x=[0, 1, 2, 3])
    m5 = work.override(task_id="m5").partial(how={0: "skip", 2: "flaky", 3: "flaky"}).expand(x=m3, y=["p", "q"])
    [m3, s1] >> m5
    m7 = work.override(task_id="m7").partial(how={0: "final", 1: "none"}).expand(x=[2, 0, 1])


with DAG("random_11_054"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    j3 = work.override(task_id="j3", trigger_rule="none_failed")()
    [s1] >> j3
    b5 = choose.override(task_id="b5")(["b5_a", "b5_b", "b5_c"])
    b5_a = work.override(task_id="b5_a", retries=1).partial(how={0: "final"}).expand(x=[1, 2])
    b5_b = work.override(task_id="b5_b")(how={-1: "flaky"})
    b5_c = work.override(task_id="b5_c").partial(how={0: "none", 1: "final"}).expand(x=s1)
    b5 >> [b5_a, b5_b, b5_c]
    b12 = choose.override(task_id="b12")(["b12_a", "b12_b"])
    b12_a = work.override(task_id="b12_a").partial(how={1: "error"}).expand(x=[1, 2])
    b12_b = work.override(task_id="b12_b")(how={-1: "error"})
    b12_c = work.override(task_id="b12_c", retries=1).expand(x=s1)
    b12 >> [b12_a, b12_b, b12_c]
    c19 = check.override(task_id="c19")(False)
    c19_a = work.override(task_id="c19_a").partial(how={1: "none"}).expand(x=[1, 2])
    c19_b = work.override(task_id="c19_b", trigger_rule="none_skipped")()
    c19 >> c19_a >> c19_b
    m22 = (
        work.override(task_id="m22", trigger_rule="all_failed")
        .partial(how={0: "flaky", 1: "none", 2: "none"})
        .expand(x=b12_a)
    )

    @task_group
    def g24(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "none", 1: "final", 2: "final"})
        t1 = work.override(task_id="t1", trigger_rule="none_failed")(t0, how={0: "error", 1: "flaky", 2: "none"})
        t2 = work.override(task_id="t2", trigger_rule="all_done", retries=1)(
            t0, how={0: "final", 1: "flaky", 2: "flaky"}
        )
        return t2

    g24 = g24.expand(x=s1)


with DAG("random_11_055"):
    s1 = make.override(task_id="s1")([2, 0])

    @task_group
    def p3():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "none"}))

    p3 = p3()
    c6 = check.override(task_id="c6")(True)
    c6_a = work.override(task_id="c6_a").partial(how={0: "flaky", 1: "skip"}).expand(x=[1, 2])
    c6_b = work.override(task_id="c6_b", trigger_rule="all_done")()
    c6 >> c6_a >> c6_b
    r9 = gather.override(task_id="r9")(s1)
    m11 = (
        work.override(task_id="m11", trigger_rule="all_failed")
        .partial(how={0: "skip", 1: "none", 2: "flaky", 3: "flaky"})
        .expand(x=s1)
    )
    s13 = make.override(task_id="s13")([])

    @task_group
    def g15(x):
        t0 = work.override(task_id="t0")(x, how={0: "none", 1: "skip", 2: "none"})
        return t0

    g15 = g15.expand(x=["a", "b", "c"])


with DAG("random_11_056"):
    s1 = make.override(task_id="s1")([2], how={-1: "final"})
    j3 = work.override(task_id="j3", trigger_rule="none_failed_min_one_success", retries=1)()
    [s1] >> j3
    s5 = make.override(task_id="s5")(["a", "b"])
    m7 = (
        work.override(task_id="m7")
        .partial(how={0: "error", 1: "error", 2: "none", 3: "none"})
        .expand(x=s5.map(no_twos))
    )


with DAG("random_11_057"):
    s1 = make.override(task_id="s1")([])
    m3 = (
        work.override(task_id="m3", retries=1)
        .partial(how={0: "skip", 1: "flaky", 2: "skip", 3: "skip", 4: "none", 6: "skip", 7: "skip"})
        .expand(x=[0, 1, 2, 3], y=["p", "q"])
    )
    u5_made = setup(work.override(task_id="u5_made"))(how={-1: "flaky"})
    u5 = work.override(task_id="u5").partial(how={0: "flaky", 2: "flaky"}).expand(x=[0, 1, 2])
    u5_gone = teardown(work.override(task_id="u5_gone"))()
    u5_made >> u5 >> u5_gone
    u5_made >> u5_gone
    m9 = work.override(task_id="m9", trigger_rule="one_failed").expand(x=[])
    [m3, s1] >> m9


with DAG("random_11_058"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1})
    m3 = (
        work.override(task_id="m3", trigger_rule="all_failed", retries=1)
        .partial(how={0: "flaky", 2: "none"})
        .expand(x=[2, 0, 1])
    )
    [s1] >> m3
    j5 = work.override(task_id="j5", trigger_rule="none_failed", retries=1)()
    [m3, s1] >> j5

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "none"})
        t1 = work.override(task_id="t1", trigger_rule="all_failed", retries=1)(t0, how={0: "flaky"})
        t2 = work.override(task_id="t2", trigger_rule="all_failed")(t0, how={0: "flaky"})
        return t2

    g7 = g7.expand(x=[2])
    s11 = make.override(task_id="s11")(["a", "b", "c"])
    j13 = work.override(task_id="j13", retries=1)()
    [j5, m3] >> j13
    b15 = choose.override(task_id="b15")(["b15_a"])
    b15_a = work.override(task_id="b15_a").partial(how={0: "final", 1: "final"}).expand(x=[1, 2])
    b15_b = work.override(task_id="b15_b")(how={-1: "none"})
    b15_c = work.override(task_id="b15_c").partial(how={0: "final", 1: "none"}).expand(x=s11)
    b15 >> [b15_a, b15_b, b15_c]


with DAG("random_11_059"):
    s1 = make.override(task_id="s1")([1], how={-1: "skip"})
    m3 = work.override(task_id="m3").partial(how={0: "none", 1: "flaky", 2: "flaky", 3: "none"}).expand(x=s1)
    m5 = (
        work.override(task_id="m5", trigger_rule="all_done")
        .partial(how={0: "none", 1: "flaky", 3: "flaky"})
        .expand(x=s1, y=["p", "q"])
    )
    u7_made = setup(work.override(task_id="u7_made"))(how={-1: "skip"})
    u7 = work.override(task_id="u7", retries=1).partial(how={0: "none", 1: "flaky"}).expand(x=[0])
    u7_gone = teardown(work.override(task_id="u7_gone"))()
    u7_made >> u7 >> u7_gone
    u7_made >> u7_gone

    @task_group
    def g11(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "skip"})
        return t0

    g11 = g11.expand(x=s1)
