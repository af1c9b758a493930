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


with DAG("random_11_030"):
    s1 = make.override(task_id="s1")({"a": 0}, how={-1: "flaky"})
    c3 = check.override(task_id="c3")(True)
    c3_a = work.override(task_id="c3_a").partial(how={0: "flaky"}).expand(x=[1, 2])
    c3_b = work.override(task_id="c3_b")()
    c3 >> c3_a >> c3_b
    m6 = (
        work.override(task_id="m6", trigger_rule="none_failed_min_one_success")
        .partial(how={1: "none", 2: "none"})
        .expand(x=[2, 0, 1])
    )
    [s1] >> m6

    @task_group
    def p8():
        return work.override(task_id="b")(work.override(task_id="a")())

    p8 = p8()
    [s1, m6] >> p8


with DAG("random_11_031"):
    s1 = make.override(task_id="s1")(["a"], how={-1: "error"})
    u3_made = setup(work.override(task_id="u3_made"))(how={-1: "none"})
    u3 = work.override(task_id="u3").partial(how={0: "none", 1: "flaky", 2: "final"}).expand(x=[0, 1])
    u3_gone = teardown(work.override(task_id="u3_gone"))()
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    b7 = choose.override(task_id="b7")(["b7_b", "b7_c"])
    b7_a = work.override(task_id="b7_a").partial(how={0: "flaky", 1: "error"}).expand(x=[1, 2])
    b7_b = work.override(task_id="b7_b")()
    b7_c = work.override(task_id="b7_c").expand(x=[3])
    b7 >> [b7_a, b7_b, b7_c]
    r14 = gather.override(task_id="r14", trigger_rule="none_failed")(s1)
    b16 = choose.override(task_id="b16")(["b16_a", "b16_b", "b16_c"])
    b16_a = work.override(task_id="b16_a").partial(how={0: "error", 1: "error"}).expand(x=[1, 2])
    b16_b = work.override(task_id="b16_b")()
    b16_c = work.override(task_id="b16_c", retries=1).partial(how={0: "none", 1: "none"}).expand(x=[3])
    b16 >> [b16_a, b16_b, b16_c]
    j23 = work.override(task_id="j23")()
    [b16_a, r14, b7_c] >> j23


with DAG("random_11_032"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    m3 = (
        work.override(task_id="m3", trigger_rule="none_skipped")
        .partial(how={0: "final", 1: "none", 2: "flaky", 3: "none"})
        .expand(x=s1.map(double))
    )
    j5 = work.override(task_id="j5", retries=1)(how={-1: "final"})
    [s1, m3] >> j5

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0")(x, how={0: "error", 1: "none", 2: "final"})
        t1 = work.override(task_id="t1", retries=1)(how={0: "error", 1: "final", 2: "none"})
        t0 >> t1
        t2 = work.override(task_id="t2", trigger_rule="none_failed")(how={0: "final", 1: "flaky", 2: "final"})
        t0 >> t2
        return t2

    g7 = g7.expand(x=s1)


with DAG("random_11_033"):
    s1 = make.override(task_id="s1")(["a"])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x, how={0: "error"})
        t1 = work.override(task_id="t1", trigger_rule="all_failed")(how={0: "flaky"})
        t0 >> t1
        return t1

    g3 = g3.expand(x=s1)

    @task_group
    def g6(x):
        t0 = work.override(task_id="t0")(x, how={0: "final"})
        return t0

    g6 = g6.expand(x=s1)
    u8_made = setup(work.override(task_id="u8_made"))(how={-1: "final"})
    u8 = work.override(task_id="u8", retries=1).partial(how={0: "flaky", 1: "final"}).expand(x=[0])
    u8_gone = teardown(work.override(task_id="u8_gone"))(how={-1: "error"})
    u8_made >> u8 >> u8_gone
    u8_made >> u8_gone
    u12_made = setup(work.override(task_id="u12_made"))(how={-1: "flaky"})
    u12 = work.override(task_id="u12").partial(how={0: "flaky", 1: "error", 2: "final"}).expand(x=[0, 1])
    u12_gone = teardown(work.override(task_id="u12_gone"))(how={-1: "flaky"})
    u12_made >> u12 >> u12_gone
    u12_made >> u12_gone

    @task_group
    def g16(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky"})
        return t0

    g16 = g16.expand(x=s1)


with DAG("random_11_034"):
    s1 = make.override(task_id="s1")([])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "final"})
        t1 = work.override(task_id="t1", retries=1)(t0, how={0: "flaky"})
        return t1

    g3 = g3.expand(x=[1])
    r6 = gather.override(task_id="r6", trigger_rule="none_skipped")(g3)

    @task_group
    def g8(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1", trigger_rule="none_failed")(t0)
        t2 = work.override(task_id="t2", trigger_rule="all_done", retries=1)()
        t0 >> t2
        return t2

    g8 = g8.expand(x={})


with DAG("random_11_035"):
    s1 = make.override(task_id="s1")([1, 2])
    j3 = work.override(task_id="j3", trigger_rule="all_done", retries=1)()
    [s1] >> j3

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "none", 1: "skip"})
        t1 = work.override(task_id="t1", trigger_rule="none_failed")(t0, how={0: "none", 1: "none"})
        t2 = work.override(task_id="t2")(t0, how={0: "flaky", 1: "none"})
        return t2

    g5 = g5.expand(x=s1)
    k9 = work.override(task_id="k9").partial(how={0: "none", 2: "skip"}).expand_kwargs([{"x": 0}])


