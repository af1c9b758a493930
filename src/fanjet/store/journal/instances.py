"""Writing how instances ended: the hot half of the journal.

All functions run inside the journal's open transaction. Most ends meet no earlier row of their instances and carry
nothing out of the ordinary; those of a batch are one insert over columns, however many tasks and runs they are of. One
range query per task tells them apart from retries, reschedules and reruns, whose rows are replaced one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from struct import Struct
from typing import NamedTuple, TypeAlias

import msgspec

from fanjet.model.changes import ClearInstances, EndInstances, RecordFirings, RecordTries
from fanjet.model.events import TriesEnded, TryExtra
from fanjet.model.paths import Path, encode, join
from fanjet.model.states import State
from fanjet.store.database.port import Connection, Row
from fanjet.store.journal import statements as sql
from fanjet.store.journal.summaries import WAITING, Summaries, Summary

#: One level of a key, as in `fanjet.model.paths.encode`; quicker for many.
_pack_level = Struct(">I").pack
_NO_EXTRA = TryExtra()
#: The quick way, for most ends: no earlier row, nothing out of the ordinary.
_PLAIN = (
    "run", "task", "path", "state", "try_number", "started_at", "ended_at", "log_segment", "log_offset", "log_length",
    "value", "item_count",
)  # fmt: skip
_ENDED = ("run", "task", "path", "state", "ended_at", "error", "try_number")
_encode_json = msgspec.json.encode


class _Recorded(NamedTuple):
    """A row that is there already."""

    path: bytes
    state: int
    started_at: float | None
    ended_at: float
    valued: int


_Row: TypeAlias = tuple[object, ...]


def encode_all(parent: Path, indexes: Sequence[int]) -> list[bytes]:
    """The keys of the instances at `indexes` under `parent`."""
    if len(indexes) == 1:
        return [encode(join(parent, indexes[0]))]
    prefix = encode(parent)
    if min(indexes) < 0:
        return [encode(join(parent, index)) for index in indexes]
    return [prefix + level for level in map(_pack_level, indexes)] if prefix else list(map(_pack_level, indexes))


class AskedTries:
    """Accepted ends of tries, of any tasks and runs, none of an instance twice; what is recorded of them is asked for.

    Args:
        connection: In a transaction.
        records: The ends.
        summaries: Where they count.
    """

    def __init__(self, connection: Connection, records: Sequence[RecordTries], summaries: Summaries) -> None:
        self._connection = connection
        self._summaries = summaries
        batches = [_Tries(record) for record in records]
        self._batches = [batch for batch in batches if batch.paths]
        summaries.ask(batch.key for batch in self._batches)
        spans = [(*batch.key, min(batch.paths), max(batch.paths)) for batch in self._batches]
        self._found = connection.select_each(sql.FIND_RECORDED, spans)

    def write(self) -> None:
        """Write them."""
        connection, plain, whole = self._connection, list[Iterable[_Row]](), list[Iterable[_Row]]()
        for batch, between in zip(self._batches, self._found, strict=True):
            recorded = _choose(batch.paths, between)
            ended, record = batch.ended, batch.record
            summary = self._summaries.touch(*batch.key)
            if recorded:
                _replace(connection, *batch.key, recorded, summary)
                summary.valued += _count_still_valued(recorded, batch.paths, record.states)
            summary.add(record.states, ended.values)
            summary.add_times(record.states, ended.started_at, ended.ended_at)
            rows = _make_rows(batch)
            if recorded or ended.extras or record.resume_at:
                whole.append(_widen(rows, record, ended.extras))
            else:
                plain.append(rows)
        if whole:
            connection.executemany(sql.REPLACE_WHOLE, chain.from_iterable(whole))
        if plain:
            connection.insert("instance", _PLAIN, chain.from_iterable(plain))


class _Tries:
    """The accepted ends of a record."""

    __slots__ = ("ended", "key", "paths", "record")

    def __init__(self, record: RecordTries) -> None:
        self.record = record
        self.ended = record.ended if record.positions is None else _pick(record.ended, record.positions)
        self.key = (self.ended.run, self.ended.task)
        self.paths = encode_all(self.ended.parent, self.ended.indexes) if self.ended.indexes else []


def _make_rows(batch: _Tries) -> Iterator[_Row]:
    """In the order of `_PLAIN`."""
    ended, record, paths = batch.ended, batch.record, batch.paths
    run, task = batch.key
    return zip(
        repeat(run),
        repeat(task),
        paths,
        record.states,
        repeat(ended.try_number),
        ended.started_at,
        ended.ended_at,
        ended.log_segments,
        ended.log_offsets,
        ended.log_lengths,
        ended.values,
        ended.item_counts or repeat(None),
        strict=False,
    )


class AskedEnds:
    """The ends of instances that had no (further) try; what is recorded of them is asked for.

    Args:
        connection: In a transaction.
        record: The ends.
        summaries: Where they count.
    """

    def __init__(self, connection: Connection, record: EndInstances, summaries: Summaries) -> None:
        self._connection = connection
        self._record = record
        self._summaries = summaries
        self._paths = encode_all(record.parent, record.indexes) if record.indexes else []
        key = (record.run, record.task)
        spans = [(*key, min(self._paths), max(self._paths))] if self._paths else []
        if spans:
            summaries.ask([key])
        self._found = connection.select_each(sql.FIND_RECORDED, spans)

    def write(self) -> None:
        """Write them."""
        for between in self._found:
            self._write(_choose(self._paths, between))

    def _write(self, recorded: list[_Recorded]) -> None:
        connection, record, paths = self._connection, self._record, self._paths
        run, task, state, at, reason = record.run, record.task, int(record.state), record.at, record.reason
        summary = self._summaries.touch(run, task)
        summary.counts[state] += len(paths)
        summary.widen(None, at)
        fresh: Sequence[bytes] = paths
        if recorded:
            _replace(connection, run, task, recorded, summary)
            keeps = record.keeps_results or state == State.REMOVED
            if keeps and state != State.REMOVED:
                summary.valued += sum(row.valued for row in recorded)
            known = {row.path for row in recorded}
            ends = ((state, at, reason, record.try_number, keeps, run, task, path) for path in known)
            connection.executemany(sql.END_RECORDED, ends)
            fresh = [path for path in paths if path not in known]
        tries = repeat(record.try_number)
        rows = zip(repeat(run), repeat(task), fresh, repeat(state), repeat(at), repeat(reason), tries, strict=False)
        connection.insert("instance", _ENDED, rows)


def write_firings(connection: Connection, record: RecordFirings) -> None:
    """Write what deferred instances go on with."""
    paths = encode_all(record.parent, record.indexes)
    rows = zip(record.carries, repeat(record.run), repeat(record.task), paths, strict=False)
    connection.executemany(sql.FIRE, rows)


def write_cleared(connection: Connection, record: ClearInstances, summaries: Summaries) -> None:
    """Write that instances begin again."""
    run, task = record.run, record.task
    summary = summaries.touch(run, task)
    for first, last in _ranges(encode_all(record.parent, record.indexes), record.indexes):
        between = (run, task, first, last)
        for state, started_at, ended_at, valued, try_number in connection.execute(sql.FIND_CLEARED, between):
            summary.subtract(state, started_at, ended_at, 0 if try_number else valued)
        connection.execute(sql.KEEP_CLEARED, between)
        connection.execute(sql.FORGET_UNTRIED, between)
        connection.execute(sql.CLEAR, (record.at, *between))


def _ranges(paths: list[bytes], indexes: Sequence[int]) -> Iterator[tuple[bytes, bytes]]:
    """The first and last path of each run of consecutive indexes."""
    first = 0
    for at in range(1, len(paths) + 1):
        if at == len(paths) or indexes[at] != indexes[at - 1] + 1:
            yield paths[first], paths[at - 1]
            first = at


def _count_still_valued(recorded: list[_Recorded], paths: list[bytes], states: bytes) -> int:
    """How many results stand although another try ended: those of cleared instances that now wait to go on."""
    valued = {row.path for row in recorded if row.valued}
    if not valued:
        return 0
    return sum(path in valued and state in WAITING for path, state in zip(paths, states, strict=True))


def _choose(paths: list[bytes], between: Sequence[Row]) -> list[_Recorded]:
    """Nearly always no rows lie even between the first and the last of the keys."""
    if not between:
        return []
    wanted = set(paths)
    return [_Recorded(*row) for row in between if row[0] in wanted]


def _replace(connection: Connection, run: int, task: int, recorded: list[_Recorded], summary: Summary) -> None:
    """Keep the tries of rows that are about to change, and take the rows out of the sums."""
    connection.executemany(sql.KEEP_TRY, ((run, task, row.path) for row in recorded))
    for row in recorded:
        summary.subtract(row.state, row.started_at, row.ended_at, row.valued)


def _pick(ended: TriesEnded, positions: list[int]) -> TriesEnded:
    """The same event with only some positions of its columns, in the given order.

    `extras` keeps its keys: they are positions in the original columns, as are those of `RecordTries.resume_at`.
    """
    return TriesEnded(
        run=ended.run,
        task=ended.task,
        parent=ended.parent,
        fence=ended.fence,
        try_number=ended.try_number,
        indexes=[ended.indexes[at] for at in positions],
        states=bytearray(ended.states[at] for at in positions),
        started_at=[ended.started_at[at] for at in positions],
        ended_at=[ended.ended_at[at] for at in positions],
        log_segments=[ended.log_segments[at] for at in positions],
        log_offsets=[ended.log_offsets[at] for at in positions],
        log_lengths=[ended.log_lengths[at] for at in positions],
        values=[ended.values[at] for at in positions],
        item_counts=[ended.item_counts[at] for at in positions] if ended.item_counts else [],
        extras=ended.extras,
    )


def _widen(rows: Iterator[_Row], record: RecordTries, extras: dict[int, TryExtra]) -> Iterator[_Row]:
    """Add the columns that few tries have."""
    positions = record.positions if record.positions is not None else range(len(record.states))
    for at, row in zip(positions, rows, strict=True):
        extra = extras.get(at, _NO_EXTRA)
        skips = _encode_json(extra.skips).decode() if extra.skips else None
        yield (*row, extra.label, extra.error, record.resume_at.get(at), extra.carry, skips, extra.rendered)
