"""How many instances each task of a run has, and whether more will come: from the lengths of maps, never from rows.

The paths of a task form a tree, a level for each map around it and one for its own. A place in that tree is *open*
until the map expands there, or until one recorded instance *stands in* for everything that would have come below.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from fanjet.model.lengths import LiteralLength
from fanjet.model.paths import Path, decode, encode
from fanjet.model.spec import DagSpec, TaskSpec
from fanjet.model.states import State
from fanjet.store.database.port import Connection
from fanjet.store.queries import statements_progress as sql

#: The states of what stands in. A task that has no instance in any of them needs no search.
_STANDING_IN = (State.SKIPPED, State.UPSTREAM_FAILED, State.FAILED)
_PATHS_AT_ONCE = 500


class Extent(NamedTuple):
    """The instances of one task."""

    total: int
    #: Whether `total` is all that there will be.
    known: bool


class Expansions(NamedTuple):
    """All expansions of one map."""

    places: int
    positions: int


_NONE = Expansions(0, 0)


class MapExtents:
    """Looks again and again; what cannot have changed is not read twice."""

    def __init__(self, connection: Connection, run: int, spec: DagSpec) -> None:
        self._connection = connection
        self._run = run
        self._maps = spec.maps
        self._chains = [task.scope + (() if task.map is None else (task.map,)) for task in spec.tasks]
        self._expansions: dict[int, Expansions] = {}
        #: By map, for this look only: the lengths by place.
        self._lengths: dict[int, dict[Path, int]] = {}
        #: Whether a rerun has made some map shorter: what it held is still recorded.
        self._has_surplus = False
        #: By task: what stands in, and what that was found from.
        self._found: dict[int, tuple[object, frozenset[Path]]] = {}

    def look(self, tasks: Sequence[TaskSpec], recorded: Mapping[int, Sequence[int]]) -> list[Extent]:
        """The extents of all tasks; must be called within a read transaction.

        Args:
            tasks: All tasks of the DAG.
            recorded: By task: its recorded instances by `State` number.
        """
        self._lengths.clear()
        rows = self._connection.execute(sql.SUM_MAP_LENGTHS, (self._run,)).fetchall() if self._maps else []
        self._expansions = {number: Expansions(places, positions) for number, places, positions in rows}
        self._has_surplus = any(counts[State.REMOVED] for counts in recorded.values())
        if self._has_surplus:
            for each in self._maps:
                if each.scope:
                    lengths = self._lengths_of(each.number)
                    self._expansions[each.number] = Expansions(len(lengths), sum(lengths.values()))
        return [self._measure(task, recorded.get(task.number, ())) for task in tasks]

    def _measure(self, task: TaskSpec, recorded: Sequence[int]) -> Extent:
        chain = self._chains[task.number]
        stand_ins = self._find_stand_ins(task, recorded) if chain and recorded else frozenset[Path]()
        places, open_places = 1, 0
        for level, number in enumerate(chain):
            places -= sum(len(path) == level for path in stand_ins)
            expansions = self._expand(number, level, places, stand_ins)
            open_places += places - expansions.places
            places = expansions.positions
        return Extent(places + len(stand_ins), not open_places)

    def _expand(self, number: int, level: int, places: int, stand_ins: Collection[Path]) -> Expansions:
        """The expansions of a map as far as they concern one task; at `places` places it may expand."""
        length = self._maps[number].length
        if isinstance(length, LiteralLength):  # expands wherever it can, and nothing is recorded of it
            return Expansions(places, places * length.count) if length.count else _NONE
        if not places:
            return _NONE
        if not any(len(path) <= level for path in stand_ins):
            return self._expansions.get(number, _NONE)
        # The map of a group expands for its other tasks also below what stands in for this one.
        levels = {len(path) for path in stand_ins if len(path) <= level}
        counts = [
            count
            for place, count in self._lengths_of(number).items()
            if not any(place[:above] in stand_ins for above in levels)
        ]
        return Expansions(len(counts), sum(counts))

    def _lengths_of(self, number: int) -> dict[Path, int]:
        lengths = self._lengths.get(number)
        if lengths is None:
            rows = self._connection.execute(sql.LIST_LENGTHS_OF_MAP, (self._run, number))
            lengths = {decode(parent): count for parent, count in rows}
            if self._has_surplus:
                scope = self._maps[number].scope
                lengths = {place: count for place, count in lengths.items() if self._exists(place, scope)}
            self._lengths[number] = lengths
        return lengths

    def _exists(self, place: Path, scope: Sequence[int]) -> bool:
        """Whether the maps around a place are as long as when something was recorded there."""
        for level, number in enumerate(scope):
            length = self._maps[number].length
            if isinstance(length, LiteralLength):
                count = length.count
            else:
                count = self._lengths_of(number).get(place[:level], 0)
            if place[level] >= count:
                return False
        return True

    def _find_stand_ins(self, task: TaskSpec, recorded: Sequence[int]) -> frozenset[Path]:
        """The instances of a task whose paths are shorter than it is deep."""
        ended = [recorded[state] for state in _STANDING_IN]
        if not any(ended):
            return frozenset()
        chain = self._chains[task.number]
        source = (ended, [self._expansions.get(number) for number in chain])
        known, found = self._found.get(task.number, (None, frozenset[Path]()))
        if known != source:
            found = frozenset(self._search(task.number, chain))
            self._found[task.number] = (source, found)
        return found

    def _search(self, task: int, chain: Sequence[int]) -> Iterator[Path]:
        """Level by level, so that nothing is looked for below what stands in."""
        places: list[Path] = [()]
        for level, number in enumerate(chain):
            standing = set(self._select_recorded(task, places))
            yield from standing
            if level + 1 == len(chain) or len(standing) == len(places):
                return
            length = self._maps[number].length
            fixed = length.count if isinstance(length, LiteralLength) else None
            counts = {} if fixed is not None else self._lengths_of(number)
            places = [
                (*place, position)
                for place in places
                if place not in standing
                for position in range(counts.get(place, 0) if fixed is None else fixed)
            ]

    def _select_recorded(self, task: int, paths: Sequence[Path]) -> Iterator[Path]:
        rest = iter(paths)
        while page := [encode(path) for path in islice(rest, _PATHS_AT_ONCE)]:
            marks = ", ".join("?" * len(page))
            for (path,) in self._connection.execute(f"{sql.LIST_STAND_INS}({marks})", (self._run, task, *page)):
                yield decode(path)
