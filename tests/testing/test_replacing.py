"""Tasks that do something else in a test, and parts of DAGs."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from fanjet import DAG, BashOperator, SkipException, dag, task
from fanjet.errors import OperationError
from fanjet.testing import run_dag, tries
from testing.dags import branching, customers, shell, words


def test_a_value_stands_for_the_work_of_a_task() -> None:
    result = run_dag(words, values={"find_words": ["a", "bcd"]})
    assert result["measure"].values == [1, 3]
    assert result["measure"].labels == ["a", "bcd"]


def test_a_list_gives_each_instance_of_a_map_its_value() -> None:
    result = run_dag(words, values={"find_words": ["a", "b"], "measure": [10, 20]})
    assert result["report"].value == 30
    assert result["measure"].labels == ["a", "b"]


def test_single_instances_are_replaced_and_the_others_work() -> None:
    result = run_dag(words, values={"measure[0]": 100}, replace={"measure[1]": SkipException})
    assert result["measure"].states[:3] == ["success", "skipped", "success"]
    assert result["measure"].values[:3] == [100, None, 4]


def test_nested_instances_are_replaced_by_path() -> None:
    result = run_dag(customers, values={"customer.fit[1,0]": 99})
    assert result["compare"].value == [0, 99]
    result = run_dag(customers, values={"customer.fit": [[5], [6, 7]]})
    assert result["compare"].value == [5, 7]


def test_functions_get_the_arguments_that_they_name() -> None:
    assert run_dag(words, replace={"measure": lambda word: word.count("o")})["report"].value == 3
    assert run_dag(words, replace={"measure": lambda w: len(w) * 2})["report"].value == 42
    by_context = run_dag(words, replace={"measure": lambda ti, params: ti.map_index + params["least"]})
    assert by_context["measure"].values == [0, 1, 2, 3, 4, 5]
    fake = Mock(return_value=1)
    run_dag(words, values={"find_words": ["fan"]}, replace={"measure": fake})
    fake.assert_called_once_with(word="fan")


def test_operators_give_functions_their_rendered_fields() -> None:
    result = run_dag(shell, replace={"greet": lambda bash_command: bash_command.upper()}, params={"who": "Ada"})
    assert result["greet"].value.startswith("ECHO HELLO ADA ON 20")


def test_mapped_operators_too() -> None:
    with DAG("d") as made:
        BashOperator.partial(task_id="run").expand(bash_command=["echo a", "echo b"])
    result = run_dag(made, replace={"run": lambda bash_command: bash_command[-1]})
    assert result["run"].values == ["a", "b"]


def test_exceptions_fail_the_try_and_tries_say_what_each_does() -> None:
    result = run_dag(words, replace={"measure[0]": tries(ConnectionError("gone"), 7)})
    assert [record.state for record in result["measure"][0].tries] == ["failed", "success"]
    assert isinstance(result["measure"][0].tries[0].error, ConnectionError)
    assert (result["measure"][0].value, result["measure"][0].error) == (7, None)
    result = run_dag(words, replace={"measure[0]": ConnectionError("gone")})
    assert (result["measure"][0].try_number, result["measure"][0].state) == (3, "failed")
    assert result["report"].state == "upstream_failed"


def test_empty_tasks_and_branches_are_replaced_like_others() -> None:
    result = run_dag(branching, values={"choose": "right"})
    assert (result["left"].state, result["right"].state) == ("skipped", "success")
    assert run_dag(branching, replace={"start": ValueError("no")})["choose"].state == "upstream_failed"


def test_a_part_runs_with_what_is_given_before_it() -> None:
    result = run_dag(words, tasks=["report"], values={"measure": [1, 2, 3]})
    assert list(result) == ["measure", "report"]
    assert result["report"].value == 6
    result = run_dag(words, tasks=["measure"], values={"find_words": ["abc"]})
    assert result["measure"].values == [3]


def test_a_part_of_nested_maps_takes_its_lengths_of_the_values() -> None:
    result = run_dag(customers, tasks=["customer.best"], values={"customer.fit": [[1], [2, 3], []]})
    assert result["customer.best"].states == ["success", "success", "skipped"]
    assert result["customer.best"].values == [1, 3, None]
    result = run_dag(customers, tasks=["customer"], values={"list_customers": [3]})
    assert result["customer.best"].values == [20]


def test_a_chosen_branch_shows_what_it_chooses() -> None:
    result = run_dag(branching, tasks=["choose"])
    assert result.states == {"choose": ["success"], "left": ["success"], "right": ["skipped"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": {"mesure": 1}}, "values: DAG 'words' has no task 'mesure'. Did you mean 'measure'?"),
        ({"values": {"measure": 1}}, "values: 'measure' is mapped, so give a list with one value for each index"),
        ({"values": {"measure": [1]}}, "there are 1 values for 'measure', but it has an instance measure.1."),
        ({"values": {"measure": [1] * 9}}, "there are 9 values for 'measure', but it has 6 instances"),
        ({"values": {"measure[7]": 1}}, r"'measure\[7\]' is given, but 'measure' has 6 instances and none there"),
        ({"values": {"measure[0,1]": 1}}, r"an index of 'measure' has 1 positions, as in 'measure\[3\]'"),
        ({"values": {"report[0]": 1}}, "'report' is not mapped and has no index"),
        ({"values": {"report": ValueError()}}, r"Fix: write replace=\{'report'"),
        ({"replace": {"report": 3}}, r"which is a value. Fix: write values=\{'report': ...\}"),
        ({"values": {"report": 3}, "replace": {"report": print}}, "'report' is in both values and replace"),
        (
            {"replace": {"measure": lambda wrod, more: 1}},
            "asks for 'wrod', which the task does not",
        ),
        ({"tasks": ["reprot"]}, "tasks: DAG 'words' has no task or group 'reprot'. Did you mean 'report'?"),
        ({"tasks": "report"}, r"tasks='report' is a text. Fix: give a list, tasks=\['report'\]"),
        ({"tasks": []}, "tasks is empty"),
        (
            {"tasks": ["report"]},
            r"'report' reads the result of 'measure'. Fix: values=\{'measure': \[...\]\}, or add to tasks",
        ),
        (
            {"tasks": ["measure"], "values": {"report": 1}},
            "'report' is given, but it is neither among tasks nor before",
        ),
        (
            {"tasks": ["report"], "replace": {"measure": lambda: 1}},
            "How many instances 'measure' has is not known without the task that it is mapped over",
        ),
    ],
)
def test_what_does_not_fit_is_told(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OperationError, match=message):
        run_dag(words, **arguments)


def test_a_map_that_never_expanded_takes_no_values_and_that_may_be_meant() -> None:
    @dag
    def empty() -> None:
        @task
        def find() -> list[int]:
            return []

        @task
        def work(x: int) -> int:
            return x

        work.expand(x=find())

    result = run_dag(empty, values={"work": [1, 2]})
    assert result["work"].states == ["skipped"]
    with pytest.raises(OperationError, match=r"'work' never expanded \(skipped\), so it has no instance"):
        result["work"][0]


def test_tables_are_values_like_others() -> None:
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"a": [1, 2]})

    @dag
    def frames() -> None:
        @task
        def load() -> Any:
            raise AssertionError

        @task
        def total(loaded: Any) -> int:
            return int(loaded["a"].sum())

        total(load())

    assert run_dag(frames, tasks=["total"], values={"load": table})["total"].value == 3
    result = run_dag(frames, values={"load": table})
    assert result["load"].value.equals(table)
