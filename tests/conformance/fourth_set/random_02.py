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


with DAG("random_11_020"):
    s1 = make.override(task_id="s1")([1, 2, 3])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "flaky", 1: "flaky", 2: "flaky"})
        t1 = work.override(task_id="t1", trigger_rule="none_skipped")(t0, how={0: "error", 1: "flaky", 2: "flaky"})
        return t1

    g3 = g3.expand(x=s1)
    u6_made = setup(work.override(task_id="u6_made"))()
    u6 = work.override(task_id="u6", retries=1).partial(how={0: "error", 1: "none", 2: "flaky"}).expand(x=[0, 1, 2])
    u6_gone = teardown(work.override(task_id="u6_gone"))(how={-1: "error"})
    u6_made >> u6 >> u6_gone
    u6_made >> u6_gone
    r10 = gather.override(task_id="r10")(g3)


with DAG("random_11_021"):
    s1 = make.override(task_id="s1")([2])
    m3 = work.override(task_id="m3").partial(how={0: "skip", 1: "none", 2: "none"}).expand(x=[0, 1, 2])
    u5_made = setup(work.override(task_id="u5_made"))(how={-1: "flaky"})
    u5 = work.override(task_id="u5").partial(how={0: "flaky", 1: "none", 2: "skip"}).expand(x=[0])
    u5_gone = teardown(work.override(task_id="u5_gone"))(how={-1: "skip"})
    u5_made >> u5 >> u5_gone
    u5_made >> u5_gone

    @task_group
    def p9():
        return work.override(task_id="b")(work.override(task_id="a")())

    p9 = p9()


with DAG("random_11_022"):
    s1 = make.override(task_id="s1")(["a"])
    m3 = work.override(task_id="m3", retries=1).expand(x=[], y=["p", "q"])
    m5 = (
        work.override(task_id="m5", trigger_rule="all_done")
        .partial(how={0: "none", 3: "none"})
        .expand(x=s1.map(no_twos))
    )
    [s1] >> m5
    j7 = work.override(task_id="j7", trigger_rule="none_failed_min_one_success", retries=1)(how={-1: "none"})
    [m3, s1, m5] >> j7


with DAG("random_11_023"):
    s1 = make.override(task_id="s1")([], how={-1: "none"})
    m3 = work.override(task_id="m3", retries=1).partial(how={0: "none", 1: "none"}).expand(x=[0, 1])
    k5 = (
        work.override(task_id="k5", retries=1)
        .partial(how={0: "skip", 1: "flaky", 2: "skip", 3: "none"})
        .expand_kwargs([])
    )
    j7 = work.override(task_id="j7", trigger_rule="all_skipped", retries=1)(how={-1: "none"})
    [s1] >> j7
    j9 = work.override(task_id="j9", trigger_rule="all_done", retries=1)(how={-1: "skip"})
    [j7, s1] >> j9


with DAG("random_11_024"):
    s1 = make.override(task_id="s1")([2, 0])
    k3 = (
        work.override(task_id="k3")
        .partial(how={0: "skip", 1: "skip", 2: "none", 3: "flaky"})
        .expand_kwargs([{"x": 0}, {"x": 1}, {"x": 2}])
    )
    m5 = (
        work.override(task_id="m5", trigger_rule="none_failed")
        .partial(how={0: "skip", 1: "flaky", 2: "skip", 3: "none"})
        .expand(x=k3.map(no_twos))
    )

    @task_group
    def p7():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "flaky"}))

    p7 = p7()
    j10 = work.override(task_id="j10", trigger_rule="none_failed", retries=1)()
    [k3] >> j10


