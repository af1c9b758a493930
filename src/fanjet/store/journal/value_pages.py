"""Pages of the values of a task, by offset, for running tries.

A key of the database says where an instance lies, not how many values lie before it. So that a reader of a long
sequence does not make the database count from the start for each page, *milestones* remember the key of every 256th
value, found as far as readers have come; a page then skips at most 255 rows. A write under a prefix forgets the
milestones from the written key on, so they are right also while instances still end. A page from a path on needs none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from fanjet.model.paths import Path, decode, encode, join, prefix_end
from fanjet.model.requests import CountValues, GetMapLength, GetValues, Values
from fanjet.model.values import RETURN_VALUE
from fanjet.store.database.port import Connection
from fanjet.store.journal import statements as sql

#: Values between two milestones.
SPACING = 256
#: So many sequences are remembered; readers of more at once are only slower.
_MOST_SEQUENCES = 512
#: By whether return values are wanted, and whether instances without a value count.
_STATEMENTS = {
    (True, False): sql.GET_VALUES,
    (True, True): sql.GET_ENDED_VALUES,
    (False, False): sql.GET_PUSHED,
    (False, True): sql.GET_ENDED_PUSHED,
}


class ValuePages:
    """Reads values from what is committed, on a connection of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        #: By (run, task), then by (prefix, key): the keys of values number 0, 256, 512, ... as far as known.
        self._milestones: dict[tuple[int, int], dict[tuple[Path, str], list[bytes]]] = {}
        self._sequences = 0

    def get_values(self, run: int, request: GetValues) -> Values:
        """One page; see `GetValues`."""
        start, skip = encode(request.first or request.prefix), request.offset
        if request.offset >= SPACING and not request.first and not request.with_empty:
            found = self._find_milestone(run, request)
            if found is None:
                return Values([], [])
            start, skip = found, request.offset % SPACING
        statement = _STATEMENTS[request.key == RETURN_VALUE, request.with_empty]
        rows = self._connection.execute(statement, (*_select(run, request, start), request.limit, skip)).fetchall()
        return Values([decode(path) for path, _ in rows], [value or b"" for _, value in rows])

    def count_values(self, run: int, request: CountValues) -> int:
        """How many values there are; see `CountValues`."""
        if request.key != RETURN_VALUE:
            selected = _select(run, request, encode(request.prefix))
            (count,) = self._connection.execute(sql.COUNT_PUSHED, selected).fetchone()
            return int(count)
        if not request.prefix:
            row = self._connection.execute(sql.COUNT_ALL_VALUES, (run, request.task)).fetchone()
            return int(row[0]) if row else 0
        selected = _select(run, request, encode(request.prefix))
        (count,) = self._connection.execute(sql.COUNT_VALUES, selected).fetchone()
        return int(count)

    def get_map_length(self, run: int, request: GetMapLength) -> int:
        """The number of positions of a map; see `GetMapLength`."""
        row = self._connection.execute(sql.GET_MAP_LENGTH, (run, request.map, encode(request.parent))).fetchone()
        return int(row[0]) if row else 0

    def written(self, run: int, task: int, parent: Path, indexes: Sequence[int]) -> None:
        """Instances at these positions were written: forget what may have moved."""
        sequences = self._milestones.get((run, task))
        if not sequences or not indexes:
            return
        first = encode(join(parent, min(indexes)))
        for (prefix, _), milestones in sequences.items():
            if _overlap(prefix, parent):
                del milestones[bisect_left(milestones, first) :]

    def forget(self, run: int) -> None:
        """The run is over or no longer ours."""
        for key in [key for key in self._milestones if key[0] == run]:
            self._sequences -= len(self._milestones.pop(key))

    def _find_milestone(self, run: int, request: GetValues) -> bytes | None:
        """The key of the last milestone at or before the offset; None when there are fewer values."""
        milestones = self._get_milestones(run, request)
        wanted = request.offset // SPACING
        statement = sql.FIND_VALUE_PATH if request.key == RETURN_VALUE else sql.FIND_PUSHED_PATH
        while len(milestones) <= wanted:
            start, skip = (milestones[-1], SPACING) if milestones else (encode(request.prefix), 0)
            row = self._connection.execute(statement, (*_select(run, request, start), skip)).fetchone()
            if row is None:
                return None
            milestones.append(row[0])
        return milestones[wanted]

    def _get_milestones(self, run: int, request: GetValues) -> list[bytes]:
        sequences = self._milestones.setdefault((run, request.task), {})
        milestones = sequences.get((request.prefix, request.key))
        if milestones is None:
            if self._sequences >= _MOST_SEQUENCES:
                self._milestones = {(run, request.task): (sequences := {})}
                self._sequences = 0
            self._sequences += 1
            milestones = sequences[request.prefix, request.key] = []
        return milestones


def _select(run: int, request: GetValues | CountValues, start: bytes) -> tuple[object, ...]:
    end = prefix_end(request.prefix)
    if request.key == RETURN_VALUE:
        return (run, request.task, start, end)
    return (run, request.task, start, end, request.key)


def _overlap(one: Path, other: Path) -> bool:
    """Whether one path is a prefix of the other."""
    return one[: len(other)] == other[: len(one)]
