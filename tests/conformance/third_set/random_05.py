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


with DAG("random_7_050"):
    s1 = make.override(task_id="s1")([2, 0], how={-1: "final"})
    m3 = (
        work.override(task_id="m3", trigger_rule="none_failed")
        .partial(how={1: "error", 3: "none"})
        .expand(x=s1.map(double))
    )
    b5 = choose.override(task_id="b5")(["b5_a"])
    b5_a = work.override(task_id="b5_a").expand(x=[1, 2])
    b5_b = work.override(task_id="b5_b")()
    b5_c = work.override(task_id="b5_c").partial(how={1: "error"}).expand(x=[3])
    b5 >> [b5_a, b5_b, b5_c]
    j12 = work.override(task_id="j12", retries=1)()
    [b5_c, m3] >> j12
    b14 = choose.override(task_id="b14")(["b14_a", "b14_b", "b14_c"])
    b14_a = work.override(task_id="b14_a", retries=1).partial(how={0: "final", 1: "error"}).expand(x=[1, 2])
    b14_b = work.override(task_id="b14_b")()
    b14_c = work.override(task_id="b14_c", retries=1).expand(x=[3])
    b14 >> [b14_a, b14_b, b14_c]


with DAG("random_7_051"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1, "c": 2})

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={1: "error"})
        t1 = work.override(task_id="t1", trigger_rule="all_done")(t0, how={1: "error"})
        return t1

    g3 = g3.expand(x=[1, 2])
    m6 = work.override(task_id="m6").expand(x=[0])
    [g3, s1] >> m6

    @task_group
    def g8(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1", trigger_rule="all_done")(t0)
        t2 = work.override(task_id="t2", trigger_rule="all_done")(t1)
        return t2

    g8 = g8.expand(x=[])

    @task_group
    def g12(x):
        t0 = work.override(task_id="t0")(x, how={2: "flaky"})
        return t0

    g12 = g12.expand(x={"a": 0, "b": 1, "c": 2})
    b14 = choose.override(task_id="b14")(["b14_a"])
    b14_a = work.override(task_id="b14_a").partial(how={1: "flaky"}).expand(x=[1, 2])
    b14_b = work.override(task_id="b14_b")()
    b14_c = work.override(task_id="b14_c", retries=1).expand(x=[3])
    b14 >> [b14_a, b14_b, b14_c]
    m21 = work.override(task_id="m21").expand(x=[])


with DAG("random_7_052"):
    s1 = make.override(task_id="s1")(["a"])
    k3 = work.override(task_id="k3", retries=1).expand_kwargs([{"x": 0}, {"x": 1, "y": 1}])
    r5 = gather.override(task_id="r5", trigger_rule="none_failed")(k3)
    m7 = work.override(task_id="m7", retries=1).partial(how={0: "error"}).expand(x=[1])
    c9 = check.override(task_id="c9")(True)
    c9_a = work.override(task_id="c9_a", retries=1).expand(x=[1, 2])
    c9_b = work.override(task_id="c9_b")()
    c9 >> c9_a >> c9_b
    k12 = work.override(task_id="k12").partial(how={3: "skip"}).expand_kwargs([])


with DAG("random_7_053"):
    s1 = make.override(task_id="s1")(["a", "b"])
    j3 = work.override(task_id="j3", trigger_rule="one_done")()
    [s1] >> j3
    b5 = choose.override(task_id="b5")(["b5_b"])
    b5_a = work.override(task_id="b5_a", retries=1).expand(x=[1, 2])
    b5_b = work.override(task_id="b5_b")()
    b5_c = work.override(task_id="b5_c").expand(x=s1)
    b5 >> [b5_a, b5_b, b5_c]
    j12 = work.override(task_id="j12", trigger_rule="none_failed")()
    [j3, b5_c, s1] >> j12

    @task_group
    def g14(x):
        t0 = work.override(task_id="t0")(x)
        return t0

    g14 = g14.expand(x=s1)

    @task_group
    def p16():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "flaky"}))

    p16 = p16()