with DAG("random_11_036"):
    s1 = make.override(task_id="s1")([])
    s3 = make.override(task_id="s3")({"a": 0, "b": 1, "c": 2})
    u5_made = setup(work.override(task_id="u5_made"))(how={-1: "final"})
    u5 = work.override(task_id="u5", retries=1).partial(how={1: "error", 2: "error"}).expand(x=[0, 1, 2])
    u5_gone = teardown(work.override(task_id="u5_gone"))(how={-1: "skip"})
    u5_made >> u5 >> u5_gone
    u5_made >> u5_gone
    u9_made = setup(work.override(task_id="u9_made"))()
    u9 = work.override(task_id="u9").partial(how={0: "none", 1: "skip", 2: "none"}).expand(x=[0, 1, 2])
    u9_gone = teardown(work.override(task_id="u9_gone"))()
    u9_made >> u9 >> u9_gone
    u9_made >> u9_gone

    @task_group
    def g13(x):
        t0 = work.override(task_id="t0")(x, how={0: "none", 1: "error"})
        t1 = work.override(task_id="t1", trigger_rule="none_skipped", retries=1)(t0, how={0: "flaky", 1: "skip"})
        t2 = work.override(task_id="t2", retries=1)(t1, how={0: "error", 1: "none"})
        return t2

    g13 = g13.expand(x={"a": 0, "b": 1})
    r17 = gather.override(task_id="r17", trigger_rule="none_skipped")(u5)
    s19 = make.override(task_id="s19")([2, 0, 1], how={-1: "skip"})


with DAG("random_11_037"):
    s1 = make.override(task_id="s1")([1, 2], how={-1: "error"})
    m3 = work.override(task_id="m3").expand(x=[])
    [s1] >> m3
    m5 = work.override(task_id="m5").partial(how={0: "final", 2: "final", 3: "flaky"}).expand(x=m3.map(no_twos))
    [s1] >> m5
    s7 = make.override(task_id="s7")([])
    k8 = work.override(task_id="k8").partial(how={1: "final", 2: "final", 3: "final"}).expand_kwargs(s7)
    m10 = (
        work.override(task_id="m10", trigger_rule="all_failed")
        .partial(how={0: "final", 1: "error", 2: "none", 3: "none"})
        .expand(x=k8.map(double))
    )


with DAG("random_11_038"):
    s1 = make.override(task_id="s1")([])
    s3 = make.override(task_id="s3")([1, 2])
    r5 = gather.override(task_id="r5")(s3)
    m7 = (
        work.override(task_id="m7", trigger_rule="none_failed")
        .partial(how={0: "final", 1: "final", 3: "final"})
        .expand(x=s3, y=["p", "q"])
    )
    s9 = make.override(task_id="s9")([{"x": 0, "y": 0}, {"x": 1, "y": 1}, {"x": 2}])
    k10 = work.override(task_id="k10").partial(how={3: "final"}).expand_kwargs(s9)
    m12 = (
        work.override(task_id="m12", trigger_rule="none_skipped")
        .partial(how={0: "final", 1: "flaky", 2: "final"})
        .expand(x=s3, y=["p", "q"])
    )


with DAG("random_11_039"):
    s1 = make.override(task_id="s1")([1, 2])
    r3 = gather.override(task_id="r3", trigger_rule="none_skipped")(s1, how={-1: "none"})
    s5 = make.override(task_id="s5")([])

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "skip", 1: "flaky"})
        t1 = work.override(task_id="t1", trigger_rule="none_skipped", retries=1)(t0, how={0: "skip", 1: "flaky"})
        return t1

    g7 = g7.expand(x=s1)
    m10 = work.override(task_id="m10", retries=1).partial(how={0: "none", 1: "flaky"}).expand(x=[0], y=["p", "q"])
    r12 = gather.override(task_id="r12")(s1)
