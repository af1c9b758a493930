"""The result of a DAG: how a task is marked for it, and what cannot be marked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from authoring.places import Command
from fanjet import DAG, dag, result, setup, task, task_group
from fanjet.authoring.registry import take_registered
from fanjet.errors import DagError, DagTypeError, DagValueError
from fanjet.model.spec import DagSpec
from fanjet.parsing.spec_builder import build_spec
from fanjet.testing.selection import select_part


@task
def one() -> int:
    return 1


@result
@task
def marked(x: Any = None) -> Any:
    return x


def spec_of(made: DAG) -> DagSpec:
    take_registered()
    return build_spec(made, file="f.py").spec


def result_of(made: DAG) -> str | None:
    spec = spec_of(made)
    return None if spec.result is None else spec.tasks[spec.result].task_id


def test_the_decorator_marks_the_task_of_each_call_and_leaves_the_function_below_alone() -> None:
    plain = task(lambda: 1)
    assert result(plain) is not plain
    assert not plain.is_dag_result
    with DAG("d") as made:
        marked(one())
    assert result_of(made) == "marked"


@pytest.mark.parametrize(
    "make",
    [
        marked.override(task_id="m"),
        setup(marked).override(task_id="m"),
        task.run_if(bool)(marked).override(task_id="m"),
        result(task.bash(task_id="m")(lambda: "true")),
        partial(marked.override(task_id="m").expand, x=[1, 2]),
    ],
    ids=["override", "setup", "run_if", "bash", "mapped"],
)
def test_the_mark_stays_whatever_else_is_made_of_the_function(make: Callable[[], Any]) -> None:
    with DAG("d") as made:
        one()
        make()
    assert result_of(made) == "m"


def test_a_dag_takes_the_output_of_a_task_or_of_an_operator(dag: DAG) -> None:
    output = Command(task_id="c", command="true").output
    assert dag.add_result(output) is output
    dag.add_result(output)
    assert result_of(dag) == "c"


def test_what_a_dag_function_returns_is_the_result() -> None:
    @dag
    def whole() -> Any:
        one()
        return marked.override(task_id="m")(one())

    assert result_of(whole()) == "m"


def test_what_else_a_dag_function_returns_changes_nothing() -> None:
    with DAG("other"):
        elsewhere = one()

    def returning(make: Callable[[], Any]) -> str | None:
        @dag
        def whole() -> Any:
            return make()

        return result_of(whole())

    @task_group
    def group() -> Any:
        return one()

    assert returning(lambda: one()["key"]) is None
    assert returning(lambda: [one(), one()]) is None
    assert returning(lambda: Command(task_id="c", command="true")) is None
    assert returning(lambda: one().map(str)) is None
    assert returning(lambda: elsewhere) is None
    assert returning(group) == "group.one"


def test_a_part_of_a_dag_has_the_result_if_it_has_its_task(dag: DAG) -> None:
    one()
    marked()
    built = build_spec(dag, file="f.py")
    assert built.spec.result == 1
    assert select_part(built, ["marked"], {}).built.spec.result == 0
    assert select_part(built, ["one"], {}).built.spec.result is None


def test_a_dag_without_a_mark_has_no_result(dag: DAG) -> None:
    one()
    assert spec_of(dag).result is None


@pytest.mark.parametrize(
    ("mark", "kind", "text"),
    [
        (lambda _: result(len), DagTypeError, "@result marks tasks, not 'len'. Fix: write @result in the line above"),
        (lambda _: result(3), DagTypeError, "not a value of type int"),
        (lambda _: result(one()), DagTypeError, r"of type XComArg. Fix: .* to dag.add_result\(...\)"),
        (lambda dag: dag.add_result(one), DagTypeError, r"add_result\(\) got a value of type TaskDecorator"),
        (lambda dag: dag.add_result(one()["key"]), DagValueError, "got key 'key' of task 'one'"),
        (lambda _: DAG("e").add_result(one()), DagValueError, "which is not in this DAG"),
    ],
)
def test_a_mark_on_anything_else_is_refused_where_it_stands(
    dag: DAG, mark: Callable[[DAG], Any], kind: type[DagError], text: str
) -> None:
    with pytest.raises(kind, match=text) as refused:
        mark(dag)
    assert refused.value.file == __file__
    assert refused.value.line


def test_two_results_are_refused_at_the_second(dag: DAG) -> None:
    dag.add_result(one())
    marked()
    with pytest.raises(DagValueError, match="two results: those of the tasks 'one' and 'marked'") as refused:
        build_spec(dag, file="f.py")
    assert refused.value.file == __file__
    assert dag.get_task("marked").definition == (refused.value.file, refused.value.line)
