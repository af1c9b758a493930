"""What ends of tries bring about: callbacks, labels, skips after branches and short circuits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fanjet import (
    DAG,
    BranchPythonOperator,
    EmptyOperator,
    FailException,
    ShortCircuitOperator,
    SkipException,
    get_current_context,
    task,
    task_group,
)
from fanjet.model.states import State
from fanjet.operators.branch import BaseBranchOperator
from fanjet.runtime.values import decode
from runtime.bench import RUN, Bench


def act(what: str) -> str:
    match what:
        case "skip":
            raise SkipException("as asked")
        case "fail":
            raise FailException("for good")
        case "error":
            raise ValueError("broken")
    return what


def test_callbacks_hear_of_their_kind_of_end(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[Any] = []

    def hear(kind: str) -> Any:
        def callback(context: Any) -> None:
            heard.append((kind, context["ti"].map_index, context["ti"].state, context["reason"]))
            if context["ti"].map_index == 0:
                raise RuntimeError("a broken callback")

        return callback

    names = ("execute", "success", "failure", "retry", "skipped")
    with DAG("d") as dag:

        @task(retries=1, **{f"on_{kind}_callback": [hear(kind)] for kind in names})
        def t(what):
            return act(what)

        t.expand(what=["ok", "skip", "fail", "error"])
    bench = Bench(dag, tmp_path)
    assert bench.result("t", (0,)).state is State.SUCCESS  # whatever a callback does
    bench.result("t", (1,))
    bench.result("t", (2,))
    bench.result("t", (3,))
    bench.result("t", (3,), try_number=2)
    ends = [(kind, index, state) for kind, index, state, _ in heard if kind != "execute"]
    assert ends == [
        ("success", 0, "success"),
        ("skipped", 1, "skipped"),
        ("failure", 2, "failed"),
        ("retry", 3, "up_for_retry"),
        ("failure", 3, "failed"),
    ]
    assert [kind for kind, *_ in heard].count("execute") == 5
    assert heard[-1][3].startswith("ValueError: broken")
    log = capfd.readouterr().err
    assert "Callback callback of task 't' failed; this changes nothing" in log
    assert "a broken callback" in log


def test_owed_callbacks_and_those_of_the_dag(tmp_path: Path) -> None:
    heard: list[Any] = []

    def broken(context: Any) -> None:
        raise ValueError("no")

    with DAG("d", on_failure_callback=[lambda c: heard.append((c["run_id"], c["reason"], c["dag_run"].state))]) as dag:

        @task(
            on_failure_callback=[lambda c: heard.append((c["ti"].map_index, c["reason"], str(c["exception"]))), broken]
        )
        def t(x):
            return x

        t.expand(x=[1, 2])
    runner = Bench(dag, tmp_path).runner
    error = runner.run_callbacks(RUN, 0, (), 1, 1, "failure", "the worker died")
    assert error is not None
    assert error.startswith("broken: ValueError: no")
    assert runner.run_callbacks(RUN, None, (), -1, 1, "failure", None) is None
    assert heard == [(1, "the worker died", "the worker died"), ("run-1", "failure", "failed")]


def test_labels(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with DAG("d") as dag:

        @task(map_index_template="{{ name }} {{ ti.map_index }}")
        def t(what):
            if what != "unlabelled":
                get_current_context()["name"] = f"n-{what}"
            return act(what)

        @task
        def inside(x):
            return x

        @task_group
        def group(x):
            inside(x)

        t.expand(what=["ok", "skip", "error", "unlabelled"])

        @task(map_index_template="{{ ds }}")
        def single():
            return get_current_context()["ti"].rendered_map_index

        single()
    bench = Bench(dag, tmp_path)
    labels = [
        (result.state, result.extra and result.extra.label) for result in (bench.result("t", (i,)) for i in range(4))
    ]
    assert labels == [
        (State.SUCCESS, "n-ok 0"),
        (State.SKIPPED, "n-skip 1"),
        (State.FAILED, "n-error 2"),
        (State.SUCCESS, None),
    ]
    log = capfd.readouterr().err
    assert "The label of this instance could not be rendered" in log
    assert "get_current_context()['name'] = value" in log
    assert bench.value("single") == "2024-01-31"


def test_labels_know_arguments_that_were_given_by_position(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task(map_index_template="{{ first }} {{ second }}")
        def t(first, second):
            return first

        @task_group
        def group(item):
            t(item, "constant")

        group.expand(item=["a", "b"])

    extra = Bench(dag, tmp_path).result("group.t", (1,)).extra
    assert extra
    assert extra.label == "b constant"


def branch_bench(tmp_path: Path, chosen: Any) -> Bench:
    with DAG("d") as dag:

        @task.branch
        def choose():
            return chosen

        @task
        def first():
            return 1

        @task
        def second():
            return 1

        @task
        def shared():
            return 1

        @task_group
        def group():
            one = EmptyOperator(task_id="one")
            two = EmptyOperator(task_id="two")
            one >> two

        branch = choose()
        a, b, c = first(), second(), shared()
        branch >> [a, b, c, group()]
        a >> c
    return Bench(dag, tmp_path)


@pytest.mark.parametrize(
    ("chosen", "skipped"),
    [
        ("first", {"second", "group.one"}),
        (["first", "second"], {"group.one"}),
        (("group",), {"first", "second", "shared"}),
        ("group.one", {"first", "second", "shared"}),
        (None, {"first", "second", "shared", "group.one"}),
        ([], {"first", "second", "shared", "group.one"}),
    ],
)
def test_a_branch_skips_what_comes_right_after_it_and_is_not_chosen(
    chosen: Any, skipped: set[str], tmp_path: Path
) -> None:
    bench = branch_bench(tmp_path, chosen)
    result = bench.result("choose")
    assert {bench.built.spec.tasks[number].task_id for number in result.extra.skips} == skipped
    assert result.value is None


def test_a_branch_that_skips_nothing_has_a_value(tmp_path: Path) -> None:
    result = branch_bench(tmp_path, ["first", "second", "group"]).result("choose")
    assert result.extra is None
    assert decode(result.value) == ["first", "second", "group"]


@pytest.mark.parametrize(("chosen", "words"), [("nope", "returned 'nope', which is no task"), (5, "of type int")])
def test_a_branch_that_chooses_what_does_not_exist_fails(chosen: Any, words: str, tmp_path: Path) -> None:
    error = branch_bench(tmp_path, chosen).error("choose")
    assert "Branch 'choose'" in error
    assert words in error


@pytest.mark.parametrize(("ignore", "skipped"), [(True, {"a", "b"}), (False, {"a"})])
@pytest.mark.parametrize("mapped", [True, False])
def test_short_circuits(ignore: bool, skipped: set[str], mapped: bool, tmp_path: Path) -> None:
    with DAG("d") as dag:
        option = {"ignore_downstream_trigger_rules": ignore}
        if mapped:
            first: Any = ShortCircuitOperator.partial(task_id="gate", python_callable=lambda go: go, **option).expand(
                op_kwargs=[{"go": 0}, {"go": 1}]
            )
        else:

            @task.short_circuit(task_id="gate", **option)
            def gate(go):
                return go

            first = gate(0)
        a, b, down = (EmptyOperator(task_id=name) for name in ("a", "b", "down"))
        up = EmptyOperator(task_id="up").as_setup()
        first >> a >> b >> down.as_teardown(setups=up)
        first >> down
    bench = Bench(dag, tmp_path)
    result = bench.result("gate", (0,) if mapped else ())
    assert {bench.built.spec.tasks[number].task_id for number in result.extra.skips} == skipped
    if mapped:
        assert bench.value("gate", (1,)) == 1


def test_branch_operators(tmp_path: Path) -> None:
    class Own(BaseBranchOperator):
        def choose_branch(self, context: Any) -> str:
            return "x"

    with DAG("d") as dag:
        own = Own(task_id="own")
        python = BranchPythonOperator(task_id="python", python_callable=lambda ti: ["x"] if ti else None)
        x, y = EmptyOperator(task_id="x"), EmptyOperator(task_id="y")
        own >> [x, y]
        python >> [x, y]
    bench = Bench(dag, tmp_path)
    for task_id in ("own", "python"):
        assert bench.result(task_id).extra.skips == (bench.number("y"),)
