"""`literal`: a value in a template field that is no template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fanjet.authoring.lazy_value import LazyValue

if TYPE_CHECKING:
    from fanjet.authoring.scope import Scope


class Literal(LazyValue):
    """A value that is handed on as it is. Like what comes from tasks, it is data and never rendered.

    Args:
        value: The value.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    def resolve(self, scope: Scope) -> Any:  # noqa: ARG002 - it is the same everywhere
        return self.value

    def origins(self) -> Iterator[LazyValue]:
        yield from ()

    def find_mapping_problem(self) -> str | None:
        return "a literal is one value"

    def describe(self) -> str:
        return f"literal({self.value!r})"

    def __repr__(self) -> str:
        return self.describe()


def literal(value: Any) -> Literal:
    """Have a value, such as a text with ``{{`` in it, not rendered in template fields."""
    return Literal(value)
