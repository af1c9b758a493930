"""Reads one value a try where tries run in ranges: those of the next positions come along."""

from __future__ import annotations

from typing import TypeAlias

from fanjet.model.paths import Path
from fanjet.model.requests import GetValues, Values
from fanjet.runtime.client import TryClient

#: (reading task or map, task that is read, key)
Slot: TypeAlias = tuple[int, int, str]

#: So many values are fetched for one try and its neighbours.
_PAGE = 32

#: After so many pages without the wanted value, a reader asks for single values only.
_MAX_MISSES = 2


class Neighbours:
    """Values of the task before in a mapped group, for the instances of one range.

    Where all instances have a value, position n has value number n, so that one page serves the next tries too. Where
    some have none this guess misses; a value that is not in the page is asked for by its own path, always.

    Args:
        client: Gives the values.
    """

    def __init__(self, client: TryClient) -> None:
        self._client = client
        self._pages: dict[Slot, dict[Path, bytes]] = {}
        self._misses: dict[Slot, int] = {}

    def find(self, slot: Slot, path: Path) -> bytes | None:
        """The value at a path that is not empty; None if there is none."""
        found = self._pages.get(slot, {}).pop(path, None)
        if found is not None:
            return found
        misses = self._misses.get(slot, 0)
        if misses >= _MAX_MISSES:
            return find_value(self._client, slot, path)
        _, task, key = slot
        answer = self._client.ask(GetValues(task, path[:-1], path[-1], _PAGE, key))
        assert isinstance(answer, Values), answer
        page = self._pages[slot] = dict(zip(answer.paths, answer.values, strict=True))
        found = page.pop(path, None)
        if found is not None:
            return found
        self._misses[slot] = misses + 1
        return find_value(self._client, slot, path)


def find_value(client: TryClient, slot: Slot, path: Path) -> bytes | None:
    """The value of the one instance at a path; None if there is none."""
    _, task, key = slot
    answer = client.ask(GetValues(task, path, 0, 1, key))
    assert isinstance(answer, Values), answer
    return answer.values[0] if answer.values else None
