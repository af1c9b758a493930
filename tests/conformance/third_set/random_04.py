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


with DAG("random_7_040"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3").partial(how={0: "none"}).expand(x=[])
    u3_gone = teardown(work.override(task_id="u3_gone"))(how={-1: "flaky"})
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    s7 = make.override(task_id="s7")([])
    m9 = work.override(task_id="m9", retries=1).partial(how={1: "skip", 2: "skip"}).expand(x=["a", "b", "c"])
    m11 = work.override(task_id="m11").partial(how={0: "skip"}).expand(x=[0, 1])
    m13 = work.override(task_id="m13").expand(x=m9, y=["p", "q"])
    [s1, m11] >> m13
    m15 = work.override(task_id="m15").expand(x=m11)


with DAG("random_7_041"):
    s1 = make.override(task_id="s1")([1])
    m3 = work.override(task_id="m3").expand(x=[])
    u5_made = setup(work.override(task_id="u5_made"))(how={-1: "skip"})
    u5 = work.override(task_id="u5").expand(x=[0])
    u5_gone = teardown(work.override(task_id="u5_gone"))()
    u5_made >> u5 >> u5_gone
    u5_made >> u5_gone
    r9 = gather.override(task_id="r9")(m3)
    b11 = choose.override(task_id="b11")(["b11_a"])
    b11_a = work.override(task_id="b11_a").expand(x=[1, 2])
    b11_b = work.override(task_id="b11_b")()
    b11_c = work.override(task_id="b11_c").partial(how={1: "none"}).expand(x=s1)
    b11 >> [b11_a, b11_b, b11_c]
    m18 = work.override(task_id="m18").expand(x=[1, 2, 3])

    @task_group
    def p20():
        return work.override(task_id="b")(work.override(task_id="a")())

    p20 = p20()


with DAG("random_7_042"):
    s1 = make.override(task_id="s1")([2])
    r3 = gather.override(task_id="r3", trigger_rule="none_skipped")(s1)
    m5 = work.override(task_id="m5", retries=1).partial(how={0: "flaky"}).expand(x=s1, y=["p", "q"])
    j7 = work.override(task_id="j7", trigger_rule="all_done", retries=1)(how={-1: "error"})
    [s1, r3, m5] >> j7
    m9 = (
        work.override(task_id="m9", trigger_rule="none_skipped")
        .partial(how={1: "none", 2: "flaky", 3: "flaky"})
        .expand(x=s1.map(no_twos))
    )
    u11_made = setup(work.override(task_id="u11_made"))()
    u11 = work.override(task_id="u11").partial(how={1: "error"}).expand(x=[])
    u11_gone = teardown(work.override(task_id="u11_gone"))()
    u11_made >> u11 >> u11_gone
    u11_made >> u11_gone


with DAG("random_7_043"):
    s1 = make.override(task_id="s1")([2, 0, 1])
    m3 = work.override(task_id="m3", retries=1).expand(x=[1, 2, 3], y=["p", "q"])
    [s1] >> m3
    c5 = check.override(task_id="c5")(True)
    c5_a = work.override(task_id="c5_a").expand(x=[1, 2])
    c5_b = work.override(task_id="c5_b")()
    c5 >> c5_a >> c5_b
    r8 = gather.override(task_id="r8")(m3)
    j10 = work.override(task_id="j10")()
    [s1] >> j10
    m12 = work.override(task_id="m12", retries=1).expand(x=[1, 2, 3], y=["p", "q"])
    [r8] >> m12

    @task_group
    def p14():
        return work.override(task_id="b")(work.override(task_id="a")())

    p14 = p14()
    [m12, r8] >> p14


with DAG("random_7_044"):
    s1 = make.override(task_id="s1")(["a", "b"])
    m3 = work.override(task_id="m3", retries=1).expand(x=[2, 0, 1])
    u5_made = setup(work.override(task_id="u5_made"))()
    u5 = work.override(task_id="u5").partial(how={0: "skip"}).expand(x=[0, 1])
    u5_gone = teardown(work.override(task_id="u5_gone"))()
    u5_made >> u5 >> u5_gone
    u5_made >> u5_gone
    j9 = work.override(task_id="j9", trigger_rule="none_failed_min_one_success")()
    [m3, s1] >> j9
    m11 = work.override(task_id="m11", retries=1).partial(how={1: "none"}).expand(x={"a": 0, "b": 1})
    [u5] >> m11

    @task_group
    def p13():
        return work.override(task_id="b")(work.override(task_id="a")())

    p13 = p13()
    b16 = choose.override(task_id="b16")(["b16_c"])
    b16_a = work.override(task_id="b16_a", retries=1).expand(x=[1, 2])
    b16_b = work.override(task_id="b16_b")(how={-1: "none"})
    b16_c = work.override(task_id="b16_c").expand(x=s1)
    b16 >> [b16_a, b16_b, b16_c]


with DAG("random_7_045"):
    s1 = make.override(task_id="s1")(["a", "b", "c"])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", trigger_rule="none_skipped", retries=1)(t0)
        return t1

    g3 = g3.expand(x=s1)
    s6 = make.override(task_id="s6")([1], how={-1: "flaky"})

    @task_group
    def g8(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        t1 = work.override(task_id="t1")(t0)
        t2 = work.override(task_id="t2", trigger_rule="all_done")(t1)
        return t2

    g8 = g8.expand(x={})
    c12 = check.override(task_id="c12")(False)
    c12_a = work.override(task_id="c12_a").expand(x=[1, 2])
    c12_b = work.override(task_id="c12_b")()
    c12 >> c12_a >> c12_b

    @task_group
    def p15():
        return work.override(task_id="b")(work.override(task_id="a")())

    p15 = p15()


with DAG("random_7_046"):
    s1 = make.override(task_id="s1")([2, 0])

    @task_group
    def p3():
        return work.override(task_id="b")(work.override(task_id="a")(how={-1: "none"}))

    p3 = p3()
    [s1] >> p3
    r6 = gather.override(task_id="r6", trigger_rule="none_failed")(s1)
    c8 = check.override(task_id="c8")(False)
    c8_a = work.override(task_id="c8_a", retries=1).expand(x=[1, 2])
    c8_b = work.override(task_id="c8_b")()
    c8 >> c8_a >> c8_b
    b11 = choose.override(task_id="b11")(["b11_a", "b11_c"])
    b11_a = work.override(task_id="b11_a").partial(how={0: "flaky"}).expand(x=[1, 2])
    b11_b = work.override(task_id="b11_b")()
    b11_c = work.override(task_id="b11_c", retries=1).partial(how={1: "error"}).expand(x=s1)
    b11 >> [b11_a, b11_b, b11_c]


with DAG("random_7_047"):
    s1 = make.override(task_id="s1")([1, 2, 3])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3").expand(x=[0])
    u3_gone = teardown(work.override(task_id="u3_gone"))()
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    c7 = check.override(task_id="c7")(False)
    c7_a = work.override(task_id="c7_a", retries=1).partial(how={0: "flaky"}).expand(x=[1, 2])
    c7_b = work.override(task_id="c7_b", trigger_rule="none_skipped")()
    c7 >> c7_a >> c7_b
    c10 = check.override(task_id="c10")(False)
    c10_a = work.override(task_id="c10_a").expand(x=[1, 2])
    c10_b = work.override(task_id="c10_b", trigger_rule="none_skipped")()
    c10 >> c10_a >> c10_b
    s13 = make.override(task_id="s13")([2, 0, 1])

    @task_group
    def g15(x):
        t0 = work.override(task_id="t0", retries=1)(x, how={0: "none"})
        return t0

    g15 = g15.expand(x=["a", "b", "c"])
    k17 = work.override(task_id="k17").expand_kwargs([{"x": 0, "y": 0}, {"x": 1, "y": 1}, {"x": 2, "y": 2}])


with DAG("random_7_048"):
    s1 = make.override(task_id="s1")(["a", "b"])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0", retries=1)(x)
        return t0

    g3 = g3.expand(x=s1)
    k5 = work.override(task_id="k5", retries=1).expand_kwargs([{"x": 0, "y": 0}])
    j7 = work.override(task_id="j7", retries=1)()
    [s1] >> j7


with DAG("random_7_049"):
    s1 = make.override(task_id="s1")([1, 2])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3", retries=1).partial(how={2: "none"}).expand(x=[0])
    u3_gone = teardown(work.override(task_id="u3_gone"))(how={-1: "none"})
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0")(x)
        return t0

    g7 = g7.expand(x=[1])
    m9 = work.override(task_id="m9", trigger_rule="all_failed").partial(how={2: "flaky"}).expand(x=u3.map(double))
    r11 = gather.override(task_id="r11", trigger_rule="none_failed")(m9)
    r13 = gather.override(task_id="r13")(u3)
    r15 = gather.override(task_id="r15")(u3)
