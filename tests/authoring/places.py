"""A place in a run whose values are written down, and short ways to build specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanjet import DAG
from fanjet.authoring.operator import BaseOperator, Operator
from fanjet.model.paths import Path
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.parsing.spec_builder import build_spec


class Place:
    """A `Scope` over values by task id, or by (task id, key); suffixes of ids do not count."""

    def __init__(self, values: Mapping[Any, Any] | None = None, path: Path = (), params: Any = None) -> None:
        self.values = dict(values or {})
        self.path = path
        self.params = params or {}

    def value_of(self, task: Operator, key: str) -> Any:
        name = task.task_id.partition("__")[0]
        return self.values.get(name if key == "return_value" else (name, key))

    def param(self, name: str) -> Any:
        return self.params[name]


class Command(BaseOperator):
    """A classic operator with templates."""

    template_fields = ("command", "env")
    template_ext = (".sh",)

    def __init__(self, *, command: str, env: Any = None, quiet: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.command = command
        self.env = env
        self.quiet = quiet

    def execute(self, context: Any) -> Any:
        return self.command


def spec_of(dag: DAG) -> DagSpec:
    return build_spec(dag, file="dags.py").spec


def task_of(dag: DAG, task_id: str) -> TaskSpec:
    return spec_of(dag).task(task_id)


def edges_of(dag: DAG) -> set[tuple[str, str]]:
    return {(task.task_id, downstream.task_id) for task in dag.tasks for downstream in task.downstream}
