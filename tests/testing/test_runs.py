"""`run_dag`: what goes in, and what the result says."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from fanjet import DAG, Connection, PythonSensor, Variable, dag, get_current_context, task
from fanjet.bootstrap.requests import DagFileError
from fanjet.errors import OperationError
from fanjet.runtime.connections import BaseHook
from fanjet.testing import run_dag
from testing.dags import branching, customers, shell, words


def test_the_whole_dag_runs_with_states_values_labels_and_output() -> None:
    result = run_dag(words).assert_success()
    assert result.state == "success"
    assert result["find_words"].value == ["fan", "out", "over", "what", "you", "find"]
    assert result["measure"].values == [3, 3, 4, 4, 3, 4]
    assert result["measure"].state == "success"
    assert result["measure"].labels[:2] == ["fan", "out"]
    assert result["measure"][2].output == "measuring over\n"
    assert result["measure[2]"].value == result["measure"][2].value == 4
    assert result.xcom("measure", map_index=2) == 4
    assert result["report"].value == 21


def test_params_conf_and_dates_are_those_of_the_call() -> None:
    result = run_dag(words, params={"least": 4}, logical_date=datetime(2026, 1, 31, tzinfo=UTC))
    assert result["measure"].states == ["skipped", "skipped", "success", "success", "skipped", "success"]
    assert result["report"].value == 12
    greeting = run_dag(shell, params={"who": "Ada"}, logical_date=datetime(2026, 1, 31, tzinfo=UTC))
    assert greeting["greet"].value == "hello Ada on 2026-01-31"
    assert greeting["greet"].rendered == {"bash_command": "echo hello Ada on 2026-01-31"}
    with DAG("d") as made:

        @task
        def conf(dag_run: Any = None) -> Any:
            return dag_run.conf["who"]

        conf()
    assert run_dag(made, conf={"who": "me"})["conf"].value == "me"


def test_nested_maps_are_read_by_path_and_by_outer_position() -> None:
    result = run_dag(customers).assert_success()
    fit = result["customer.fit"]
    assert fit[1, 1].value == result["customer.fit[1,1]"].value == fit[1][1].value == 10
    assert fit[1].values == [0, 10]
    assert fit.values == [0, 0, 10]
    assert result["compare"].value == [0, 10]


def test_the_real_exception_is_there_with_the_line_that_raised_it() -> None:
    @dag
    def failing() -> None:
        @task
        def divide(x: int) -> float:
            return 1 / x

        divide.expand(x=[1, 0])

    result = run_dag(failing).assert_failed()
    error = result["divide"][1].error
    assert isinstance(error, ZeroDivisionError)
    assert error.__traceback__ is not None
    assert error.__traceback__.tb_frame.f_code.co_filename == __file__
    assert result["divide"][0].error is None
    with pytest.raises(AssertionError) as raised:
        result.assert_success()
    assert "divide[1]  failed  ZeroDivisionError: division by zero (" in str(raised.value)
    assert "test_runs.py:" in str(raised.value)
    assert raised.value.__cause__ is error


def test_the_result_reads_well_in_a_failed_assertion() -> None:
    result = run_dag(words, replace={"measure[1]": ValueError("boo")})
    assert repr(result).startswith("<run of 'words': failed (measure[1]: ValueError: boo); find_words: 1 success;")
    assert repr(result["measure"]) == "<measure: 1 failed, 5 success>"
    assert repr(result["measure"][0]) == "<measure[0] success -> 3>"
    with pytest.raises(AssertionError, match="is a success"):
        run_dag(branching).assert_failed()


def test_dags_come_as_objects_functions_and_files(tmp_path: Path) -> None:
    assert run_dag(branching()).states == {
        "start": ["success"], "choose": ["success"], "left": ["success"], "right": ["skipped"]
    }  # fmt: skip
    file = tmp_path / "two.py"
    file.write_text(
        dedent("""
        from fanjet import DAG, task
        for name in ("one", "two"):
            with DAG(name) as made:
                @task
                def say(dag_run=None):
                    return dag_run.dag_id
                say()
        """)
    )
    assert run_dag(file, dag_id="two")["say"].value == "two"
    with pytest.raises(OperationError, match=r"two.py has 2 DAGs. Fix: name one by dag_id: 'one', 'two'."):
        run_dag(file)
    with pytest.raises(OperationError, match=r"has no DAG 'tow'. Did you mean 'two'?"):
        run_dag(file, dag_id="tow")
    file.write_text("from fanjet import DAG\nimport nonsense_of_mine\n")
    with pytest.raises(DagFileError, match=r"two.py:2: There is no module named 'nonsense_of_mine'."):
        run_dag(file)
    with pytest.raises(DagFileError, match="There is no such file"):
        run_dag(tmp_path / "gone.py")
    with pytest.raises(OperationError, match="is no DAG"):
        run_dag(lambda: 3)


def test_variables_and_connections_hold_for_one_run() -> None:
    with DAG("d") as made:

        @task
        def read() -> list[Any]:
            warehouse = BaseHook.get_connection("warehouse")
            return [Variable.get("region"), Variable.get("limits", deserialize_json=True), warehouse.host]

        read()
    variables = {"region": "north", "limits": {"rows": 3}}
    for given in ("postgres://u:pw@db.example:5432/x", {"conn_type": "pg", "host": "db.example"},
                  Connection(conn_type="pg", host="db.example", extra={"a": 1})):  # fmt: skip
        result = run_dag(made, variables=variables, connections={"warehouse": given})
        assert result["read"].value == ["north", {"rows": 3}, "db.example"]
    assert run_dag(made)["read"].state == "failed"
    with pytest.raises(OperationError, match="has unknown fields: hots"):
        run_dag(made, connections={"warehouse": {"hots": "x"}})


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("FANJET_HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "helpers_of_x.py").write_text("NAME = 'x'\n")
    (tmp_path / "dags" / "x.py").write_text(
        "from fanjet import DAG, task\nimport helpers_of_x, os\nwith DAG('x'):\n"
        "    @task\n    def leave():\n        os.chdir('/')\n        return helpers_of_x.NAME\n    leave()\n"
    )
    import logging
    import signal

    def look() -> list[Any]:
        root = logging.getLogger()
        return [
            dict(os.environ), Path.cwd(), list(sys.path), set(sys.modules), signal.getsignal(signal.SIGINT),
            list(root.handlers), root.level, sys.stdout, sys.stderr, sorted(tmp_path.iterdir()),
            threading.active_count(),
        ]  # fmt: skip

    run_dag(words)  # brings in modules that stay
    before = look()
    result = run_dag(tmp_path / "dags" / "x.py", variables={"a": "b"}, connections={"c": "http://u:secret@h"})
    assert result["leave"].value == "x"
    assert look() == before
    assert not home.exists()


def test_helpers_of_one_project_are_not_those_of_another(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shared_name.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "dag.py").write_text(
            "from fanjet import DAG, task\nfrom shared_name import NAME\nwith DAG('d'):\n"
            "    @task\n    def say():\n        return NAME\n    say()\n"
        )
    assert [run_dag(tmp_path / name / "dag.py")["say"].value for name in ("one", "two")] == ["one", "two"]


def test_runs_in_threads_keep_to_themselves() -> None:
    @dag
    def own(name: str = "") -> None:
        @task
        def say(name: str) -> str:
            return f"{name} {get_current_context()['dag_run'].params['name']}"

        say(name)

    results: dict[str, Any] = {}

    def work(name: str) -> None:
        results[name] = run_dag(own, params={"name": name})["say"].value

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == {name: f"{name} {name}" for name in "abcd"}


def test_interrupts_and_debuggers_end_the_test() -> None:
    from bdb import BdbQuit

    for error in (KeyboardInterrupt, BdbQuit):
        with pytest.raises(error):
            run_dag(words, replace={"find_words": error})
    with pytest.raises(pytest.fail.Exception, match="not like this"):
        run_dag(words, replace={"find_words": lambda: pytest.fail("not like this")})


def test_values_of_any_kind_come_back() -> None:
    class Model:
        pass

    with DAG("d") as made:

        @task
        def fit(ti: Any = None) -> Any:
            ti.xcom_push("size", (1, 2))
            return {"at": datetime(2026, 1, 1, tzinfo=UTC), "model": Model(), "long": "x" * 100_000}

        fit()
    fit_result = run_dag(made)["fit"]
    assert fit_result.value["at"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert type(fit_result.value["model"]).__name__ == "Model"
    assert len(fit_result.value["long"]) == 100_000
    assert fit_result.xcom("size") == (1, 2)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda r: r["mesure"], "has no task 'mesure'. Did you mean 'measure'?"),
        (lambda r: r["measure"][9], r"'measure' has no instance \[9\]; it has 6: 6 success."),
        (lambda r: r["measure[9]"], r"'measure' has no instance \[9\]"),
        (lambda r: r["report"][0], r"'report' is not mapped, so it has no instance \[0\]."),
        (lambda r: r["measure"].value, "'measure' has 6 instances, so there is no one .value. Fix: use .values"),
    ],
)
def test_wrong_use_of_a_result_says_what_is_there(use: Any, message: str) -> None:
    with pytest.raises(OperationError, match=message):
        use(run_dag(words))
    with pytest.raises((KeyError, IndexError)):
        run_dag(words)["measure"][9]


def test_wrong_arguments_are_errors_before_anything_runs() -> None:
    with pytest.raises(OperationError, match=r"has no parameter 'lesst'. Did you mean 'least'?"):
        run_dag(words, params={"lesst": 3})
    with pytest.raises(OperationError, match="logical_date needs a time zone"):
        run_dag(words, logical_date=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake


def test_what_is_installed_inside_the_project_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / ".venv" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "installed_lib.py").write_text("")
    monkeypatch.syspath_prepend(installed)
    (tmp_path / "dag.py").write_text(
        "import installed_lib\nfrom fanjet import DAG, EmptyOperator\nwith DAG('d'):\n    EmptyOperator(task_id='e')\n"
    )
    assert run_dag(tmp_path / "dag.py")["e"].state == "success"
    assert "installed_lib" in sys.modules
    monkeypatch.delitem(sys.modules, "installed_lib")


def test_a_failing_callback_of_the_dag_is_told() -> None:
    def complain(context: Any) -> None:
        raise RuntimeError("no mail server")

    with DAG("d", on_success_callback=complain) as made:

        @task
        def work() -> int:
            return 1

        work()
    (message,) = run_dag(made).messages
    assert "no mail server" in message


def test_tasks_that_never_began_have_a_state_too() -> None:
    with DAG("d", dagrun_timeout=timedelta(hours=1)) as made:
        wait = PythonSensor(task_id="wait", python_callable=lambda: False, mode="reschedule")

        @task
        def later() -> int:
            return 1

        wait >> later()
    result = run_dag(made)
    assert result.state == "failed"
    assert "took longer than its dagrun_timeout" in result.report()
