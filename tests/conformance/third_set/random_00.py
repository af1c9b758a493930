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


with DAG("random_7_000"):
    s1 = make.override(task_id="s1")([1, 2])

    @task_group
    def p3():
        return work.override(task_id="b")(work.override(task_id="a")())

    p3 = p3()
    [s1] >> p3
    r6 = gather.override(task_id="r6", trigger_rule="all_done")(s1)
    m8 = work.override(task_id="m8", retries=1).expand(x=[], y=["p", "q"])
    k10 = work.override(task_id="k10", retries=1).partial(how={0: "skip"}).expand_kwargs([])


with DAG("random_7_001"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x, how={0: "error"})
        t1 = work.override(task_id="t1", trigger_rule="none_skipped")(t0)
        t2 = work.override(task_id="t2", trigger_rule="none_failed")()
        t1 >> t2
        return t2

    g3 = g3.expand(x=[1, 2])
    m7 = work.override(task_id="m7", trigger_rule="none_skipped").partial(how={3: "error"}).expand(x=s1.map(no_twos))
    m9 = work.override(task_id="m9").expand(x=["a", "b"])
    j11 = work.override(task_id="j11", trigger_rule="all_failed", retries=1)()
    [s1, g3, m9] >> j11
    u13_made = setup(work.override(task_id="u13_made"))()
    u13 = work.override(task_id="u13", retries=1).partial(how={0: "final", 2: "error"}).expand(x=[0, 1])
    u13_gone = teardown(work.override(task_id="u13_gone"))()
    u13_made >> u13 >> u13_gone
    u13_made >> u13_gone
    r17 = gather.override(task_id="r17", trigger_rule="none_failed")(s1)


with DAG("random_7_002"):
    s1 = make.override(task_id="s1")(["a", "b"])
    m3 = work.override(task_id="m3", retries=1).expand(x=["a"], y=["p", "q"])
    k5 = work.override(task_id="k5").expand_kwargs([{"x": 0}, {"x": 1, "y": 1}])
    m7 = work.override(task_id="m7", retries=1).partial(how={3: "error"}).expand(x=k5.map(double))
    b9 = choose.override(task_id="b9")(["b9_a", "b9_b", "b9_c"])
    b9_a = work.override(task_id="b9_a", retries=1).expand(x=[1, 2])
    b9_b = work.override(task_id="b9_b")()
    b9_c = work.override(task_id="b9_c", retries=1).expand(x=s1)
    b9 >> [b9_a, b9_b, b9_c]
    b16 = choose.override(task_id="b16")(["b16_a"])
    b16_a = work.override(task_id="b16_a").expand(x=[1, 2])
    b16_b = work.override(task_id="b16_b")()
    b16_c = work.override(task_id="b16_c").expand(x=s1)
    b16 >> [b16_a, b16_b, b16_c]
    u23_made = setup(work.override(task_id="u23_made"))()
    u23 = work.override(task_id="u23").partial(how={1: "none", 2: "final"}).expand(x=[0, 1])
    u23_gone = teardown(work.override(task_id="u23_gone"))()
    u23_made >> u23 >> u23_gone
    u23_made >> u23_gone


with DAG("random_7_003"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    j3 = work.override(task_id="j3", trigger_rule="one_done")()
    [s1] >> j3
    k5 = work.override(task_id="k5").expand_kwargs([])
    s7 = make.override(task_id="s7")([])
    j9 = work.override(task_id="j9", trigger_rule="always")()
    [j3, s1, k5] >> j9
    j11 = work.override(task_id="j11", retries=1)()
    [j3] >> j11
    m13 = work.override(task_id="m13").expand(x=[1, 2])


with DAG("random_7_004"):
    s1 = make.override(task_id="s1")(["a", "b", "c"], how={-1: "flaky"})
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3", retries=1).partial(how={2: "none"}).expand(x=[])
    u3_gone = teardown(work.override(task_id="u3_gone"))()
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    r7 = gather.override(task_id="r7", trigger_rule="none_failed")(u3)
    m9 = work.override(task_id="m9", retries=1).expand(x=s1.map(double))


with DAG("random_7_005"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1})
    m3 = (
        work.override(task_id="m3", trigger_rule="all_failed")
        .partial(how={0: "final", 2: "skip"})
        .expand(x=s1, y=["p", "q"])
    )

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", trigger_rule="none_failed_min_one_success", retries=1)()
        t0 >> t1
        return t1

    g5 = g5.expand(x={})
    c8 = check.override(task_id="c8")(True)
    c8_a = work.override(task_id="c8_a", retries=1).expand(x=[1, 2])
    c8_b = work.override(task_id="c8_b")()
    c8 >> c8_a >> c8_b


