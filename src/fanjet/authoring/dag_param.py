"""A parameter of a `@dag` function: inside the function it stands for the value that a run has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fanjet.authoring.lazy_value import LazyValue
from fanjet.authoring.params import Param

if TYPE_CHECKING:
    from fanjet.authoring.dag import DAG
    from fanjet.authoring.operator import Operator
    from fanjet.authoring.scope import Scope


class DagParam(LazyValue):
    """The value of a param in a run.

    Args:
        dag: The DAG; gets the param if it has none of this name.
        name: The name.
        given: What the factory was called with.
        defaults: What the function's parameters default to.

    Raises:
        DagValueError: A default or a given value does not fit the param.
    """

    def __init__(self, dag: DAG, name: str, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        self.dag = dag
        self.name = name
        if name in given:
            dag.params[name] = given[name]
        elif name in defaults:
            dag.params[name] = defaults[name]
        elif name not in dag.params:
            dag.params[name] = Param()

    def find_mapping_problem(self) -> str | None:
        return "the length of a map follows from results and literals only"

    def resolve(self, scope: Scope) -> Any:
        return scope.param(self.name)

    def references(self) -> Iterator[Operator]:
        yield from ()

    def describe(self) -> str:
        return f"param '{self.name}' of DAG '{self.dag.dag_id}'"
