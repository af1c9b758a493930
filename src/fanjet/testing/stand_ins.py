"""Which tasks and instances of a DAG do something else in a test than their work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fanjet.errors import OperationError
from fanjet.model.paths import Path
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.testing.outcomes import Given, Outcome, Pokes, Tries, find_outcome, is_exception
from fanjet.testing.places import find_place, show_instance


class StandIn:
    """What stands in for a task, or for some of its instances.

    Args:
        task: The task.
    """

    def __init__(self, task: TaskSpec) -> None:
        self.task = task
        #: For all instances.
        self.whole: Outcome | None = None
        #: For all instances, a list of values for each level of the maps; None without one.
        self.values: list[Any] | None = None
        self.by_path: dict[Path, Outcome] = {}

    @property
    def is_whole(self) -> bool:
        """Whether no instance does its own work."""
        return self.whole is not None or self.values is not None

    def find(self, path: Path, try_number: int) -> Outcome | None:
        """What an instance does in a try; None for its work.

        Raises:
            OperationError: Values were given for all instances, but not for this one.
        """
        outcome = self.by_path.get(path) or self.whole
        if outcome is None and self.values is not None:
            outcome = Given(self._value_at(path))
        return outcome.of(try_number) if isinstance(outcome, Tries) else outcome

    def length_at(self, path: Path) -> int:
        """The number of values, or lists of values, at an outer path; 1 where no values were given."""
        if self.values is None:
            return 1
        return len(self._inside(path))

    def count_values(self) -> int:
        """The number of values."""
        return sum(1 for _ in _leaves(self.values, self.task.depth)) if self.values is not None else 0

    def _value_at(self, path: Path) -> Any:
        values = self._inside(path[:-1])
        if path[-1] >= len(values):
            raise OperationError(
                f"values: there are {len(values)} values for '{show_instance(self.task.task_id, path[:-1])}', but it "
                f"has an instance {show_instance(self.task.task_id, path)}. Fix: give one value for each index."
            )
        return values[path[-1]]

    def _inside(self, path: Path) -> list[Any]:
        inside: Any = self.values
        for position in path:
            if position >= len(inside):
                raise OperationError(
                    f"values: there is no list of values for {show_instance(self.task.task_id, path)}. "
                    "Fix: give one list for each outer index."
                )
            inside = inside[position]
        return list(inside)


def _leaves(values: Any, depth: int) -> Iterator[Any]:
    if depth == 0:
        yield values
        return
    for value in values:
        yield from _leaves(value, depth - 1)


def read_stand_ins(spec: DagSpec, values: Mapping[str, Any], replace: Mapping[str, Any]) -> dict[int, StandIn]:
    """What a test gives for tasks, by task number.

    Args:
        spec: The DAG.
        values: What tasks or instances return, by name.
        replace: What they do otherwise, by name.

    Raises:
        OperationError: There is no such task or instance, or what is given does not fit it.
    """
    stand_ins: dict[int, StandIn] = {}

    def find(name: str, where: str) -> tuple[StandIn, Path | None]:
        task, path = find_place(spec, name, where)
        return stand_ins.setdefault(task.number, StandIn(task)), path

    for name, value in values.items():
        stand_in, path = find(name, "values")
        _check_value(name, value)
        if path is None and stand_in.task.depth:
            _check_shape(name, value, stand_in.task.depth)
            stand_in.values = value
        else:
            _set(stand_in, path, Given(value))
    for name, given in replace.items():
        stand_in, path = find(name, "replace")
        if name in values:
            raise OperationError(f"'{name}' is in both values and replace. Fix: give it in one of them.")
        _set(stand_in, path, _read_replacement(name, given, stand_in.task))
    return stand_ins


def _set(stand_in: StandIn, path: Path | None, outcome: Outcome) -> None:
    if path is None:
        stand_in.whole = outcome
    else:
        stand_in.by_path[path] = outcome


def _check_value(name: str, value: Any) -> None:
    if is_exception(value) or isinstance(value, Tries | Pokes):
        raise OperationError(
            f"values: {name!r} is no value but {value!r}. Fix: write replace={{{name!r}: ...}}, which takes "
            "exceptions, functions, tries() and pokes()."
        )


def _check_shape(name: str, value: Any, depth: int) -> None:
    wanted = "a list with one value for each index" if depth == 1 else "lists in a list: one value for each index"
    if not _fits(value, depth):
        raise OperationError(
            f"values: {name!r} is mapped, so give {wanted}, not {value!r:.100}. "
            f"Fix: write {name!r}: [...], or '{name}[{','.join('0' * depth)}]' for one instance."
        )


def _fits(value: Any, depth: int) -> bool:
    if depth == 0:
        return True
    return isinstance(value, list | tuple) and all(_fits(each, depth - 1) for each in value)


def _read_replacement(name: str, given: Any, task: TaskSpec) -> Outcome:
    outcome = find_outcome(given)
    if outcome is None:
        raise OperationError(
            f"replace: {name!r} is {given!r:.100}, which is a value. Fix: write values={{{name!r}: ...}}; replace "
            "takes functions, exceptions, tries() and pokes()."
        )
    if isinstance(outcome, Pokes) and task.kind != "sensor":
        raise OperationError(f"replace: {name!r} is no sensor, so it has no pokes. Fix: use tries().")
    return outcome
