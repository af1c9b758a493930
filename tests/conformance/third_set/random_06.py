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


with DAG("random_7_060"):
    s1 = make.override(task_id="s1")([1, 2])
    j3 = work.override(task_id="j3")(how={-1: "final"})
    [s1] >> j3
    j5 = work.override(task_id="j5", retries=1)()
    [j3, s1] >> j5
    m7 = work.override(task_id="m7").partial(how={2: "none", 3: "error"}).expand(x=s1.map(no_twos))
    b9 = choose.override(task_id="b9")(["b9_a", "b9_c"])
    b9_a = work.override(task_id="b9_a", retries=1).partial(how={1: "error"}).expand(x=[1, 2])
    b9_b = work.override(task_id="b9_b")()
    b9_c = work.override(task_id="b9_c").expand(x=s1)
    b9 >> [b9_a, b9_b, b9_c]
    m16 = (
        work.override(task_id="m16", trigger_rule="all_done", retries=1)
        .partial(how={0: "flaky", 3: "error"})
        .expand(x=b9_a, y=["p", "q"])
    )
    k18 = work.override(task_id="k18").partial(how={0: "error"}).expand_kwargs([{"x": 0}, {"x": 1}, {"x": 2}])


with DAG("random_7_061"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1})
    j3 = work.override(task_id="j3", trigger_rule="always")(how={-1: "skip"})
    [s1] >> j3

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", trigger_rule="none_failed", retries=1)()
        t0 >> t1
        return t1

    g5 = g5.expand(x=[1, 2, 3])

    @task_group
    def p8():
        return work.override(task_id="b")(work.override(task_id="a")())

    p8 = p8()


with DAG("random_7_062"):
    s1 = make.override(task_id="s1")(["a", "b"])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3", retries=1).partial(how={1: "final"}).expand(x=[0, 1, 2])
    u3_gone = teardown(work.override(task_id="u3_gone"))(how={-1: "final"})
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    m7 = work.override(task_id="m7", trigger_rule="none_failed").partial(how={0: "flaky"}).expand(x=s1, y=["p", "q"])
    u9_made = setup(work.override(task_id="u9_made"))()
    u9 = work.override(task_id="u9").expand(x=[0, 1])
    u9_gone = teardown(work.override(task_id="u9_gone"))()
    u9_made >> u9 >> u9_gone
    u9_made >> u9_gone
    r13 = gather.override(task_id="r13")(u9)


with DAG("random_7_063"):
    s1 = make.override(task_id="s1")([])
    m3 = work.override(task_id="m3").expand(x=[], y=["p", "q"])
    [s1] >> m3

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", retries=1)(t0)
        return t1

    g5 = g5.expand(x=s1)
    m8 = (
        work.override(task_id="m8", trigger_rule="all_failed", retries=1)
        .partial(how={1: "skip"})
        .expand(x=s1.zip(m3, fillvalue=0))
    )

    @task_group
    def g10(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1")()
        t0 >> t1
        return t1

    g10 = g10.expand(x=s1)
    s13 = make.override(task_id="s13")([{"x": 0}, {"x": 1}], how={-1: "skip"})
    k14 = work.override(task_id="k14").expand_kwargs(s13)
    j16 = work.override(task_id="j16")()
    [s1] >> j16


with DAG("random_7_064"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    m3 = work.override(task_id="m3", trigger_rule="all_done").partial(how={3: "error"}).expand(x=s1)
    m5 = work.override(task_id="m5").expand(x=[0, 1, 2])
    u7_made = setup(work.override(task_id="u7_made"))()
    u7 = work.override(task_id="u7").partial(how={0: "none", 2: "none"}).expand(x=[0])
    u7_gone = teardown(work.override(task_id="u7_gone"))()
    u7_made >> u7 >> u7_gone
    u7_made >> u7_gone


with DAG("random_7_065"):
    s1 = make.override(task_id="s1")([2, 0])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x, how={1: "none"})
        return t0

    g3 = g3.expand(x=s1)
    j5 = work.override(task_id="j5", trigger_rule="one_failed")(how={-1: "skip"})
    [g3] >> j5
    m7 = work.override(task_id="m7").partial(how={2: "skip"}).expand(x=[2, 0], y=["p", "q"])
    m9 = work.override(task_id="m9", retries=1).expand(x=[0, 1])
    m11 = (
        work.override(task_id="m11", retries=1)
        .partial(how={0: "none", 1: "none", 2: "flaky"})
        .expand(x=m9, y=["p", "q"])
    )


with DAG("random_7_066"):
    s1 = make.override(task_id="s1")([1, 2])
    r3 = gather.override(task_id="r3")(s1)
    r5 = gather.override(task_id="r5")(s1)
    m7 = work.override(task_id="m7", retries=1).expand(x=s1)
    m9 = work.override(task_id="m9", retries=1).partial(how={0: "final", 1: "error", 2: "flaky"}).expand(x=[0, 1, 2, 3])
    m11 = work.override(task_id="m11", trigger_rule="always").expand(x=[0, 1], y=["p", "q"])
    [m7] >> m11

    @task_group
    def g13(x):
        t0 = work.override(task_id="t0")(x, how={1: "none"})
        return t0

    g13 = g13.expand(x=s1)


with DAG("random_7_067"):
    s1 = make.override(task_id="s1")([1, 2, 3], how={-1: "none"})
    m3 = (
        work.override(task_id="m3", trigger_rule="none_failed")
        .partial(how={0: "skip", 1: "skip", 2: "flaky"})
        .expand(x=s1)
    )
    m5 = work.override(task_id="m5").partial(how={0: "none", 2: "skip"}).expand(x=[1, 2], y=["p", "q"])
    [m3, s1] >> m5
    m7 = (
        work.override(task_id="m7", retries=1)
        .partial(how={0: "skip", 3: "flaky", 7: "none"})
        .expand(x=[0, 1, 2, 3], y=["p", "q"])
    )
    b9 = choose.override(task_id="b9")(["b9_a", "b9_b"])
    b9_a = work.override(task_id="b9_a").expand(x=[1, 2])
    b9_b = work.override(task_id="b9_b")()
    b9_c = work.override(task_id="b9_c", retries=1).expand(x=[3])
    b9 >> [b9_a, b9_b, b9_c]


with DAG("random_7_068"):
    s1 = make.override(task_id="s1")([1, 2])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3").partial(how={1: "flaky"}).expand(x=[])
    u3_gone = teardown(work.override(task_id="u3_gone"))(how={-1: "none"})
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    r7 = gather.override(task_id="r7", trigger_rule="none_skipped")(s1)
    j9 = work.override(task_id="j9", trigger_rule="one_failed")()
    [r7, u3] >> j9

    @task_group
    def p11():
        return work.override(task_id="b")(work.override(task_id="a")())

    p11 = p11()
    [r7, u3, s1] >> p11
    j14 = work.override(task_id="j14")()
    [r7, j9, u3] >> j14
    u16_made = setup(work.override(task_id="u16_made"))()
    u16 = work.override(task_id="u16").expand(x=[])
    u16_gone = teardown(work.override(task_id="u16_gone"))()
    u16_made >> u16 >> u16_gone
    u16_made >> u16_gone


with DAG("random_7_069"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    j3 = work.override(task_id="j3", trigger_rule="none_skipped", retries=1)()
    [s1] >> j3
    j5 = work.override(task_id="j5", trigger_rule="all_done")()
    [j3] >> j5
    m7 = work.override(task_id="m7").partial(how={3: "skip"}).expand(x=s1.map(no_twos))