with DAG("random_7_006"):
    s1 = make.override(task_id="s1")(["a"], how={-1: "skip"})
    s3 = make.override(task_id="s3")({"a": 0, "b": 1, "c": 2})
    m5 = work.override(task_id="m5").partial(how={1: "flaky"}).expand(x=s1, y=["p", "q"])
    [s3] >> m5
    b7 = choose.override(task_id="b7")(["b7_a"])
    b7_a = work.override(task_id="b7_a").expand(x=[1, 2])
    b7_b = work.override(task_id="b7_b")()
    b7_c = work.override(task_id="b7_c").expand(x=[3])
    b7 >> [b7_a, b7_b, b7_c]
    m14 = work.override(task_id="m14", retries=1).partial(how={1: "final", 2: "error"}).expand(x=["a", "b", "c"])
    b16 = choose.override(task_id="b16")(["b16_a", "b16_b"])
    b16_a = work.override(task_id="b16_a").expand(x=[1, 2])
    b16_b = work.override(task_id="b16_b")()
    b16_c = work.override(task_id="b16_c", retries=1).expand(x=[3])
    b16 >> [b16_a, b16_b, b16_c]

    @task_group
    def g23(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky"})
        t1 = work.override(task_id="t1", retries=1)(t0, how={0: "final"})
        t2 = work.override(task_id="t2", trigger_rule="all_done")(how={0: "skip"})
        t0 >> t2
        return t2

    g23 = g23.expand(x=s1)


with DAG("random_7_007"):
    s1 = make.override(task_id="s1")([1])
    m3 = work.override(task_id="m3").partial(how={2: "none", 3: "none"}).expand(x=s1)
    m5 = work.override(task_id="m5").partial(how={0: "final"}).expand(x=[0, 1])

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky"})
        t1 = work.override(task_id="t1")(t0)
        return t1

    g7 = g7.expand(x=s1)
    u10_made = setup(work.override(task_id="u10_made"))()
    u10 = work.override(task_id="u10", retries=1).partial(how={2: "error"}).expand(x=[])
    u10_gone = teardown(work.override(task_id="u10_gone"))()
    u10_made >> u10 >> u10_gone
    u10_made >> u10_gone
    c14 = check.override(task_id="c14")(False)
    c14_a = work.override(task_id="c14_a").expand(x=[1, 2])
    c14_b = work.override(task_id="c14_b")()
    c14 >> c14_a >> c14_b
    m17 = work.override(task_id="m17").partial(how={0: "error", 3: "final"}).expand(x=[0, 1, 2, 3])


with DAG("random_7_008"):
    s1 = make.override(task_id="s1")(["a"])

    @task_group
    def p3():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "none"}))

    p3 = p3()
    [s1] >> p3

    @task_group
    def p6():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "flaky"}))

    p6 = p6()
    r9 = gather.override(task_id="r9", trigger_rule="none_failed")(s1)

    @task_group
    def g11(x):
        t0 = work.override(task_id="t0")(x, how={1: "none"})
        t1 = work.override(task_id="t1")(t0)
        t2 = work.override(task_id="t2", retries=1)(t0, how={0: "flaky"})
        return t2

    g11 = g11.expand(x=[1, 2])
    m15 = (
        work.override(task_id="m15", trigger_rule="all_done_min_one_success", retries=1)
        .partial(how={1: "flaky"})
        .expand(x={"a": 0, "b": 1, "c": 2})
    )
    [g11] >> m15
    r17 = gather.override(task_id="r17", trigger_rule="none_skipped")(g11)


with DAG("random_7_009"):
    s1 = make.override(task_id="s1")([1])
    m3 = work.override(task_id="m3", trigger_rule="all_failed").partial(how={0: "none"}).expand(x=s1.map(no_twos))
    [s1] >> m3
    m5 = work.override(task_id="m5", trigger_rule="all_done_min_one_success").expand(x={"a": 0, "b": 1})
    [m3] >> m5
    j7 = work.override(task_id="j7", trigger_rule="none_failed_min_one_success", retries=1)()
    [m5] >> j7
    u9_made = setup(work.override(task_id="u9_made"))()
    u9 = work.override(task_id="u9").partial(how={2: "flaky"}).expand(x=[])
    u9_gone = teardown(work.override(task_id="u9_gone"))()
    u9_made >> u9 >> u9_gone
    u9_made >> u9_gone
