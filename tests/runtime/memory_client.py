"""The whole of `TryClient` over dicts: what a run has recorded so far."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fanjet.model.paths import Path
from fanjet.model.requests import (
    Count,
    CountValues,
    FindRuns,
    GetMapLength,
    GetValues,
    Request,
    Response,
    Runs,
    Values,
)
from fanjet.model.values import RETURN_VALUE
from fanjet.runtime.value_store import ValueOwner, ValueStore
from fanjet.runtime.values import encode


class MemoryClient:
    """Answers from dicts and keeps what is pushed."""

    def __init__(self, root: Any) -> None:
        self.store = ValueStore(root)
        self.recorded: dict[tuple[int, str], dict[Path, bytes]] = {}
        self.lengths: dict[tuple[int, Path], int] = {}
        #: (task, path) of the instances that ended, with a value or without.
        self.ended: set[tuple[int, Path]] = set()
        self.pushed: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()

    def record(self, task: int, path: Path, value: Any, key: str = RETURN_VALUE) -> None:
        self.ended.add((task, path))
        data = value if isinstance(value, bytes) else encode(value, self.store, ValueOwner(1, str(task), path, 1, key))
        self.recorded.setdefault((task, key), {})[path] = data

    def ask(self, request: Request) -> Response:
        self.asked[type(request).__name__] += 1
        match request:
            case GetValues(task, prefix, offset, limit, key, first, with_empty):
                below = dict(self._below(task, prefix, key))
                if with_empty:
                    ended = [path for number, path in self.ended if number == task and path[: len(prefix)] == prefix]
                    below = {path: below.get(path, b"") for path in ended}
                found = sorted(item for item in below.items() if item[0] >= first)[offset : offset + limit]
                return Values([path for path, _ in found], [value for _, value in found])
            case CountValues(task, prefix, key):
                return Count(len(self._below(task, prefix, key)))
            case GetMapLength(number, parent):
                return Count(self.lengths.get((number, parent), 0))
            case FindRuns():
                return Runs(())

    def push(self, key: str, value: bytes) -> None:
        self.pushed[key] = value

    def _below(self, task: int, prefix: Path, key: str) -> list[tuple[Path, bytes]]:
        found = self.recorded.get((task, key), {})
        return sorted((path, value) for path, value in found.items() if path[: len(prefix)] == prefix)
