"""What the results of tasks must be over which other tasks are mapped."""

from __future__ import annotations

from typing import Any

from fanjet.authoring.lazy_sequences import LazySequence
from fanjet.errors import DagTypeError, DagValueError
from fanjet.model.lengths import (
    LengthSpec,
    LongestLength,
    ProductLength,
    ResultLength,
    ShortestLength,
    SumLength,
)
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.runtime.lazy_sequence import LazyXComSequence


class Feeds:
    """Which tasks must return a collection, and for whom.

    Args:
        spec: The DAG.
        max_length: The most items that a map may run over.
    """

    def __init__(self, spec: DagSpec, max_length: int) -> None:
        self._max_length = max_length
        #: By number of the feeding task: words for what is mapped over it.
        self._fed: dict[int, str] = {}
        for mapped in spec.maps:
            fed = f"task group '{mapped.group}'" if mapped.task is None else f"'{spec.tasks[mapped.task].task_id}'"
            for number in _single_results(mapped.length):
                self._fed.setdefault(number, fed)

    def __contains__(self, number: int) -> bool:
        return number in self._fed

    def count(self, task: TaskSpec, value: Any) -> int:
        """The number of items of a task's result.

        Raises:
            DagTypeError: The result cannot be mapped over (SEMANTICS 7).
            DagValueError: It has too many items.
        """
        fed = self._fed[task.number]
        if not isinstance(value, list | tuple | dict | LazyXComSequence | LazySequence):
            what = "nothing" if value is None else f"a value of type {type(value).__name__}"
            raise DagTypeError(
                f"Task '{task.task_id}' returned {what}, but {fed} is mapped over its result.",
                fix=f"return a list, tuple or dict{_hint(value)}",
            )
        if len(value) > self._max_length:
            raise DagValueError(
                f"Task '{task.task_id}' returned {len(value):,} items, but {fed}, which is mapped over them, takes "
                f"at most {self._max_length:,}.",
                fix="return fewer, larger items, or raise the setting max_map_length",
            )
        return len(value)


def _hint(value: Any) -> str:
    if isinstance(value, str | bytes | int | float):
        return "; put a single value into a list"
    return "; wrap it in list(...)" if hasattr(value, "__iter__") else ""


def _single_results(length: LengthSpec) -> list[int]:
    """The tasks whose one result a length is taken of."""
    match length:
        case ResultLength(task):
            return [task]
        case ProductLength(parts) | SumLength(parts) | ShortestLength(parts) | LongestLength(parts):
            return [number for part in parts for number in _single_results(part)]
        case _:
            return []
