"""What people see of templates after rendering: whole, masked, bounded, and only where there are templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanjet import DAG, PythonSensor, SkipException, Variable, task
from fanjet.authoring.operator import BaseOperator
from fanjet.model.states import State
from fanjet.runtime.rendered_fields import MAX_CHARS, RenderedFields
from fanjet.runtime.secrets import SECRETS
from fanjet.runtime.try_result import TryResult
from runtime.bench import Bench


@pytest.fixture(autouse=True)
def no_secrets() -> Iterator[None]:
    yield
    SECRETS.clear()


class Command(BaseOperator):
    """A classic operator with templates that changes its own fields."""

    template_fields = ("command", "env", "unused")

    def __init__(self, *, command: str, env: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.command = command
        self.env = env
        self.unused = None

    def execute(self, context: Any) -> None:
        self.command = "changed"
        if self.env:
            self.env.clear()


def rendered(result: TryResult) -> Any:
    assert result.extra is not None
    assert result.extra.rendered is not None
    return json.loads(result.extra.rendered)


def test_fields_are_as_they_were_before_the_task_began(tmp_path: Path) -> None:
    with DAG("d") as dag:
        Command(task_id="one", command="echo {{ ds }}", env={"A": ["{{ 1 + 1 }}", 3, None]})
        Command.partial(task_id="many", env={"B": "x"}).expand(command=["{{ ti.map_index }}", "plain"])

        @task
        def function(a, b, *, c=1, ti=None):
            b.append(4)

        function("{{ ds_nodash }}", b=[1.5, True])
        function.override(task_id="mapped").partial(b=[0]).expand(a=["{{ ds }}", "y"])
    bench = Bench(dag, tmp_path)
    assert rendered(bench.result("one")) == {"command": "echo 2024-01-31", "env": {"A": ["2", 3, None]}}
    assert rendered(bench.result("many", (0,))) == {"command": "0", "env": {"B": "x"}}
    assert rendered(bench.result("many", (1,))) == {"command": "plain", "env": {"B": "x"}}
    assert rendered(bench.result("function")) == {"op_args": ["20240131"], "op_kwargs": {"b": [1.5, True]}}
    assert rendered(bench.result("mapped", (0,))) == {"op_kwargs": {"b": [0], "a": "2024-01-31"}}


def test_tasks_without_templates_have_none(tmp_path: Path) -> None:
    with DAG("d") as dag:
        Command(task_id="one", command="echo")

        @task
        def function(a):
            return a

        function("text")
    bench = Bench(dag, tmp_path)
    assert bench.result("one").extra is None
    assert bench.result("function").extra is None


def test_bad_ends_show_what_was_rendered_by_then(tmp_path: Path) -> None:
    def skip(**_: Any) -> None:
        raise SkipException

    with DAG("d") as dag:
        Command(task_id="half", command="{{ ds }}", env="{{ missing }}")

        @task
        def fails(a):
            raise ValueError(a)

        fails(a="{{ ds }}")
        task(task_id="skips")(skip)(a="{{ ds }}")
        PythonSensor(
            task_id="waits",
            python_callable=lambda day: False,
            op_kwargs={"day": "{{ ds }}"},
            mode="reschedule",
            poke_interval=1,
        )
    bench = Bench(dag, tmp_path)
    expected = {
        "half": (State.FAILED, {"command": "2024-01-31"}),
        "fails": (State.FAILED, {"op_kwargs": {"a": "2024-01-31"}}),
        "skips": (State.SKIPPED, {"op_kwargs": {"a": "2024-01-31"}}),
        "waits": (State.UP_FOR_RESCHEDULE, {"op_kwargs": {"day": "2024-01-31"}}),
    }
    for task_id, (state, fields) in expected.items():
        result = bench.result(task_id)
        assert (result.state, rendered(result)) == (state, fields)


def test_secrets_are_masked_also_those_that_are_read_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJET_VAR_API_KEY", "first-secret")
    monkeypatch.setenv("FANJET_VAR_LATE_PASSWORD", "second-secret")
    with DAG("d") as dag:

        @task
        def function(a, b, env):
            Variable.get("late_password")

        env = {"DB_PASSWORD": "third", "USER": "fourth"}
        function(a="{{ var.value.api_key }}", b="{{ ds }} second-secret", env=env)
    shown = rendered(Bench(dag, tmp_path).result("function"))
    assert shown == {"op_kwargs": {"a": "***", "b": "2024-01-31 ***", "env": {"DB_PASSWORD": "***", "USER": "fourth"}}}


def test_all_fields_together_are_bounded_and_cuts_are_marked() -> None:
    fields = RenderedFields()
    fields.note("first", "x" * 10_000)
    fields.note("second", ["y" * 5_000, "z" * 5_000, "w", 5])
    fields.note("third", {f"key {at}": at for at in range(10**5)})
    text = fields.text()
    assert text is not None
    assert len(text) < MAX_CHARS + 500
    shown = json.loads(text)
    assert shown["first"] == "x" * 10_000
    assert shown["second"] == ["y" * 5_000, "z" * 1_000 + "… (4,000 more characters)", "… (2 more)"]
    assert shown["third"]["…"].endswith(" more")


def test_a_cut_leaves_no_half_of_a_secret() -> None:
    fields = RenderedFields()
    fields.note("text", "." * (MAX_CHARS - 5) + "hunter2-hunter2")
    SECRETS.add("hunter2-hunter2")
    text = fields.text()
    assert text is not None
    assert "hunt" not in text


def test_anything_can_be_noted() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise ValueError("no repr")

    class Query:
        template_fields = ("sql",)
        sql = "select 1"

    nested: Any = "bottom"
    for _ in range(50):
        nested = [nested]
    loop: list[Any] = []
    loop.append(loop)
    fields = RenderedFields()
    for value in (Odd(), {1: (2, {3})}, 10**30, float("nan"), b"ab", "\ud800", nested, loop, Query(), None, [], ()):
        fields.note(f"{len(json.loads(fields.text() or '{}'))}", value)
    shown = json.loads(fields.text() or "")
    assert "Odd" in shown["0"]
    assert shown["1"] == {"1": [2, [3]]}
    assert (shown["2"], shown["3"], shown["4"], shown["5"]) == (str(10**30), "nan", "b'ab'", "?")
    assert shown["8"] == {"sql": "select 1"}
    assert len(shown) == 9
