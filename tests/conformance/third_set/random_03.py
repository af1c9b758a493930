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


with DAG("random_7_030"):
    s1 = make.override(task_id="s1")([])
    r3 = gather.override(task_id="r3", trigger_rule="all_done")(s1)
    u5_made = setup(work.override(task_id="u5_made"))()
    u5 = work.override(task_id="u5").partial(how={0: "flaky"}).expand(x=[])
    u5_gone = teardown(work.override(task_id="u5_gone"))()
    u5_made >> u5 >> u5_gone
    u5_made >> u5_gone
    m9 = work.override(task_id="m9").expand(x=[])
    [r3] >> m9
    c11 = check.override(task_id="c11")(False)
    c11_a = work.override(task_id="c11_a", retries=1).expand(x=[1, 2])
    c11_b = work.override(task_id="c11_b", trigger_rule="none_failed")()
    c11 >> c11_a >> c11_b


with DAG("random_7_031"):
    s1 = make.override(task_id="s1")(["a", "b"])
    u3_made = setup(work.override(task_id="u3_made"))(how={-1: "none"})
    u3 = work.override(task_id="u3", retries=1).expand(x=[0, 1, 2])
    u3_gone = teardown(work.override(task_id="u3_gone"))()
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    m7 = work.override(task_id="m7", retries=1).partial(how={0: "skip"}).expand(x=[0])
    r9 = gather.override(task_id="r9", trigger_rule="none_skipped")(u3)
    b11 = choose.override(task_id="b11")(["b11_a", "b11_b", "b11_c"])
    b11_a = work.override(task_id="b11_a", retries=1).expand(x=[1, 2])
    b11_b = work.override(task_id="b11_b")()
    b11_c = work.override(task_id="b11_c").expand(x=s1)
    b11 >> [b11_a, b11_b, b11_c]


with DAG("random_7_032"):
    s1 = make.override(task_id="s1")([2, 0])
    r3 = gather.override(task_id="r3", trigger_rule="none_skipped")(s1)
    j5 = work.override(task_id="j5", trigger_rule="all_done_min_one_success")()
    [r3, s1] >> j5
    s7 = make.override(task_id="s7")([{"x": 0}, {"x": 1}])
    k8 = work.override(task_id="k8").expand_kwargs(s7)


with DAG("random_7_033"):
    s1 = make.override(task_id="s1")([2, 0])
    m3 = work.override(task_id="m3", trigger_rule="none_failed").partial(how={3: "skip"}).expand(x=s1, y=["p", "q"])
    m5 = work.override(task_id="m5").expand(x=["a"])
    s7 = make.override(task_id="s7")([1, 2, 3])
    r9 = gather.override(task_id="r9", trigger_rule="all_done")(m3)


with DAG("random_7_034"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    r3 = gather.override(task_id="r3")(s1)
    m5 = work.override(task_id="m5").expand(x=s1, y=["p", "q"])
    j7 = work.override(task_id="j7", retries=1)()
    [r3, s1] >> j7


with DAG("random_7_035"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1})
    c3 = check.override(task_id="c3")(False)
    c3_a = work.override(task_id="c3_a").partial(how={0: "flaky"}).expand(x=[1, 2])
    c3_b = work.override(task_id="c3_b")()
    c3 >> c3_a >> c3_b
    m6 = work.override(task_id="m6", trigger_rule="none_failed").expand(x=s1)
    m8 = work.override(task_id="m8").partial(how={0: "none"}).expand(x=[2, 0])


with DAG("random_7_036"):
    s1 = make.override(task_id="s1")({})
    j3 = work.override(task_id="j3")()
    [s1] >> j3
    m5 = work.override(task_id="m5", retries=1).partial(how={0: "none"}).expand(x=["a", "b", "c"])
    b7 = choose.override(task_id="b7")(["b7_a", "b7_c"])
    b7_a = work.override(task_id="b7_a", retries=1).expand(x=[1, 2])
    b7_b = work.override(task_id="b7_b")()
    b7_c = work.override(task_id="b7_c", retries=1).expand(x=[3])
    b7 >> [b7_a, b7_b, b7_c]
    m14 = work.override(task_id="m14", trigger_rule="all_done", retries=1).partial(how={1: "flaky"}).expand(x=b7_a)
    m16 = work.override(task_id="m16", trigger_rule="all_done").expand(x=[])
    [b7_b, s1] >> m16


with DAG("random_7_037"):
    s1 = make.override(task_id="s1")([2, 0])
    c3 = check.override(task_id="c3")(False)
    c3_a = work.override(task_id="c3_a", retries=1).partial(how={0: "none"}).expand(x=[1, 2])
    c3_b = work.override(task_id="c3_b")()
    c3 >> c3_a >> c3_b

    @task_group
    def g6(x):
        t0 = work.override(task_id="t0")(x, how={0: "error"})
        t1 = work.override(task_id="t1", trigger_rule="none_failed")(t0)
        t2 = work.override(task_id="t2", retries=1)(how={1: "flaky"})
        t1 >> t2
        return t2

    g6 = g6.expand(x=[2, 0])
    r10 = gather.override(task_id="r10", trigger_rule="all_done")(g6)
    u12_made = setup(work.override(task_id="u12_made"))()
    u12 = work.override(task_id="u12").partial(how={2: "error"}).expand(x=[0, 1, 2])
    u12_gone = teardown(work.override(task_id="u12_gone"))()
    u12_made >> u12 >> u12_gone
    u12_made >> u12_gone

    @task_group
    def g16(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky", 1: "flaky"})
        t1 = work.override(task_id="t1", trigger_rule="all_done")(t0)
        t2 = work.override(task_id="t2", trigger_rule="all_failed")(t1)
        return t2

    g16 = g16.expand(x=s1)
    k20 = work.override(task_id="k20").partial(how={0: "error"}).expand_kwargs([])


with DAG("random_7_038"):
    s1 = make.override(task_id="s1")([1, 2])
    r3 = gather.override(task_id="r3")(s1)
    r5 = gather.override(task_id="r5")(s1)
    j7 = work.override(task_id="j7", trigger_rule="none_skipped")()
    [r5, s1] >> j7
    r9 = gather.override(task_id="r9")(s1)


with DAG("random_7_039"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    k3 = work.override(task_id="k3", retries=1).expand_kwargs([])
    r5 = gather.override(task_id="r5", trigger_rule="all_done")(k3)
    m7 = work.override(task_id="m7", retries=1).partial(how={2: "none"}).expand(x=[0, 1], y=["p", "q"])
