"""Operators that call functions."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from fanjet import DAG, EmptyOperator, PythonOperator, PythonSensor, task
from fanjet.errors import DagTypeError
from fanjet.model.states import State
from runtime.bench import RUN, Bench


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


def test_defaults_stand_where_a_run_without_a_date_has_no_entry(tmp_path: Path) -> None:
    with DAG("d") as dag:
        PythonOperator(task_id="optional", python_callable=lambda run_id, ds=None: [run_id, ds])
        PythonOperator(task_id="all", python_callable=lambda ds=None, **context: [ds, "ts" in context])
        PythonOperator(task_id="needed", python_callable=lambda ds: ds)
        PythonOperator(task_id="needed_too", python_callable=lambda ds, **context: ds)
        PythonSensor(task_id="sensor", python_callable=lambda ds=None: ds is None)

        @task(templates_dict={"a": "b"})
        def decorated(ds=None):
            return ds

        decorated()
    run = msgspec.structs.replace(RUN, logical_date=None, data_interval_start=None, data_interval_end=None)
    bench = Bench(dag, tmp_path, run)
    assert bench.value("optional") == ["run-1", None]
    assert bench.value("all") == [None, False]
    assert bench.value("sensor") is None
    assert bench.value("decorated") is None
    for task_id in ("needed", "needed_too"):
        assert "The context has no 'ds' here: it needs a run with a logical date." in bench.error(task_id)


def test_what_cannot_be_called_is_an_error_of_the_file() -> None:
    with DAG("d"), pytest.raises(DagTypeError, match="Task 'p': python_callable=5 cannot be called"):
        PythonOperator(task_id="p", python_callable=5)


def test_empty(tmp_path: Path) -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="e")
    bench = Bench(dag, tmp_path)
    assert bench.built.spec.tasks[0].kind == "empty"
    assert bench.result("e") == (State.SUCCESS, None, -1, None)
