"""What became of one task: all its instances, or those below an outer position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from fanjet.errors import OperationError
from fanjet.model.paths import Path, show
from fanjet.model.values import RETURN_VALUE
from fanjet.testing.instance_result import InstanceResult, TryRecord
from fanjet.testing.places import UnknownInstanceError, show_instance


class TaskResult:
    """The instances of a task in the order of their indexes.

    Args:
        task_id: The task.
        depth: The number of positions in an index.
        instances: All of them.
        prefix: The outer positions that these have in common.
    """

    def __init__(self, task_id: str, depth: int, instances: Sequence[InstanceResult], prefix: Path = ()) -> None:
        self.task_id = task_id
        self.instances = list(instances)
        self._depth = depth
        self._prefix = prefix

    @property
    def states(self) -> list[str]:
        """The state of each instance."""
        return [each.state for each in self.instances]

    @property
    def values(self) -> list[Any]:
        """What each instance returned; None where there is nothing."""
        return [each.value for each in self.instances]

    @property
    def labels(self) -> list[str | None]:
        """The label of each instance."""
        return [each.label for each in self.instances]

    @property
    def errors(self) -> list[BaseException | None]:
        """What each instance raised; None where it did not fail."""
        return [each.error for each in self.instances]

    @property
    def state(self) -> str:
        """The state that all instances have.

        Raises:
            OperationError: They have several; see `states`.
        """
        if len(states := set(self.states)) == 1:
            return states.pop()
        raise OperationError(f"The instances of '{self}' have several states: {self.count_states()}. Fix: use .states.")

    @property
    def value(self) -> Any:
        """What the one instance returned; None where there is nothing."""
        return self._one("value", ".values").value

    @property
    def label(self) -> str | None:
        """The label of the one instance."""
        return self._one("label", ".labels").label

    @property
    def error(self) -> BaseException | None:
        """What the one instance raised if it failed, else None."""
        return self._one("error", ".errors").error

    @property
    def reason(self) -> str | None:
        """In words, where the one instance failed or why it could not run."""
        return self._one("reason", "[index].reason").reason

    @property
    def tries(self) -> list[TryRecord]:
        """The tries of the one instance."""
        return self._one("tries", "[index].tries").tries

    @property
    def try_number(self) -> int:
        """The number of the last try of the one instance; 0 when there was none."""
        return self._one("try_number", "[index].try_number").try_number

    @property
    def rendered(self) -> dict[str, Any]:
        """The template fields of the one instance after rendering."""
        return self._one("rendered", "[index].rendered").rendered

    @property
    def started_at(self) -> datetime | None:
        """When the first try of the one instance began, on the virtual clock."""
        return self._one("started_at", "[index].started_at").started_at

    @property
    def ended_at(self) -> datetime | None:
        """When the last try of the one instance ended, on the virtual clock."""
        return self._one("ended_at", "[index].ended_at").ended_at

    @property
    def output(self) -> str:
        """What all tries of all instances wrote."""
        return "".join(each.output for each in self.instances)

    def xcom(self, key: str = RETURN_VALUE) -> Any:
        """What the one instance pushed under a key; None where there is nothing."""
        return self._one("xcom()", "[index].xcom()").xcom(key)

    def count_states(self) -> str:
        """Such as ``1 failed, 3 success``."""
        return ", ".join(f"{count} {state}" for state, count in sorted(Counter(self.states).items())) or "no instances"

    def find(self, path: Path) -> InstanceResult | TaskResult:
        """The instance at an index, or what lies below an outer position of nested maps.

        Raises:
            UnknownInstanceError: There is none.
        """
        below = [each for each in self.instances if each.map_index[: len(path)] == path]
        if not below or len(path) > self._depth:
            raise UnknownInstanceError(self._say_missing(path))
        if len(path) == self._depth:
            return below[0]
        return TaskResult(self.task_id, self._depth, below, path)

    def __getitem__(self, index: int | tuple[int, ...]) -> Any:
        """An `InstanceResult`; with fewer positions than the maps have, a `TaskResult` of what lies below."""
        positions = index if isinstance(index, tuple) else (index,)
        if not all(isinstance(position, int) for position in positions):
            raise OperationError(f"'{self}' has no index {index!r}. Fix: give a position, [3], or several, [3, 7].")
        if self._depth == len(self._prefix) + 1 == len(self._prefix) + len(positions) and positions[0] < 0:
            return self.instances[positions[0]]
        return self.find((*self._prefix, *positions))

    def __iter__(self) -> Iterator[InstanceResult]:
        return iter(self.instances)

    def __len__(self) -> int:
        return len(self.instances)

    def __str__(self) -> str:
        return show_instance(self.task_id, self._prefix)

    def __repr__(self) -> str:
        if len(self.instances) == 1:
            return repr(self.instances[0])
        return f"<{self}: {self.count_states()}>"

    def _one(self, name: str, instead: str) -> InstanceResult:
        if len(self.instances) == 1:
            return self.instances[0]
        raise OperationError(
            f"'{self}' has {len(self.instances)} instances, so there is no one .{name}. Fix: use {instead}, or name an "
            "instance: [0]."
        )

    def _say_missing(self, path: Path) -> str:
        if not self._depth:
            return f"'{self.task_id}' is not mapped, so it has no instance [{show(path)}]."
        first = self.instances[0] if len(self.instances) == 1 else None
        if first is not None and len(first.map_index) < self._depth:
            return f"'{self.task_id}' never expanded ({first.state}), so it has no instance [{show(path)}]."
        return f"'{self.task_id}' has no instance [{show(path)}]; it has {len(self.instances)}: {self.count_states()}."
