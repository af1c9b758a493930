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


with DAG("random_7_020"):
    s1 = make.override(task_id="s1")(["a"])
    u3_made = setup(work.override(task_id="u3_made"))()
    u3 = work.override(task_id="u3").partial(how={0: "none"}).expand(x=[])
    u3_gone = teardown(work.override(task_id="u3_gone"))()
    u3_made >> u3 >> u3_gone
    u3_made >> u3_gone
    k7 = work.override(task_id="k7", retries=1).partial(how={0: "flaky", 3: "flaky"}).expand_kwargs([{"x": 0}])
    k9 = work.override(task_id="k9", retries=1).expand_kwargs([])
    m11 = work.override(task_id="m11", retries=1).partial(how={0: "flaky"}).expand(x=["a"])


with DAG("random_7_021"):
    s1 = make.override(task_id="s1")([2])
    b3 = choose.override(task_id="b3")(["b3_a"])
    b3_a = work.override(task_id="b3_a", retries=1).expand(x=[1, 2])
    b3_b = work.override(task_id="b3_b")(how={-1: "skip"})
    b3_c = work.override(task_id="b3_c").partial(how={1: "skip"}).expand(x=s1)
    b3 >> [b3_a, b3_b, b3_c]
    j10 = work.override(task_id="j10", trigger_rule="all_failed")()
    [s1] >> j10
    c12 = check.override(task_id="c12")(False)
    c12_a = work.override(task_id="c12_a", retries=1).expand(x=[1, 2])
    c12_b = work.override(task_id="c12_b", trigger_rule="none_skipped")()
    c12 >> c12_a >> c12_b


with DAG("random_7_022"):
    s1 = make.override(task_id="s1")([1])
    j3 = work.override(task_id="j3", trigger_rule="always")()
    [s1] >> j3
    s5 = make.override(task_id="s5")([{"x": 0}, {"x": 1, "y": 1}, {"x": 2, "y": 2}])
    k6 = work.override(task_id="k6").expand_kwargs(s5)
    r8 = gather.override(task_id="r8")(k6)
    j10 = work.override(task_id="j10")(how={-1: "skip"})
    [r8] >> j10
    r12 = gather.override(task_id="r12", trigger_rule="none_skipped")(s1)


with DAG("random_7_023"):
    s1 = make.override(task_id="s1")([1])
    r3 = gather.override(task_id="r3")(s1)
    r5 = gather.override(task_id="r5")(s1)
    r7 = gather.override(task_id="r7", trigger_rule="none_failed")(s1)
    m9 = work.override(task_id="m9", trigger_rule="all_failed").partial(how={3: "final"}).expand(x=s1)
    r11 = gather.override(task_id="r11")(s1)

    @task_group
    def g13(x):
        t0 = work.override(task_id="t0")(x)
        return t0

    g13 = g13.expand(x=s1)


with DAG("random_7_024"):
    s1 = make.override(task_id="s1")([2, 0], how={-1: "flaky"})
    m3 = work.override(task_id="m3").expand(x=[], y=["p", "q"])
    r5 = gather.override(task_id="r5", trigger_rule="none_failed")(s1, how={-1: "skip"})

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0")(x)
        t1 = work.override(task_id="t1", retries=1)(t0)
        return t1

    g7 = g7.expand(x={"a": 0, "b": 1})
    j10 = work.override(task_id="j10", trigger_rule="one_done", retries=1)()
    [r5, g7, m3] >> j10
    m12 = (
        work.override(task_id="m12", trigger_rule="none_failed_min_one_success", retries=1)
        .partial(how={2: "none", 5: "none"})
        .expand(x=[1, 2, 3], y=["p", "q"])
    )
    [r5] >> m12


