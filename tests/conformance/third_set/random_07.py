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


with DAG("random_7_070"):
    s1 = make.override(task_id="s1")([1, 2])
    m3 = work.override(task_id="m3").expand(x=[0, 1, 2])
    j5 = work.override(task_id="j5", trigger_rule="one_success", retries=1)()
    [s1] >> j5
    j7 = work.override(task_id="j7", trigger_rule="none_failed_min_one_success", retries=1)()
    [s1, m3] >> j7
    k9 = work.override(task_id="k9").partial(how={3: "none"}).expand_kwargs([{"x": 0}, {"x": 1}, {"x": 2, "y": 2}])


with DAG("random_7_071"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    r3 = gather.override(task_id="r3", trigger_rule="none_skipped")(s1)
    m5 = work.override(task_id="m5", trigger_rule="all_failed").expand(x=[2, 0])
    [s1, r3] >> m5
    m7 = work.override(task_id="m7", trigger_rule="all_failed").expand(x=s1.map(double))


with DAG("random_7_072"):
    s1 = make.override(task_id="s1")([2])
    m3 = work.override(task_id="m3", trigger_rule="all_failed", retries=1).expand(x=s1, y=["p", "q"])
    j5 = work.override(task_id="j5", trigger_rule="one_failed")()
    [m3] >> j5
    s7 = make.override(task_id="s7")([1, 2, 3])


with DAG("random_7_073"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    m3 = work.override(task_id="m3", trigger_rule="none_skipped").partial(how={0: "error"}).expand(x=s1.map(double))
    j5 = work.override(task_id="j5", trigger_rule="none_failed")(how={-1: "final"})
    [m3, s1] >> j5
    r7 = gather.override(task_id="r7")(s1)

    @task_group
    def g9(x):
        t0 = work.override(task_id="t0")(x)
        return t0

    g9 = g9.expand(x=["a", "b", "c"])
    m11 = (
        work.override(task_id="m11", trigger_rule="none_failed_min_one_success", retries=1)
        .partial(how={1: "flaky"})
        .expand(x=["a", "b", "c"])
    )
    [m3, r7, s1] >> m11


with DAG("random_7_074"):
    s1 = make.override(task_id="s1")([1, 2])
    m3 = work.override(task_id="m3").partial(how={3: "flaky"}).expand(x=s1.map(no_twos))
    r5 = gather.override(task_id="r5", trigger_rule="none_skipped")(s1)
    m7 = work.override(task_id="m7", trigger_rule="all_failed", retries=1).expand(x=m3)
    c9 = check.override(task_id="c9")(True)
    c9_a = work.override(task_id="c9_a", retries=1).partial(how={0: "flaky", 1: "skip"}).expand(x=[1, 2])
    c9_b = work.override(task_id="c9_b")()
    c9 >> c9_a >> c9_b

    @task_group
    def g12(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={1: "skip"})
        t1 = work.override(task_id="t1")()
        t0 >> t1
        t2 = work.override(task_id="t2", trigger_rule="none_failed", retries=1)(how={0: "none"})
        t1 >> t2
        return t2

    g12 = g12.expand(x=s1)
    s16 = make.override(task_id="s16")([1, 2])


with DAG("random_7_075"):
    s1 = make.override(task_id="s1")([])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", trigger_rule="none_skipped", retries=1)()
        t0 >> t1
        return t1

    g3 = g3.expand(x=s1)
    m6 = work.override(task_id="m6", retries=1).partial(how={0: "skip"}).expand(x=[0, 1])
    [s1, g3] >> m6
    j8 = work.override(task_id="j8", trigger_rule="one_success")()
    [s1, g3, m6] >> j8
    m10 = work.override(task_id="m10").partial(how={0: "final", 3: "skip"}).expand(x=s1.map(no_twos))


with DAG("random_7_076"):
    s1 = make.override(task_id="s1")([2, 0])
    c3 = check.override(task_id="c3")(False)
    c3_a = work.override(task_id="c3_a").partial(how={1: "error"}).expand(x=[1, 2])
    c3_b = work.override(task_id="c3_b")()
    c3 >> c3_a >> c3_b
    m6 = work.override(task_id="m6", trigger_rule="all_done_min_one_success", retries=1).expand(x=[])
    [s1] >> m6
    j8 = work.override(task_id="j8", trigger_rule="one_success")()
    [m6] >> j8
    m10 = work.override(task_id="m10").partial(how={0: "flaky", 3: "error"}).expand(x=[0, 1], y=["p", "q"])
    m12 = work.override(task_id="m12").expand(x=[0])


with DAG("random_7_077"):
    s1 = make.override(task_id="s1")({"a": 0})
    m3 = work.override(task_id="m3", trigger_rule="all_failed").expand(x=s1, y=["p", "q"])
    m5 = work.override(task_id="m5").partial(how={0: "flaky", 1: "error"}).expand(x=s1, y=["p", "q"])
    m7 = work.override(task_id="m7", trigger_rule="none_skipped").partial(how={0: "flaky"}).expand(x=m5, y=["p", "q"])
    [s1, m5, m3] >> m7
    m9 = work.override(task_id="m9", trigger_rule="none_skipped").expand(x=m5)
    [m7] >> m9
    m11 = work.override(task_id="m11", trigger_rule="none_failed").expand(x=s1, y=["p", "q"])
    c13 = check.override(task_id="c13")(True)
    c13_a = work.override(task_id="c13_a", retries=1).partial(how={0: "flaky", 1: "flaky"}).expand(x=[1, 2])
    c13_b = work.override(task_id="c13_b", trigger_rule="all_done")()
    c13 >> c13_a >> c13_b


with DAG("random_7_078"):
    s1 = make.override(task_id="s1")(["a", "b"])
    r3 = gather.override(task_id="r3")(s1)
    m5 = work.override(task_id="m5", retries=1).partial(how={1: "skip"}).expand(x=s1, y=["p", "q"])
    r7 = gather.override(task_id="r7")(m5)


with DAG("random_7_079"):
    s1 = make.override(task_id="s1")([], how={-1: "skip"})
    r3 = gather.override(task_id="r3")(s1)
    r5 = gather.override(task_id="r5")(s1)
    u7_made = setup(work.override(task_id="u7_made"))()
    u7 = work.override(task_id="u7", retries=1).expand(x=[0])
    u7_gone = teardown(work.override(task_id="u7_gone"))()
    u7_made >> u7 >> u7_gone
    u7_made >> u7_gone
    b11 = choose.override(task_id="b11")(["b11_a", "b11_b", "b11_c"])
    b11_a = work.override(task_id="b11_a", retries=1).expand(x=[1, 2])
    b11_b = work.override(task_id="b11_b")(how={-1: "flaky"})
    b11_c = work.override(task_id="b11_c").expand(x=[3])
    b11 >> [b11_a, b11_b, b11_c]
    m18 = work.override(task_id="m18", trigger_rule="all_failed").partial(how={2: "none"}).expand(x=[0, 1, 2, 3])
    [b11_a] >> m18
