"""From the place of an instance to its arguments, its value and its end."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fanjet import DAG, SkipException, get_current_context, task, task_group
from fanjet.model.states import State
from fanjet.runtime.values import decode
from runtime.bench import RUN, Bench


def test_a_literal_map(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def add(x: int, y: int, z: int = 100) -> int:
            return x + y + z

        @task
        def collect(xs):
            return [len(xs), list(xs), type(xs).__name__]

        collect(add.partial(y=10).expand(x=[1, 2]))
    bench = Bench(dag, tmp_path)
    assert bench.fan_out("add", 2) == [111, 112]
    assert bench.value("collect") == [2, [111, 112], "LazyXComSequence"]


def test_a_map_over_a_result_decodes_the_source_once(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def make():
            return [{"n": n} for n in range(50)]

        @task
        def change(x, everything):
            x["n"] += 1
            everything.append(x)
            return [x["n"], len(everything)]

        source = make()
        change.partial(everything=source).expand(x=source)
    bench = Bench(dag, tmp_path)
    result = bench.result("make")
    assert result.item_count == 50
    assert bench.fan_out("change", 50) == [[n + 1, 51] for n in range(50)]  # no try sees what another changed
    assert bench.fan_out("change", 50) == [[n + 1, 51] for n in range(50)]
    assert bench.client.asked["GetValues"] == 1


def test_a_map_over_mapped_values_closes_up(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def odd(x):
            return x if x % 2 else None

        @task
        def show(x):
            return x

        show.expand(x=odd.expand(x=[1, 2, 3]))
    bench = Bench(dag, tmp_path)
    assert bench.fan_out("odd", 3) == [1, None, 3]
    assert bench.result("odd", (1,)) == (State.SUCCESS, None, -1, None)
    assert bench.fan_out("show", 2) == [1, 3]


def test_dicts_map_as_pairs_and_the_last_argument_varies_fastest(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def pairs(a, b):
            return (a, b)

        pairs.expand(b={"x": 1, "y": 2}, a=range(3))
    assert Bench(dag, tmp_path).fan_out("pairs", 6) == [(a, b) for b in (("x", 1), ("y", 2)) for a in range(3)]


def test_expand_kwargs_names_what_is_missing_or_unknown(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def make():
            return [{"a": 1, "b": 2}, {"a": 1}, {"a": 1, "b": 2, "c": 3}, "no dict"]

        @task
        def add(a, b):
            return a + b

        add.expand_kwargs(make())
    bench = Bench(dag, tmp_path)
    bench.value("make")
    assert bench.value("add", (0,)) == 3
    assert "Task 'add', map index 1, is missing the argument 'b'. Fix: give 'b'" in bench.error("add", (1,))
    assert "'c'" in bench.error("add", (2,))
    assert "element 3 is of type str" in bench.error("add", (3,))


def test_map_functions_run_in_the_instance_that_uses_the_item(tmp_path: Path) -> None:
    def only_odd(value):
        if value % 2 == 0:
            raise SkipException(f"{value} is even")
        return value

    def boom(value):
        return 1 // (value - 2)

    with DAG("d") as dag:

        @task
        def make():
            return [1, 2, 3]

        @task
        def show(x):
            return x

        @task
        def show2(x):
            return x

        source = make()
        show.expand(x=source.map(only_odd))
        show2.expand(x=source.map(boom))
    bench = Bench(dag, tmp_path)
    bench.value("make")
    assert [bench.result("show", (i,)).state for i in range(3)] == [State.SUCCESS, State.SKIPPED, State.SUCCESS]
    assert "ZeroDivisionError" in bench.error("show2", (1,))


def test_nested_groups_read_within_their_index(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def outside():
            return [[1, 2], [3], []]

        @task
        def spread(xs):
            return [x * 10 for x in xs]

        @task
        def one(x, whole):
            return [x, len(whole)]

        @task
        def total(xs):
            return [list(x) for x in xs]

        @task
        def all_of_it(xs):
            return [[list(y) for y in x] for x in xs]

        @task_group
        def group(xs):
            ones = one.partial(whole=source).expand(x=spread(xs))
            total(ones)
            return ones

        source = outside()
        all_of_it(group.expand(xs=source))
    bench = Bench(dag, tmp_path)
    bench.value("outside")
    spec = bench.built.spec
    bench.expand(spec.task("group.spread").scope[0], 3)
    for i, count in enumerate([2, 1, 0]):
        assert bench.result("group.spread", (i,)).item_count == count
        bench.fan_out("group.one", count, (i,))
    assert [bench.value("group.total", (i,)) for i in range(3)] == [[[10, 3], [20, 3]], [[30, 3]], []]
    assert bench.value("all_of_it") == [[[10, 3], [20, 3]], [[30, 3]], []]


def test_measuring_a_map_over_a_group_argument(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def make():
            return [[1, 2], [3], 5]

        @task
        def show(x):
            return x

        @task_group
        def group(xs):
            show.expand(x=xs)

        group.expand(xs=make())
    bench = Bench(dag, tmp_path, max_map_length=3)
    bench.value("make")
    inner = bench.built.spec.task("group.show").map
    counts, errors = bench.runner.measure(RUN, inner, (), [0, 1, 2])
    assert counts == [2, 1, -1]
    assert list(errors) == [2]
    assert "cannot be mapped over: it is of type int" in errors[2]
    assert bench.value("group.show", (0, 1)) == 2


def test_results_that_are_not_stored(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def nothing():
            pass

        @task(do_xcom_push=False)
        def kept_to_itself():
            return 5

        @task
        def generator():
            return (i for i in [1])

        nothing()
        kept_to_itself()
        generator()
    bench = Bench(dag, tmp_path)
    assert bench.result("nothing").value is None
    assert bench.result("kept_to_itself").value is None
    assert "type generator cannot be stored" in bench.error("generator")


def test_multiple_outputs(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def made() -> dict[str, int]:
            return {"a": 1, "b": 2}

        @task(multiple_outputs=True)
        def wrong():
            return {1: 2}

        @task
        def use(a, whole):
            return [a, whole]

        out = made()
        use(out["a"], out)
        wrong()
    bench = Bench(dag, tmp_path)
    bench.value("made")
    assert bench.value("use") == [1, {"a": 1, "b": 2}]
    assert "the key 1" in bench.error("wrong")


def test_arguments_from_the_context(tmp_path: Path) -> None:
    with DAG("d", params={"p": 1}) as dag:

        @task
        def asks(x, ti=None, ds=None, params=None, *, run_id):
            return [x, ti.map_index, ti.map_path, ti.task_id, ds, params, run_id]

        @task
        def by_function(x):
            context = get_current_context()
            return [context["ti"].map_index, context["task"].task_id, context["ts_nodash_with_tz"], "nope" in context]

        @task
        def everything(x, **context):
            return sorted(context)

        asks.expand(x=[5])
        by_function.expand(x=[5])
        everything(1)
    bench = Bench(dag, tmp_path)
    assert bench.value("asks", (0,)) == [5, 0, (0,), "asks", "2024-01-31", {}, "run-1"]
    assert bench.value("by_function", (0,)) == [0, "by_function", "20240131T100000+0000", False]
    from fanjet.authoring.context_names import CONTEXT_NAMES, OLDER_NAMES

    assert set(bench.value("everything")) == CONTEXT_NAMES | OLDER_NAMES


def test_a_run_without_a_date_has_no_ds(tmp_path: Path) -> None:
    import msgspec

    run = msgspec.structs.replace(RUN, logical_date=None, data_interval_start=None, data_interval_end=None)
    with DAG("d") as dag:

        @task
        def with_default(ds=None):
            return ds

        @task
        def without(ds):
            return ds

        with_default()
        without()
    bench = Bench(dag, tmp_path, run)
    assert bench.value("with_default") is None
    assert "asks for 'ds'" in bench.error("without")


def test_frames_are_arguments(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def frame():
            return pd.DataFrame({"a": range(100_000)})

        @task
        def change(df, n):
            df.loc[0, "a"] = n
            return int(df["a"].sum())

        change.partial(df=frame()).expand(n=[0, 1, 2])
    bench = Bench(dag, tmp_path)
    bench.value("frame")
    total = sum(range(100_000))
    assert bench.fan_out("change", 3) == [total, total + 1, total + 2]


def test_expanded_ti_count(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def count(x, ti=None, expanded_ti_count=None):
            return [ti.expanded_ti_count, expanded_ti_count]

        @task
        def single(expanded_ti_count=None):
            return [expanded_ti_count]

        count.expand(x=[1, 2, 3])
        single()
    bench = Bench(dag, tmp_path)
    assert bench.fan_out("count", 3)[0] == [3, 3]
    assert bench.value("single") == [None]


def test_pushed_values_travel_encoded(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def push(ti=None):
            ti.xcom_push("k", (1, 2))
            ti.xcom_push(key="return_value", value=[7])

        push()
    bench = Bench(dag, tmp_path)
    result = bench.result("push")
    assert decode(bench.client.pushed["k"]) == (1, 2)
    assert decode(result.value) == [7]


def test_tasks_of_a_mapped_group_read_pages_of_their_neighbours(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def a(x):
            return None if x % 10 == 3 else [x]

        @task
        def b(y):
            return y

        @task_group
        def group(x):
            b(a(x))

        group.expand(x=range(100))
    bench = Bench(dag, tmp_path)
    whole = [i for i in range(100) if i % 10 != 3]
    for i in range(100):
        bench.result("group.a", (i,))
    assert [bench.value("group.b", (i,)) for i in range(3)] == [[0], [1], [2]]
    assert bench.client.asked["GetValues"] == 1
    assert [bench.value("group.b", (i,)) for i in range(100)] == [[i] if i in whole else None for i in range(100)]
    assert bench.client.asked["GetValues"] <= 4, "also those without a value are known from the page"


def test_neighbours_that_end_while_others_read_are_asked_for_again(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def a(x):
            return x or None

        @task
        def b(y):
            return y

        @task_group
        def group(x):
            b(a(x))

        group.expand(x=range(40))
    bench = Bench(dag, tmp_path)
    for i in range(0, 40, 2):
        bench.result("group.a", (i,))
    assert [bench.value("group.b", (i,)) for i in (0, 2)] == [None, 2]
    for i in range(1, 40, 2):
        bench.result("group.a", (i,))
    assert [bench.value("group.b", (i,)) for i in range(3, 40)] == list(range(3, 40))
    assert bench.client.asked["GetValues"] <= 4


def test_pages_of_large_values_are_short(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task
        def a(x):
            return "." * 50_000

        @task
        def b(y):
            return len(y)

        @task_group
        def group(x):
            b(a(x))

        group.expand(x=range(60))
    bench = Bench(dag, tmp_path)
    for i in range(60):
        bench.result("group.a", (i,))
    assert [bench.value("group.b", (i,)) for i in range(60)] == [50_000] * 60
    assert 10 < bench.client.asked["GetValues"] < 20