with DAG("random_11_025"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    j3 = work.override(task_id="j3")()
    [s1] >> j3
    m5 = work.override(task_id="m5", retries=1).expand(x=[])
    r7 = gather.override(task_id="r7")(m5)
    m9 = work.override(task_id="m9", retries=1).expand(x=[], y=["p", "q"])

    @task_group
    def g11(x):
        t0 = work.override(task_id="t0")(x, how={0: "flaky", 1: "none", 2: "flaky"})
        t1 = work.override(task_id="t1", trigger_rule="none_failed", retries=1)(
            t0, how={0: "none", 1: "final", 2: "final"}
        )
        return t1

    g11 = g11.expand(x=s1)


with DAG("random_11_026"):
    s1 = make.override(task_id="s1")({"a": 0})
    m3 = (
        work.override(task_id="m3", trigger_rule="all_done", retries=1)
        .partial(how={1: "flaky", 2: "error", 3: "none"})
        .expand(x=s1)
    )
    r5 = gather.override(task_id="r5", trigger_rule="all_done")(m3)
    r7 = gather.override(task_id="r7", trigger_rule="all_done")(m3)
    j9 = work.override(task_id="j9")(how={-1: "flaky"})
    [s1, r7] >> j9


with DAG("random_11_027"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1, "c": 2}, how={-1: "skip"})
    m3 = work.override(task_id="m3").partial(how={0: "none", 1: "none", 2: "skip"}).expand(x=[0, 1, 2])

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x, how={0: "skip", 1: "none"})
        t1 = work.override(task_id="t1", retries=1)(t0, how={0: "skip", 1: "skip"})
        return t1

    g5 = g5.expand(x=[2, 0])

    @task_group
    def p8():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "flaky"}))

    p8 = p8()
    [g5] >> p8
    j11 = work.override(task_id="j11")(how={-1: "skip"})
    [p8] >> j11


with DAG("random_11_028"):
    s1 = make.override(task_id="s1")([2, 0, 1], how={-1: "none"})
    r3 = gather.override(task_id="r3", trigger_rule="none_skipped")(s1)
    s5 = make.override(task_id="s5")([{"x": 0}])
    k6 = work.override(task_id="k6").partial(how={0: "error", 2: "final"}).expand_kwargs(s5)

    @task_group
    def p8():
        return work.override(task_id="b")(work.override(task_id="a")())

    p8 = p8()
    u11_made = setup(work.override(task_id="u11_made"))(how={-1: "final"})
    u11 = work.override(task_id="u11").partial(how={0: "final", 1: "final", 2: "flaky"}).expand(x=[])
    u11_gone = teardown(work.override(task_id="u11_gone"))()
    u11_made >> u11 >> u11_gone
    u11_made >> u11_gone

    @task_group
    def g15(x):
        t0 = work.override(task_id="t0")(x, how={0: "final", 1: "final", 2: "flaky"})
        return t0

    g15 = g15.expand(x=s1)
    s17 = make.override(task_id="s17")([{"x": 0}, {"x": 1, "y": 1}, {"x": 2, "y": 2}])
    k18 = work.override(task_id="k18", retries=1).partial(how={0: "final", 3: "flaky"}).expand_kwargs(s17)


with DAG("random_11_029"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    c3 = check.override(task_id="c3")(True)
    c3_a = work.override(task_id="c3_a", retries=1).partial(how={0: "skip"}).expand(x=[1, 2])
    c3_b = work.override(task_id="c3_b", trigger_rule="none_skipped")()
    c3 >> c3_a >> c3_b

    @task_group
    def p6():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "none"}))

    p6 = p6()
    [s1] >> p6
    m9 = (
        work.override(task_id="m9", trigger_rule="all_failed")
        .partial(how={0: "flaky", 1: "none", 2: "flaky", 3: "none"})
        .expand(x=s1)
    )

    @task_group
    def g11(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "skip", 1: "none", 2: "flaky"})
        t1 = work.override(task_id="t1", retries=1)(t0, how={0: "skip", 1: "flaky", 2: "none"})
        return t1

    g11 = g11.expand(x=s1)
    m14 = (
        work.override(task_id="m14", trigger_rule="all_done")
        .partial(how={0: "flaky", 2: "skip"})
        .expand(x=s1, y=["p", "q"])
    )
