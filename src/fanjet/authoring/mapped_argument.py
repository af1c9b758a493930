"""The argument of a mapped task group, as the tasks inside it see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fanjet.authoring.value_algebra import Mappable
from fanjet.errors import DagValueError

if TYPE_CHECKING:
    from fanjet.authoring.operator import Operator
    from fanjet.authoring.scope import Scope
    from fanjet.authoring.task_group import TaskGroup


class MappedArgument(Mappable):
    """One argument of a mapped group: in each instance the item at the position of the group's map.

    Args:
        group: The mapped group.
        name: The name of the group function's parameter.
        keys: What was looked up in it: ``v["a"]["b"]`` has ``("a", "b")``.
    """

    def __init__(self, group: TaskGroup, name: str, keys: tuple[Any, ...] = ()) -> None:
        self.group = group
        self.name = name
        self.keys = keys

    def resolve(self, scope: Scope) -> Any:
        source = self.group.get_expand_input()
        value = source.value_at(scope, scope.path[self.group.map_level], self.name)
        for key in self.keys:
            value = value[key]
        return value

    def references(self) -> Iterator[Operator]:
        return self.group.get_expand_input().references()

    def check_visible(self, group: TaskGroup | None, where: str) -> None:
        if group is None or self.group not in group.enclosing():
            raise DagValueError(
                f"{where} uses {self.describe()} outside of the group.",
                fix="use the result of a task inside the group instead",
            )

    def describe(self) -> str:
        looked_up = "".join(f"[{key!r}]" for key in self.keys)
        return f"argument '{self.name}'{looked_up} of task group '{self.group.group_id}'"

    def __getitem__(self, key: Any) -> MappedArgument:
        return MappedArgument(self.group, self.name, (*self.keys, key))

    def __repr__(self) -> str:
        return f"MappedArgument({self.group.group_id!r}, {self.name!r})"
