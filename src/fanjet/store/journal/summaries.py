"""What the instances of a task add up to: counts by state, values, durations. Pages read these and never count rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress

import msgspec

from fanjet.model.states import ENDED, State
from fanjet.store.database.port import Connection, Row
from fanjet.store.journal import statements as sql

#: Bucket 0 holds durations below the unit, bucket b those in [2^(b-1), 2^b) units.
DURATION_UNIT_S = 0.0001
_UNITS_PER_S = 1 / DURATION_UNIT_S
#: More than any two instants can be apart. The database holds them without the zeros at the end.
_BUCKETS = 64

#: In the order of the columns of `summary`.
COUNTED_STATES = (
    State.SUCCESS,
    State.FAILED,
    State.SKIPPED,
    State.UPSTREAM_FAILED,
    State.UP_FOR_RETRY,
    State.UP_FOR_RESCHEDULE,
    State.DEFERRED,
    State.REMOVED,
)
#: Not over yet.
WAITING = tuple(state for state in COUNTED_STATES if state not in ENDED)
_encode = msgspec.json.encode
_decode_durations = msgspec.json.Decoder(list[int]).decode


def find_bucket(duration_s: float) -> int:
    """The bucket of a duration; a negative one (the clock was set back) counts as none."""
    return int(duration_s * _UNITS_PER_S).bit_length() if duration_s > 0 else 0


class Summary:
    """The sums of one task, as they will stand when the open transaction commits."""

    __slots__ = ("counts", "durations", "first_started_at", "last_ended_at", "valued")

    def __init__(self) -> None:
        #: By `State` number.
        self.counts = [0] * len(State)
        self.valued = 0
        self.durations = [0] * _BUCKETS
        self.first_started_at: float | None = None
        self.last_ended_at: float | None = None

    def add(self, states: bytes | bytearray, values: Sequence[bytes | None]) -> None:
        """Count instances that got these states and values."""
        for state in COUNTED_STATES:
            self.counts[state] += states.count(state)
        self.valued += len(values) - values.count(None)

    def add_times(self, states: bytes | bytearray, started_at: Sequence[float], ended_at: Sequence[float]) -> None:
        """Add the durations of the tries that are the last of their instance. Hot: once per ended try."""
        durations = self.durations
        spans: Iterable[tuple[float, float]] = zip(started_at, ended_at, strict=True)
        if any(state in states for state in WAITING):
            spans = compress(spans, [state not in WAITING for state in states])
        for start, end in spans:
            durations[int((end - start) * _UNITS_PER_S).bit_length() if end > start else 0] += 1
        self.widen(min(started_at), max(ended_at))

    def widen(self, started_at: float | None, ended_at: float) -> None:
        """Take an instant of work into the span of the task."""
        if started_at is not None and (self.first_started_at is None or started_at < self.first_started_at):
            self.first_started_at = started_at
        if self.last_ended_at is None or ended_at > self.last_ended_at:
            self.last_ended_at = ended_at

    def subtract(self, state: int, started_at: float | None, ended_at: float, valued: int) -> None:
        """Take out what a row that is about to be replaced had added."""
        self.counts[state] -= 1
        if state != State.REMOVED:
            self.valued -= valued
        if started_at is not None and state not in WAITING:
            self.durations[find_bucket(ended_at - started_at)] -= 1


class Summaries:
    """The summaries that open transactions touch, by run and task."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        #: Only the owner of a run writes its summaries, so what was written once needs no reading again.
        self._known: defaultdict[int, dict[int, Summary]] = defaultdict(dict)
        self._touched: set[tuple[int, int]] = set()
        #: What was asked for and not taken yet.
        self._asked: list[tuple[list[tuple[int, int]], Iterable[list[Row]]]] = []

    def touch(self, run: int, task: int) -> Summary:
        """The summary of a task, to be changed in the open transaction."""
        self._touched.add((run, task))
        known = self._known[run]
        summary = known.get(task)
        if summary is None:
            self._take()
            summary = known.get(task)
        if summary is None:
            summary = known[task] = load_summary(self._connection, run, task)
        return summary

    def ask(self, keys: Iterable[tuple[int, int]]) -> None:
        """Ask at once for the summaries of many tasks, (run, task) each, which are about to be touched."""
        wanted = [key for key in dict.fromkeys(keys) if key[1] not in self._known[key[0]]]
        if wanted:
            self._asked.append((wanted, self._connection.select_each(sql.FIND_SUMMARY, wanted)))

    def _take(self) -> None:
        """Take what was asked for; what another statement has told before is newer."""
        asked, self._asked = self._asked, []
        for wanted, found in asked:
            for (run, task), rows in zip(wanted, found, strict=True):
                self._known[run].setdefault(task, parse_summary(rows[0]) if rows else Summary())

    def write(self) -> None:
        """Write what was touched."""
        if self._touched:
            self._connection.executemany(sql.PUT_SUMMARY, map(self._make_row, self._touched))

    def _make_row(self, key: tuple[int, int]) -> tuple[object, ...]:
        run, task = key
        summary = self._known[run][task]
        counts = [summary.counts[state] for state in COUNTED_STATES]
        used = max((bucket + 1 for bucket, count in enumerate(summary.durations) if count), default=0)
        durations = _encode(summary.durations[:used]).decode()
        return (*key, *counts, summary.valued, durations, summary.first_started_at, summary.last_ended_at)

    def committed(self) -> None:
        """The transaction has been committed."""
        self._touched.clear()
        self._asked.clear()

    def rolled_back(self) -> None:
        """The transaction has not been committed: what it changed here is wrong."""
        for run, task in self._touched:
            self._known[run].pop(task, None)
        self._touched.clear()
        self._asked.clear()

    def forget(self, run: int) -> None:
        """The run is no longer ours; its summaries may change elsewhere."""
        self._known.pop(run, None)


def load_summary(connection: Connection, run: int, task: int) -> Summary:
    """Read the sums of a task; all zero when nothing of it is recorded."""
    row = connection.execute(sql.FIND_SUMMARY, (run, task)).fetchone()
    return Summary() if row is None else parse_summary(row)


def parse_summary(row: Sequence[object]) -> Summary:
    """Make a summary of the columns that `FIND_SUMMARY` selects."""
    summary = Summary()
    *counts, valued, durations, first_started_at, last_ended_at = row
    for state, count in zip(COUNTED_STATES, counts, strict=True):
        assert isinstance(count, int)
        summary.counts[state] = count
    assert isinstance(valued, int)
    assert isinstance(durations, str)
    summary.valued = valued
    used = _decode_durations(durations)
    summary.durations[: len(used)] = used
    summary.first_started_at = first_started_at if isinstance(first_started_at, float) else None
    summary.last_ended_at = last_ended_at if isinstance(last_ended_at, float) else None
    return summary
