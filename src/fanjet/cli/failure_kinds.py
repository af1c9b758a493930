"""Failed instances by what happened to them, so that ten thousand that failed alike are one paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from fanjet.cli.progress_closing import Failure
from fanjet.model.spec import TaskSpec
from fanjet.store.queries.rows import InstanceRow

#: The name of an exception at the start, and at the end the place where it was raised.
_RAISED = re.compile(r"(?P<name>[\w.]+)(?::|\s).*\((?P<place>[^()]+:\d+)\)", re.DOTALL)
#: What differs between the messages of failures of one kind.
_DETAIL = re.compile(r"'[^']*'|\"[^\"]*\"|/\S+|\d[\d.,]*")
#: So many of those that are like an example are named.
_MOST_NAMED = 3


class _Kind:
    """An example and what is like it."""

    __slots__ = ("count", "example", "named")

    def __init__(self, example: tuple[TaskSpec, InstanceRow]) -> None:
        self.example = example
        self.count = 0
        self.named: list[tuple[int, ...]] = []

    def add(self, row: InstanceRow) -> None:
        self.count += 1
        if len(self.named) < _MOST_NAMED:
            self.named.append(row.path)


def group_failures(failed: Iterable[tuple[TaskSpec, InstanceRow]], most: int) -> list[tuple[Failure, InstanceRow]]:
    """One failure of each kind, in the order in which they come, with the number of those that are like it.

    Args:
        failed: The instances, in the order of the DAG.
        most: At most so many kinds.
    """
    kinds: dict[tuple[str, str], _Kind] = {}
    for task, row in failed:
        key = (task.task_id, find_kind(row.error or ""))
        if key in kinds:
            kinds[key].add(row)
        else:
            kinds[key] = _Kind((task, row))
    found = []
    for kind in list(kinds.values())[:most]:
        task, row = kind.example
        failure = msgspec.structs.replace(as_failure(task.task_id, row), like=kind.count, like_first=tuple(kind.named))
        found.append((failure, row))
    return found


def find_kind(error: str) -> str:
    """What errors of one kind have in common: exception and place, else the text without numbers and names."""
    raised = _RAISED.fullmatch(error.strip())
    if raised is not None:
        return f"{raised['name']} {raised['place']}"
    return _DETAIL.sub("#", error.partition("\n")[0])


def as_failure(task_id: str, row: InstanceRow) -> Failure:
    """What screens need of an instance that did not succeed."""
    return Failure(
        task_id=task_id,
        path=row.path,
        try_number=row.try_number,
        label=row.label,
        error=row.error or "",
        state=row.state,
    )
