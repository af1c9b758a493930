"""`airflow.sdk.result` and what commands tell of it; `airflow.sdk.deadline_reference`."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Call, call

__all__ = ["call"]

_DAGS = """
    from airflow.sdk import DAG, BaseDeadlineReference, DeadlineReference, dag, deadline_reference, result, task
    from airflow.sdk.definitions import deadline, decorators

    assert (decorators.result, deadline.deadline_reference) == (result, deadline_reference)

    @deadline_reference
    class Bare(BaseDeadlineReference):
        def _evaluate_with(self, *, session, **kwargs): ...

    @deadline_reference()
    class Called(BaseDeadlineReference): ...

    @deadline_reference(DeadlineReference.TYPES.DAGRUN_QUEUED)
    class Queued(BaseDeadlineReference): ...

    assert isinstance(DeadlineReference.Queued, Queued)
    assert Bare().reference_name == "Bare"

    @dag
    def summed():
        @task
        def find():
            return [1, 2]

        @result
        @task
        def add(numbers):
            return {"sum": sum(numbers)}

        @task
        def tell(answer):
            print(answer)

        tell(add(find()))

    summed()

    @dag
    def doubled():
        @task
        def double(x):
            return x * 2 if x else None

        return double.expand(x=[1, 0, 3])

    doubled()

    with DAG("failing") as failing:
        @task
        def fail():
            raise ValueError

        failing.add_result(fail())
"""


def test_results_of_dags_are_in_the_file_of_results_and_in_show(call: Call, tmp_path: Path) -> None:
    def ask(*arguments: str) -> str:
        return call(*arguments).out

    file = tmp_path / "results.json"
    (tmp_path / "dags.py").write_text(textwrap.dedent(_DAGS))
    ask("run", "--inline", "dags.py", "--results", str(file))
    runs: dict[str, Any] = {run["dag_id"]: run for run in json.loads(file.read_text())}
    assert list(runs["summed"])[-2:] == ["result", "instances"]
    assert runs["summed"]["result"] == {"sum": 3}
    assert runs["doubled"]["result"] == [2, None, 6], "of a mapped task all values in order"
    assert "result" not in runs["failing"]

    names = {dag_id: run["run_id"] for dag_id, run in runs.items()}
    shown = {dag_id: json.loads(ask("show", run_id, "--json")) for dag_id, run_id in names.items()}
    assert shown["summed"]["result"] == {"sum": 3}
    assert (shown["doubled"]["result"]["task_id"], shown["doubled"]["result"]["count"]) == ("double", 3)
    values = json.loads(ask(*shown["doubled"]["result"]["command"].split()[1:]))
    assert [value["value"] for value in values] == [2, 6]
    assert "result" not in shown["failing"]
    assert '  result       add: {"sum": 3}\n' in ask("show", names["summed"])
    assert "  result       3 values of double: fanjet xcom " in ask("show", names["doubled"])
    assert "  result       none: fail has not succeeded\n" in ask("show", names["failing"])


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("deadline_reference(int)", "@deadline_reference cannot decorate int."),
        ("deadline_reference()(print)", "@deadline_reference cannot decorate print."),
        ("deadline_reference((int,))(Own)", "of 'Own' is no type of a reference."),
        ("deadline_reference(type('TYPES', (Own,), {}))", "DeadlineReference.TYPES is there already."),
        ("deadline_reference(Argued)", "'Argued' cannot be made without arguments"),
        (
            "DAG('d', deadline=DeadlineAlert(Own(), _DAY, _TELL))",
            "a session of Airflow's database",
        ),
        ("DAG('d', deadline=DeadlineAlert(Later(), _DAY, _TELL))", "a session of Airflow's"),
    ],
)
def test_references_of_ones_own_are_refused_where_they_cannot_be_meant(
    call: Call, tmp_path: Path, line: str, text: str
) -> None:
    head = """
    from datetime import datetime, timedelta
    from airflow.sdk import DAG, BaseDeadlineReference, DeadlineAlert, SyncCallback, deadline_reference
    from airflow.sdk.definitions.deadline import DagRunQueuedAtDeadline
    _DAY, _TELL = timedelta(1), SyncCallback(print)
    class Own(BaseDeadlineReference): ...
    class Later(DagRunQueuedAtDeadline): ...
    class Argued(BaseDeadlineReference):
        def __init__(self, needed): ...
    """
    (tmp_path / "refused.py").write_text(textwrap.dedent(head) + line + "\n")
    found = call("check", "refused.py")
    told = " ".join((found.out + found.err).split())
    assert "refused.py:10: " in told
    assert text in told
