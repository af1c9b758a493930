"""From where a value is looked at: the port through which authoring objects reach the values of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from fanjet.model.paths import Path

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator


class Scope(Protocol):
    """A place in a run: an instance whose arguments are made, or the place where a map is measured."""

    @property
    def path(self) -> Path:
        """The path of the instance, or of the place where the map is measured.

        Position n of it belongs to the n-th mapped group (or, last, to the task's own map) that the place is in.
        """

    def value_of(self, task: Operator, key: str) -> Any:
        """What `task` pushed under `key`, as seen from here.

        Returns:
            The bare value (None when there is none) if the task has a single instance relative to this place: every
            mapped group it is in is also around this place and it has no map of its own. Otherwise a lazy sequence
            over the outermost level that this place does not share, nested for deeper levels. The same object is
            returned each time, as long as the scopes share what they have in common with the task.

        Raises:
            DagValueError: The task pushed nothing under this key, which is not `return_value`, and has no
                `multiple_outputs`.
        """

    def param(self, name: str) -> Any:
        """The value that a param of the DAG has in this run.

        Raises:
            KeyError: There is none of this name.
        """
