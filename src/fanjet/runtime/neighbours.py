"""Reads one value a try where tries run in ranges: those of the next positions come along."""

from __future__ import annotations

from typing import TypeAlias

from fanjet.model.paths import Path
from fanjet.model.requests import GetValues, Values
from fanjet.runtime.client import TryClient

#: (reading task or map, task that is read, key)
Slot: TypeAlias = tuple[int, int, str]

#: So many values are fetched at first for one try and its neighbours.
_PAGE = 32

#: Later pages are as long as this has room for, judged by the page before, and no longer than ranges of tries are.
_PAGE_BYTES = 128 * 1024
_MAX_PAGE = 512


class Neighbours:
    """Values of the task before in a mapped group, for the instances of one range.

    A page begins at the instance that wants its value and serves the next ones too, also those that turn out to have
    none. What is not in a page had not ended when it was read; it is asked for again, with those behind it.

    Args:
        client: Gives the values.
    """

    def __init__(self, client: TryClient) -> None:
        self._client = client
        #: What is left of the latest page; empty bytes for an instance without a value.
        self._pages: dict[Slot, dict[Path, bytes]] = {}
        self._limits: dict[Slot, int] = {}

    def find(self, slot: Slot, path: Path) -> bytes | None:
        """The value at a path that is not empty; None if there is none."""
        page = self._pages.get(slot)
        found = page.pop(path, None) if page else None
        if found is None:
            found = self._read(slot, path).pop(path, None)
        return found or None

    def _read(self, slot: Slot, path: Path) -> dict[Path, bytes]:
        """The page that begins with the instance at `path`."""
        _, task, key = slot
        limit = self._limits.get(slot, _PAGE)
        answer = self._client.ask(GetValues(task, path[:-1], 0, limit, key, first=path, with_empty=True))
        assert isinstance(answer, Values), answer
        if len(answer.values) == limit:
            room = _PAGE_BYTES * limit // (sum(map(len, answer.values)) + 1)
            self._limits[slot] = max(1, min(room, _MAX_PAGE))
        page = self._pages[slot] = dict(zip(answer.paths, answer.values, strict=True))
        return page


def find_value(client: TryClient, slot: Slot, path: Path) -> bytes | None:
    """The value of the one instance at a path; None if there is none."""
    _, task, key = slot
    answer = client.ask(GetValues(task, path, 0, 1, key))
    assert isinstance(answer, Values), answer
    return answer.values[0] if answer.values else None
