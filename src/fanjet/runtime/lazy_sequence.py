"""The results of a mapped task as a sequence that is fetched while it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from operator import index as as_index
from typing import Any, overload

from fanjet.errors import InvariantError
from fanjet.model.paths import Path
from fanjet.model.requests import Count, CountValues, GetMapLength, GetValues, Request, Values
from fanjet.model.values import RETURN_VALUE
from fanjet.runtime.client import TryClient
from fanjet.runtime.values import decode, decode_many

#: So many values are fetched at once while iterating.
PAGE = 1000

#: So many are fetched for one index: neighbours are likely to be wanted next.
_NEIGHBOURS = 64

_SHOWN = 5
_NOTHING = object()


class LazyXComSequence(Sequence[Any]):
    """The values of a task's instances below one path, in the order of their map indexes.

    One level below: the values, instances without one left out (SEMANTICS 5.1). More levels: one sequence for each
    position of the next level, also where it is empty (SEMANTICS 14.2). Every element read is a new object.

    Args:
        client: Answers what is asked for.
        task: The number of the task that gave the values.
        prefix: The path whose values these are.
        maps: The numbers of the maps below `prefix`, outermost first; at least one.
        key: The XCom key.
    """

    __slots__ = ("_client", "_key", "_length", "_maps", "_page", "_page_start", "_prefix", "_task")
    __hash__ = None  # type: ignore[assignment] # equal to lists, which have none

    def __init__(
        self, client: TryClient, task: int, prefix: Path, maps: tuple[int, ...], key: str = RETURN_VALUE
    ) -> None:
        self._client = client
        self._task = task
        self._prefix = prefix
        self._maps = maps
        self._key = key
        self._length: int | None = None
        self._page: list[bytes] = []
        self._page_start = 0

    def __len__(self) -> int:
        if self._length is None:
            request: Request = (
                GetMapLength(self._maps[0], self._prefix)
                if self._is_nested
                else CountValues(self._task, self._prefix, self._key)
            )
            answer = self._client.ask(request)
            if not isinstance(answer, Count):
                raise InvariantError(f"{request} was answered with {answer}")
            self._length = answer.count
        return self._length

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._slice(range(*index.indices(len(self))))
        position = as_index(index)
        if position < 0:
            position += len(self)
        if not 0 <= position < len(self):
            raise IndexError(index)
        return self._inner(position) if self._is_nested else decode(self._raw(position))

    def __iter__(self) -> Iterator[Any]:
        if self._is_nested:
            yield from map(self._inner, range(len(self)))
            return
        start = 0
        while page := self._fetch(start, PAGE):
            yield from decode_many(page)
            if len(page) < PAGE:
                return
            start += PAGE

    def __reversed__(self) -> Iterator[Any]:
        if self._is_nested:
            yield from map(self._inner, reversed(range(len(self))))
            return
        for end in range(len(self), 0, -PAGE):
            start = max(0, end - PAGE)
            yield from decode_many(self._fetch(start, end - start)[::-1])

    def __contains__(self, value: object) -> bool:
        return any(item is value or item == value for item in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str | bytes):
            return NotImplemented
        return all(mine == theirs for mine, theirs in zip_longest(self, other, fillvalue=_NOTHING))

    def __bool__(self) -> bool:
        return len(self) > 0

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The first position of `value`, as `list.index`.

        Raises:
            ValueError: It is not in the sequence.
        """
        first, last, _ = slice(start, stop).indices(len(self))
        for position, item in enumerate(self):
            if position >= last:
                break
            if position >= first and item == value:
                return position
        raise ValueError(f"{value!r} is not in the sequence")

    def count(self, value: Any) -> int:
        """How many elements equal `value`."""
        return sum(item == value for item in self)

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:_SHOWN]))
        more = ", ..." if len(self) > _SHOWN else ""
        return f"LazyXComSequence([{shown}{more}], length={len(self)})"

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        """Pickled as a list: the client does not outlive the try."""
        return list, ([list(item) if isinstance(item, LazyXComSequence) else item for item in self],)

    def __deepcopy__(self, memo: dict[int, Any]) -> LazyXComSequence:
        """Itself: its elements are new objects at each reading anyway."""
        return self

    @property
    def _is_nested(self) -> bool:
        return len(self._maps) > 1

    def _inner(self, position: int) -> LazyXComSequence:
        return LazyXComSequence(self._client, self._task, (*self._prefix, position), self._maps[1:], self._key)

    def _slice(self, positions: range) -> list[Any]:
        if not positions:
            return []
        if self._is_nested:
            return [self._inner(position) for position in positions]
        start, end = min(positions[0], positions[-1]), max(positions[0], positions[-1]) + 1
        step = abs(positions.step)
        raw: list[bytes] = []
        for page_start in range(start, end, PAGE):
            page = self._fetch(page_start, min(PAGE, end - page_start))
            raw += page[(start - page_start) % step :: step]
        return list(decode_many(raw if positions.step > 0 else raw[::-1]))

    def _raw(self, position: int) -> bytes:
        at = position - self._page_start
        if not 0 <= at < len(self._page):
            self._page_start = position - position % _NEIGHBOURS
            self._page = self._fetch(self._page_start, _NEIGHBOURS)
            at = position - self._page_start
        if at >= len(self._page):
            raise IndexError(f"the value at {position} was cleared while it was read")
        return self._page[at]

    def _fetch(self, offset: int, limit: int) -> list[bytes]:
        answer = self._client.ask(GetValues(self._task, self._prefix, offset, limit, self._key))
        if not isinstance(answer, Values):
            raise InvariantError(f"values of task {self._task} were answered with {answer}")
        return answer.values
