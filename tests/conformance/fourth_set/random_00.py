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


with DAG("random_11_000"):
    s1 = make.override(task_id="s1")([1, 2])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", trigger_rule="all_done")(t0)
        return t1

    g3 = g3.expand(x=[])

    @task_group
    def p6():
        return work.override(task_id="b")(work.override(task_id="a")())

    p6 = p6()
    [g3, s1] >> p6

    @task_group
    def g9(x):
        t0 = work.override(task_id="t0")(x, how={0: "error", 1: "error"})
        t1 = work.override(task_id="t1", trigger_rule="all_failed")(t0, how={0: "error", 1: "error"})
        return t1

    g9 = g9.expand(x=s1)


with DAG("random_11_001"):
    s1 = make.override(task_id="s1")([2, 0, 1])

    @task_group
    def p3():
        return work.override(task_id="b")(work.override(task_id="a")())

    p3 = p3()
    [s1] >> p3
    u6_made = setup(work.override(task_id="u6_made"))()
    u6 = work.override(task_id="u6").partial(how={0: "final", 1: "flaky"}).expand(x=[])
    u6_gone = teardown(work.override(task_id="u6_gone"))(how={-1: "skip"})
    u6_made >> u6 >> u6_gone
    u6_made >> u6_gone

    @task_group
    def g10(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky", 1: "skip", 2: "flaky"})
        t1 = work.override(task_id="t1", trigger_rule="none_skipped")(t0, how={0: "final", 1: "skip", 2: "error"})
        t2 = work.override(task_id="t2", trigger_rule="none_failed")(how={0: "error", 1: "skip", 2: "flaky"})
        t0 >> t2
        return t2

    g10 = g10.expand(x=s1)
    s14 = make.override(task_id="s14")(["a", "b"], how={-1: "none"})


with DAG("random_11_002"):
    s1 = make.override(task_id="s1")([1])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky", 1: "flaky"})
        t1 = work.override(task_id="t1", trigger_rule="all_failed")(t0, how={0: "none", 1: "none"})
        return t1

    g3 = g3.expand(x=[2, 0])
    c6 = check.override(task_id="c6")(True)
    c6_a = work.override(task_id="c6_a").partial(how={1: "skip"}).expand(x=[1, 2])
    c6_b = work.override(task_id="c6_b")()
    c6 >> c6_a >> c6_b
    s9 = make.override(task_id="s9")(["a", "b", "c"], how={-1: "flaky"})
    j11 = work.override(task_id="j11", trigger_rule="none_failed_min_one_success", retries=1)()
    [s9, s1] >> j11

    @task_group
    def p13():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "none"}))

    p13 = p13()


with DAG("random_11_003"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "none", 1: "flaky", 2: "skip"})
        return t0

    g3 = g3.expand(x=s1)
    m5 = work.override(task_id="m5", retries=1).expand(x=[])
    s7 = make.override(task_id="s7")([{"x": 0, "y": 0}, {"x": 1}, {"x": 2}])
    k8 = (
        work.override(task_id="k8", retries=1)
        .partial(how={0: "flaky", 1: "skip", 2: "flaky", 3: "skip"})
        .expand_kwargs(s7)
    )
    m10 = work.override(task_id="m10").expand(x={}, y=["p", "q"])


with DAG("random_11_004"):
    s1 = make.override(task_id="s1")([2])
    j3 = work.override(task_id="j3", trigger_rule="none_failed")(how={-1: "flaky"})
    [s1] >> j3
    k5 = work.override(task_id="k5").partial(how={0: "none", 1: "skip", 3: "none"}).expand_kwargs([])
    r7 = gather.override(task_id="r7", trigger_rule="none_skipped")(s1)


with DAG("random_11_005"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x, how={0: "none", 1: "skip", 2: "flaky"})
        t1 = work.override(task_id="t1")(how={0: "flaky", 1: "flaky", 2: "skip"})
        t0 >> t1
        return t1

    g3 = g3.expand(x=s1)
    m6 = (
        work.override(task_id="m6", trigger_rule="all_done", retries=1)
        .partial(how={0: "none", 1: "flaky", 2: "none", 3: "flaky"})
        .expand(x=s1)
    )

    @task_group
    def g8(x):
        t0 = work.override(task_id="t0")(x, how={0: "none", 1: "final", 2: "error"})
        t1 = work.override(task_id="t1", trigger_rule="all_failed", retries=1)(
            t0, how={0: "skip", 1: "final", 2: "flaky"}
        )
        return t1

    g8 = g8.expand(x=s1)
    r11 = gather.override(task_id="r11")(g3)
    r13 = gather.override(task_id="r13")(g8)


with DAG("random_11_006"):
    s1 = make.override(task_id="s1")(["a", "b"], how={-1: "none"})
    j3 = work.override(task_id="j3", retries=1)(how={-1: "final"})
    [s1] >> j3
    j5 = work.override(task_id="j5", trigger_rule="all_failed")(how={-1: "flaky"})
    [s1] >> j5
    r7 = gather.override(task_id="r7")(s1)
    m9 = work.override(task_id="m9", retries=1).partial(how={0: "final"}).expand(x=[0, 1])


with DAG("random_11_007"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    j3 = work.override(task_id="j3", retries=1)(how={-1: "none"})
    [s1] >> j3
    s5 = make.override(task_id="s5")([{"x": 0}, {"x": 1, "y": 1}, {"x": 2}])
    k6 = work.override(task_id="k6").partial(how={2: "skip", 3: "flaky"}).expand_kwargs(s5)
    k8 = work.override(task_id="k8").partial(how={1: "skip", 2: "flaky"}).expand_kwargs([{"x": 0, "y": 0}])
    m10 = work.override(task_id="m10", retries=1).expand(x=[])
    c12 = check.override(task_id="c12")(True)
    c12_a = work.override(task_id="c12_a").partial(how={0: "none", 1: "none"}).expand(x=[1, 2])
    c12_b = work.override(task_id="c12_b")()
    c12 >> c12_a >> c12_b


with DAG("random_11_008"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    m3 = work.override(task_id="m3").partial(how={1: "flaky", 3: "error"}).expand(x={"a": 0, "b": 1}, y=["p", "q"])
    j5 = work.override(task_id="j5")()
    [m3, s1] >> j5

    @task_group
    def p7():
        return work.override(task_id="b")(work.override(task_id="a")())

    p7 = p7()
    m10 = work.override(task_id="m10").partial(how={0: "final", 1: "error", 2: "error", 3: "flaky"}).expand(x=s1, y=m3)
    r12 = gather.override(task_id="r12")(m10)
    m14 = work.override(task_id="m14").partial(how={0: "flaky", 1: "none", 2: "none"}).expand(x=[0, 1, 2])


with DAG("random_11_009"):
    s1 = make.override(task_id="s1")(["a", "b"])
    r3 = gather.override(task_id="r3", trigger_rule="none_failed")(s1)
    m5 = (
        work.override(task_id="m5")
        .partial(how={0: "none", 1: "flaky", 4: "final", 5: "none"})
        .expand(x=[2, 0, 1], y=["p", "q"])
    )
    j7 = work.override(task_id="j7", trigger_rule="all_skipped", retries=1)()
    [s1, m5] >> j7

    @task_group
    def g9(x):
        t0 = work.override(task_id="t0")(x, how={0: "error", 1: "skip"})
        return t0

    g9 = g9.expand(x=[2, 0])
    m11 = work.override(task_id="m11").partial(how={0: "skip", 1: "error"}).expand(x=[1, 2, 3])
