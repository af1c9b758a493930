"""Functions that run in another Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, task
from fanjet.errors import DagTypeError
from fanjet.model.states import State
from fanjet.operators.external_python import ExternalPythonOperator
from fanjet.operators.virtualenv import PythonVirtualenvOperator
from runtime.bench import Bench


def describe(first, second=2, ds=None, **context):
    import os

    return [first + second, ds, str(context["logical_date"].date()), os.environ.get("COLOUR"), virtualenv_string_args]  # noqa: F821


def leave(code):
    import sys

    sys.exit(code)


def fail():
    raise LookupError("there, not here")


@pytest.fixture
def dag():
    with DAG("d") as made:
        yield made


def elsewhere(function: Any, **options: Any) -> None:
    ExternalPythonOperator(task_id="t", python=sys.executable, python_callable=function, **options)


def test_arguments_and_result_travel(dag: DAG, tmp_path: Path) -> None:
    elsewhere(describe, op_args=[40], env_vars={"COLOUR": "red"}, string_args=["a"])
    bench = Bench(dag, tmp_path)
    assert bench.value("t") == [42, "2024-01-31", "2024-01-31", "red", ["a"]]


def test_a_decorated_function_is_sent_without_its_decorators(dag: DAG, tmp_path: Path) -> None:
    @task.external_python(python="python3", serializer="cloudpickle")
    def double(x: int) -> int:
        return 2 * x

    @task.branch_external_python(python="python3")
    def choose():
        return "double"

    choose() >> double(21)
    bench = Bench(dag, tmp_path)
    assert bench.value("double") == 42
    assert bench.result("choose").state == State.SUCCESS


@pytest.mark.parametrize(("code", "state"), [(3, State.SKIPPED), (4, State.FAILED)])
def test_an_exit_code_skips(dag: DAG, tmp_path: Path, code: int, state: State) -> None:
    elsewhere(leave, op_args=[code], skip_on_exit_code=[3])
    assert Bench(dag, tmp_path).result("t").state == state


def test_an_exception_there_fails_the_task_here(dag: DAG, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    elsewhere(fail)
    result = Bench(dag, tmp_path).result("t")
    assert "function 'fail' raised an exception, see the log" in str(result.extra.error)
    assert "LookupError: there, not here" in capfd.readouterr().err


def test_what_has_no_source_is_refused_when_the_file_is_loaded(dag: DAG) -> None:
    with pytest.raises(DagTypeError, match="only a function that is written with def"):
        elsewhere(lambda: 1)
    with pytest.raises(DagTypeError, match="serializer='json' cannot be used"):
        elsewhere(fail, serializer="json")
    with pytest.raises(DagTypeError, match="use_airflow_context=True has no meaning"):
        elsewhere(fail, use_airflow_context=True)


def test_a_python_that_is_not_there(dag: DAG, tmp_path: Path) -> None:
    ExternalPythonOperator(task_id="t", python="/no/such/python", python_callable=fail)
    assert "there is no Python '/no/such/python'" in str(Bench(dag, tmp_path).result("t").extra.error)


def where():
    import sys

    print("in", sys.prefix)
    return sys.prefix


@pytest.mark.slow
def test_a_virtual_environment_is_made_and_kept(dag: DAG, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "venv.py").write_text("raise SystemExit('the file of a DAG')")
    monkeypatch.chdir(tmp_path)
    cache = tmp_path / "cache"
    for task_id in ("first", "second"):
        PythonVirtualenvOperator(
            task_id=task_id, python_callable=where, venv_cache_path=str(cache), system_site_packages=False
        )
    bench = Bench(dag, tmp_path)
    assert bench.value("first") == bench.value("second")
    assert Path(bench.value("first")).parent == cache