with DAG("random_7_025"):
    s1 = make.override(task_id="s1")([1, 2])
    k3 = work.override(task_id="k3").partial(how={1: "none"}).expand_kwargs([{"x": 0}])

    @task_group
    def g5(x):
        t0 = work.override(task_id="t0")(x, how={1: "none", 2: "flaky"})
        return t0

    g5 = g5.expand(x={"a": 0, "b": 1, "c": 2})
    s7 = make.override(task_id="s7")([{"x": 0}, {"x": 1}, {"x": 2}])
    k8 = work.override(task_id="k8").expand_kwargs(s7)
    m10 = work.override(task_id="m10", retries=1).expand(x=[0, 1])


with DAG("random_7_026"):
    s1 = make.override(task_id="s1")(["a", "b"])
    j3 = work.override(task_id="j3", trigger_rule="none_skipped")()
    [s1] >> j3
    k5 = work.override(task_id="k5").expand_kwargs([{"x": 0}, {"x": 1}, {"x": 2, "y": 2}])
    b7 = choose.override(task_id="b7")(["b7_b", "b7_c"])
    b7_a = work.override(task_id="b7_a").expand(x=[1, 2])
    b7_b = work.override(task_id="b7_b")()
    b7_c = work.override(task_id="b7_c", retries=1).expand(x=s1)
    b7 >> [b7_a, b7_b, b7_c]
    k14 = work.override(task_id="k14", retries=1).partial(how={0: "flaky"}).expand_kwargs([{"x": 0, "y": 0}, {"x": 1}])


with DAG("random_7_027"):
    s1 = make.override(task_id="s1")([2, 0, 1])

    @task_group
    def g3(x):
        t0 = work.override(task_id="t0")(x, how={1: "error"})
        t1 = work.override(task_id="t1", retries=1)(how={0: "none", 1: "none"})
        t0 >> t1
        return t1

    g3 = g3.expand(x=["a", "b", "c"])
    m6 = work.override(task_id="m6").expand(x=[])
    [s1, g3] >> m6
    m8 = work.override(task_id="m8", trigger_rule="all_done", retries=1).expand(x=s1, y=["p", "q"])


with DAG("random_7_028"):
    s1 = make.override(task_id="s1")({"a": 0, "b": 1, "c": 2})
    m3 = work.override(task_id="m3").expand(x=[0])
    [s1] >> m3
    r5 = gather.override(task_id="r5")(m3)

    @task_group
    def g7(x):
        t0 = work.override(task_id="t0")(x, how={0: "final"})
        t1 = work.override(task_id="t1", trigger_rule="all_failed")(t0)
        return t1

    g7 = g7.expand(x=[1, 2, 3])
    j10 = work.override(task_id="j10", trigger_rule="none_skipped", retries=1)()
    [r5] >> j10
    r12 = gather.override(task_id="r12", trigger_rule="all_done")(m3)


with DAG("random_7_029"):
    s1 = make.override(task_id="s1")(["a", "b"])
    j3 = work.override(task_id="j3")()
    [s1] >> j3
    b5 = choose.override(task_id="b5")(["b5_a", "b5_c"])
    b5_a = work.override(task_id="b5_a").expand(x=[1, 2])
    b5_b = work.override(task_id="b5_b")()
    b5_c = work.override(task_id="b5_c", retries=1).expand(x=s1)
    b5 >> [b5_a, b5_b, b5_c]
    k12 = work.override(task_id="k12").expand_kwargs([{"x": 0, "y": 0}])
    c14 = check.override(task_id="c14")(False)
    c14_a = work.override(task_id="c14_a", retries=1).partial(how={1: "final"}).expand(x=[1, 2])
    c14_b = work.override(task_id="c14_b", trigger_rule="all_done")()
    c14 >> c14_a >> c14_b
    b17 = choose.override(task_id="b17")(["b17_c"])
    b17_a = work.override(task_id="b17_a", retries=1).partial(how={0: "final"}).expand(x=[1, 2])
    b17_b = work.override(task_id="b17_b")()
    b17_c = work.override(task_id="b17_c", retries=1).expand(x=s1)
    b17 >> [b17_a, b17_b, b17_c]
