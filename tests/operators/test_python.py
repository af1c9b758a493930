"""Operators that call functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanjet import DAG, EmptyOperator, PythonOperator, task
from fanjet.errors import DagTypeError
from fanjet.model.states import State
from runtime.bench import Bench


def test_arguments_context_and_templates(tmp_path: Path) -> None:
    def show(a, b, ds, *, c=3, templates_dict=None, **context):
        return [a, b, ds, c, templates_dict, context["ti"].task_id]

    with DAG("d") as dag:

        @task
        def make():
            return ["from", "upstream"]

        PythonOperator(
            task_id="p",
            python_callable=show,
            op_args=["{{ ti.task_id }}", make()],
            op_kwargs={"c": "{{ 1 + 1 }}"},
            templates_dict={"t": "{{ ds }}"},
        )
        PythonOperator.partial(task_id="m", python_callable=lambda x, y: [x, y]).expand(
            op_args=[[1, "{{ ds }}"], [3, 4]]
        )
        PythonOperator(task_id="missing", python_callable=lambda x: x)
    bench = Bench(dag, tmp_path)
    bench.value("make")
    expected = ["p", ["from", "upstream"], "2024-01-31", "2", {"t": "2024-01-31"}, "p"]
    assert bench.value("p") == expected
    assert bench.fan_out("m", 2) == [[1, "2024-01-31"], [3, 4]]
    assert "missing 1 required positional argument: 'x'" in bench.error("missing")


def test_what_cannot_be_called_is_an_error_of_the_file() -> None:
    with DAG("d"), pytest.raises(DagTypeError, match="Task 'p': python_callable=5 cannot be called"):
        PythonOperator(task_id="p", python_callable=5)


def test_empty(tmp_path: Path) -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="e")
    bench = Bench(dag, tmp_path)
    assert bench.built.spec.tasks[0].kind == "empty"
    assert bench.result("e") == (State.SUCCESS, None, -1, None)