with DAG("random_7_054"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    s3 = make.override(task_id="s3")([{"x": 0, "y": 0}, {"x": 1}, {"x": 2}])
    k4 = work.override(task_id="k4").expand_kwargs(s3)

    @task_group
    def g6(x):
        t0 = work.override(task_id="t0")(x)
        return t0

    g6 = g6.expand(x=s1)

    @task_group
    def p8():
        return work.override(task_id="b")(work.override(task_id="a")())

    p8 = p8()
    k11 = work.override(task_id="k11").partial(how={0: "none", 1: "final"}).expand_kwargs([])


with DAG("random_7_055"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    k3 = work.override(task_id="k3").expand_kwargs([{"x": 0}, {"x": 1, "y": 1}, {"x": 2, "y": 2}])

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1", trigger_rule="all_failed", retries=1)(t0, how={1: "skip"})
        return t1

    g5 = g5.expand(x=["a", "b"])
    j8 = work.override(task_id="j8")()
    [g5, k3, s1] >> j8
    m10 = work.override(task_id="m10", trigger_rule="one_success").partial(how={0: "none"}).expand(x={"a": 0, "b": 1})
    [j8] >> m10

    @task_group
    def g12(x):
        t0 = work.override(task_id="t0")(x, how={1: "skip"})
        t1 = work.override(task_id="t1", trigger_rule="none_failed")(t0, how={0: "none", 1: "skip"})
        return t1

    g12 = g12.expand(x={"a": 0, "b": 1, "c": 2})
    r15 = gather.override(task_id="r15")(g5)


with DAG("random_7_056"):
    s1 = make.override(task_id="s1")([])
    j3 = work.override(task_id="j3", trigger_rule="one_success", retries=1)()
    [s1] >> j3
    c5 = check.override(task_id="c5")(False)
    c5_a = work.override(task_id="c5_a", retries=1).expand(x=[1, 2])
    c5_b = work.override(task_id="c5_b", trigger_rule="none_failed")()
    c5 >> c5_a >> c5_b
    c8 = check.override(task_id="c8")(True)
    c8_a = work.override(task_id="c8_a").partial(how={0: "skip"}).expand(x=[1, 2])
    c8_b = work.override(task_id="c8_b")()
    c8 >> c8_a >> c8_b
    m11 = (
        work.override(task_id="m11", trigger_rule="none_failed", retries=1)
        .partial(how={1: "skip", 2: "flaky", 3: "skip"})
        .expand(x=s1.map(double))
    )
    [s1, j3] >> m11
    s13 = make.override(task_id="s13")([{"x": 0}, {"x": 1, "y": 1}])
    k14 = work.override(task_id="k14", retries=1).expand_kwargs(s13)
    j16 = work.override(task_id="j16", trigger_rule="all_done_min_one_success", retries=1)()
    [m11, k14, s1] >> j16


with DAG("random_7_057"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3").partial(how={0: "none"}).expand(x=[0])
    u3_gone = teardown(work.override(task_id="u3_gone"))()
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    m7 = work.override(task_id="m7", trigger_rule="all_failed").partial(how={2: "flaky"}).expand(x=s1)
    m9 = (
        work.override(task_id="m9", trigger_rule="none_failed", retries=1)
        .partial(how={0: "none"})
        .expand(x=u3.concat(s1))
    )
    j11 = work.override(task_id="j11")()
    [m9, u3, s1] >> j11


with DAG("random_7_058"):
    s1 = make.override(task_id="s1")([1, 2, 3])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={2: "error"})
        return t0

    g3 = g3.expand(x=s1)
    c5 = check.override(task_id="c5")(False)
    c5_a = work.override(task_id="c5_a", retries=1).partial(how={1: "none"}).expand(x=[1, 2])
    c5_b = work.override(task_id="c5_b")()
    c5 >> c5_a >> c5_b

    @task_group
    def g8(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", trigger_rule="all_done", retries=1)(t0)
        return t1

    g8 = g8.expand(x=[2, 0])
    r11 = gather.override(task_id="r11")(g8)
    j13 = work.override(task_id="j13", trigger_rule="one_done", retries=1)()
    [g3] >> j13
    r15 = gather.override(task_id="r15", trigger_rule="all_done")(g8)


with DAG("random_7_059"):
    s1 = make.override(task_id="s1")([])
    s3 = make.override(task_id="s3")([{"x": 0, "y": 0}], how={-1: "flaky"})
    k4 = work.override(task_id="k4").expand_kwargs(s3)
    c6 = check.override(task_id="c6")(False)
    c6_a = work.override(task_id="c6_a").partial(how={1: "flaky"}).expand(x=[1, 2])
    c6_b = work.override(task_id="c6_b")()
    c6 >> c6_a >> c6_b
    m9 = work.override(task_id="m9", trigger_rule="none_skipped", retries=1).expand(x=s1, y=["p", "q"])
    m11 = work.override(task_id="m11", retries=1).partial(how={0: "skip", 1: "flaky"}).expand(x=[0, 1, 2])
    [m9] >> m11
