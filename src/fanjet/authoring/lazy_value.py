"""What all values have in common that are known only while a run is under way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from fanjet.authoring.edges import Node
from fanjet.errors import DagTypeError

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator
    from fanjet.authoring.scope import Scope
    from fanjet.authoring.task_group import TaskGroup

#: Stands for an argument that was not given where None is a value.
NOT_GIVEN: Any = type("NotGiven", (), {"__repr__": lambda _: "<not given>"})()


class LazyValue(Node):
    """A value that a run will provide. It may be an argument of a task, also inside lists, tuples and dicts."""

    @abstractmethod
    def resolve(self, scope: Scope) -> Any:
        """What the value is at a place in a run; None where nothing was pushed."""

    def origins(self) -> Iterator[LazyValue]:
        """The task outputs and group arguments that the value is made of; itself if it is one."""
        yield self

    def find_mapping_problem(self) -> str | None:
        """Why it cannot be mapped over, whatever its value will be; None if it can."""
        return None

    def references(self) -> Iterator[Operator]:
        """The tasks that must have ended before the value is known, repeated if used repeatedly."""
        for origin in self.origins():
            yield from origin.references()

    def check_visible(self, group: TaskGroup | None, where: str) -> None:
        """Check that it may be used in `group`, None being the top of a DAG.

        Raises:
            DagValueError: It has no value there.
        """

    @abstractmethod
    def describe(self) -> str:
        """Words for error messages, such as ``the result of 'make'``."""

    @property
    def roots(self) -> Sequence[Operator]:
        return tuple(dict.fromkeys(self.references()))

    @property
    def leaves(self) -> Sequence[Operator]:
        return self.roots

    def __iter__(self) -> NoReturn:
        raise DagTypeError(
            f"The DAG file cannot loop over {self.describe()}: it is known only while a run is under way.",
            fix="map over it with .expand(...), or pass it to a task that loops",
        )

    def __len__(self) -> NoReturn:
        raise DagTypeError(
            f"The DAG file cannot take the length of {self.describe()}: it is known only while a run is under way.",
            fix="pass it to a task that takes the length",
        )

    def __bool__(self) -> bool:
        return True
