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


with DAG("random_7_010"):
    s1 = make.override(task_id="s1")([])
    m3 = work.override(task_id="m3", retries=1).partial(how={0: "error"}).expand(x=s1.map(double))

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", trigger_rule="none_skipped")(t0, how={0: "flaky"})
        t2 = work.override(task_id="t2", trigger_rule="none_skipped", retries=1)(t1, how={0: "flaky"})
        return t2

    g5 = g5.expand(x=["a"])
    j9 = work.override(task_id="j9", trigger_rule="one_failed")()
    [s1, m3] >> j9


with DAG("random_7_011"):
    s1 = make.override(task_id="s1")([2])
    r3 = gather.override(task_id="r3")(s1)

    @task_group
    def p5():
        return work.override(task_id="b")(work.override(task_id="a")())

    p5 = p5()
    [s1] >> p5
    m8 = work.override(task_id="m8").partial(how={0: "final"}).expand(x=s1)
    r10 = gather.override(task_id="r10")(m8)
    s12 = make.override(task_id="s12")(["a", "b", "c"], how={-1: "error"})
    s14 = make.override(task_id="s14")([2, 0])


with DAG("random_7_012"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1, "c": 2})
    m3 = work.override(task_id="m3", retries=1).partial(how={1: "none"}).expand(x=[1, 2])
    b5 = choose.override(task_id="b5")(["b5_c"])
    b5_a = work.override(task_id="b5_a", retries=1).expand(x=[1, 2])
    b5_b = work.override(task_id="b5_b")()
    b5_c = work.override(task_id="b5_c").expand(x=[3])
    b5 >> [b5_a, b5_b, b5_c]
    k12 = (
        work.override(task_id="k12")
        .partial(how={0: "none"})
        .expand_kwargs([{"x": 0}, {"x": 1, "y": 1}, {"x": 2, "y": 2}])
    )


with DAG("random_7_013"):
    s1 = make.override(task_id="s1")(["a", "b"])
    m3 = work.override(task_id="m3", retries=1).expand(x=[])
    r5 = gather.override(task_id="r5", trigger_rule="none_failed")(s1)
    j7 = work.override(task_id="j7", trigger_rule="one_success")()
    [s1] >> j7
    m9 = work.override(task_id="m9").partial(how={3: "final"}).expand(x=[0, 1, 2, 3])
    [s1] >> m9
    j11 = work.override(task_id="j11")()
    [r5, m9] >> j11


with DAG("random_7_014"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    b3 = choose.override(task_id="b3")(["b3_a", "b3_b"])
    b3_a = work.override(task_id="b3_a", retries=1).partial(how={1: "skip"}).expand(x=[1, 2])
    b3_b = work.override(task_id="b3_b")()
    b3_c = work.override(task_id="b3_c", retries=1).expand(x=s1)
    b3 >> [b3_a, b3_b, b3_c]

    @task_group
    def p10():
        return work.override(task_id="b")(work.override(task_id="a")())

    p10 = p10()

    @task_group
    def g13(x):
        t0 = work.override(task_id="t0")(x, how={1: "skip"})
        return t0

    g13 = g13.expand(x=s1)


with DAG("random_7_015"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    r3 = gather.override(task_id="r3", trigger_rule="all_done")(s1)
    m5 = work.override(task_id="m5", retries=1).expand(x=[], y=["p", "q"])
    b7 = choose.override(task_id="b7")(["b7_b"])
    b7_a = work.override(task_id="b7_a").expand(x=[1, 2])
    b7_b = work.override(task_id="b7_b")()
    b7_c = work.override(task_id="b7_c", retries=1).partial(how={0: "flaky"}).expand(x=s1)
    b7 >> [b7_a, b7_b, b7_c]


with DAG("random_7_016"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    r3 = gather.override(task_id="r3")(s1)

    @task_group
    def p5():
        return work.override(task_id="b")(work.override(task_id="a")())

    p5 = p5()
    [r3] >> p5
    j8 = work.override(task_id="j8", trigger_rule="one_done")()
    [r3, p5] >> j8
    c10 = check.override(task_id="c10")(False)
    c10_a = work.override(task_id="c10_a").expand(x=[1, 2])
    c10_b = work.override(task_id="c10_b")()
    c10 >> c10_a >> c10_b


with DAG("random_7_017"):
    s1 = make.override(task_id="s1")(["a", "b"])
    m3 = work.override(task_id="m3").partial(how={1: "none", 2: "none"}).expand(x=[0, 1, 2, 3])

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x, how={0: "error"})
        t1 = work.override(task_id="t1", trigger_rule="all_skipped", retries=1)(how={0: "final"})
        t0 >> t1
        return t1

    g5 = g5.expand(x=["a"])
    s8 = make.override(task_id="s8")([])

    @task_group
    def g10(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1", trigger_rule="all_done")()
        t0 >> t1
        t2 = work.override(task_id="t2")()
        t1 >> t2
        return t2

    g10 = g10.expand(x=s8)


with DAG("random_7_018"):
    s1 = make.override(task_id="s1")(["a"])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3").partial(how={1: "none", 2: "none"}).expand(x=[0, 1, 2])
    u3_gone = teardown(work.override(task_id="u3_gone"))()
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    s7 = make.override(task_id="s7")([{"x": 0, "y": 0}, {"x": 1, "y": 1}, {"x": 2, "y": 2}])
    k8 = work.override(task_id="k8").expand_kwargs(s7)

    @task_group
    def g10(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", retries=1)(t0)
        t2 = work.override(task_id="t2")(t1)
        return t2

    g10 = g10.expand(x=s1)
    j14 = work.override(task_id="j14")()
    [g10, s1] >> j14
    j16 = work.override(task_id="j16")()
    [u3] >> j16

    @task_group
    def p18():
        return work.override(task_id="b")(work.override(task_id="a")())

    p18 = p18()
    [u3] >> p18


with DAG("random_7_019"):
    s1 = make.override(task_id="s1")([2, 0, 1])

    @task_group
    def p3():
        return work.override(task_id="b")(work.override(task_id="a")())

    p3 = p3()
    c6 = check.override(task_id="c6")(True)
    c6_a = work.override(task_id="c6_a").partial(how={1: "error"}).expand(x=[1, 2])
    c6_b = work.override(task_id="c6_b", trigger_rule="all_failed")()
    c6 >> c6_a >> c6_b
    s9 = make.override(task_id="s9")(["a", "b", "c"])
    c11 = check.override(task_id="c11")(False)
    c11_a = work.override(task_id="c11_a").partial(how={1: "final"}).expand(x=[1, 2])
    c11_b = work.override(task_id="c11_b", trigger_rule="none_skipped")()
    c11 >> c11_a >> c11_b

    @task_group
    def g14(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1", trigger_rule="all_failed", retries=1)(how={2: "none"})
        t0 >> t1
        t2 = work.override(task_id="t2", trigger_rule="all_skipped", retries=1)(how={1: "none", 2: "error"})
        t0 >> t2
        return t2

    g14 = g14.expand(x=["a", "b", "c"])
    r18 = gather.override(task_id="r18")(g14)
