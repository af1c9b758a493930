"""What the progress display says, without how it is drawn: a row per task or group with counts, rate, estimate."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

import msgspec

from fanjet.model.spec import DagSpec
from fanjet.model.states import ENDED, State
from fanjet.scheduler.display import Snapshot

_STATES = len(State)
#: Where some instance is or was in one of these, the row has begun; skips alone begin nothing.
_WORKED = (State.RUNNING, State.SUCCESS, State.FAILED, State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED)
#: Rates are those of the last seconds, as long as something ended within them.
_WINDOW_S = 5.0
_SAMPLE_EVERY_S = 0.5
#: Looking at a DAG of thousands of tasks takes a while; it may cost so much of the scheduler's time.
_LOOKING_SHARE = 0.04


class RowPlan(msgspec.Struct, frozen=True):
    """One row to be: a task, or a group that stands for all its tasks."""

    title: str
    tasks: tuple[int, ...]
    is_group: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it stands now."""

    title: str
    is_group: bool
    #: By `State` number.
    counts: Sequence[int]
    done: int
    #: The instances known so far; more may come unless `total_known`.
    total: int
    total_known: bool
    #: None before the first instance began.
    elapsed_s: float | None
    #: It began and ended between two looks: it took `elapsed_s` at the most.
    brief: bool = False
    #: Instances that ended per second.
    per_s: float
    #: None where nothing can be said.
    left_s: float | None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen in this row."""
        return self.total_known and self.done == self.total

    @property
    def active(self) -> int:
        """The instances that are running."""
        return self.counts[State.RUNNING]


def plan_rows(spec: DagSpec, most: int) -> list[RowPlan]:
    """One row per task where they fit into `most` rows, else groups as one row each, the innermost first.

    The result may be longer than `most`: a DAG may have so many tasks without groups.
    """
    parents = {group.group_id: group.parent for group in spec.groups}
    chains = [_group_chain(task.group, parents) for task in spec.tasks]
    plans: list[RowPlan] = []
    for depth in range(max(map(len, chains), default=0), -1, -1):
        plans = _plan_at_depth(spec, chains, depth)
        if len(plans) <= most:
            break
    return plans


def _group_chain(group: str | None, parents: dict[str, str | None]) -> tuple[str, ...]:
    """The ids of the groups around a task, outermost first."""
    chain: list[str] = []
    while group is not None:
        chain.append(group)
        group = parents.get(group)
    return tuple(reversed(chain))


def _plan_at_depth(spec: DagSpec, chains: Sequence[tuple[str, ...]], depth: int) -> list[RowPlan]:
    """Rows where groups deeper than `depth` levels are one row each, in the order of their first tasks."""
    members: dict[tuple[str, bool], list[int]] = {}
    for task, chain in zip(spec.tasks, chains, strict=True):
        key = (chain[depth], True) if len(chain) > depth else (task.task_id, False)
        members.setdefault(key, []).append(task.number)
    return [RowPlan(title, tuple(tasks), is_group) for (title, is_group), tasks in members.items()]


class Times(Protocol):
    """What a display that came late cannot have seen itself: when things began and ended, by the display's clock."""

    def now(self) -> float:
        """The clock."""

    def began_at(self) -> float:
        """When the run began."""

    def span(self, tasks: Collection[int]) -> tuple[float | None, float | None]:
        """When the first try of some tasks began and when the last instance of them ended; None before."""


class Meter:
    """Remembers of one row what a snapshot cannot tell: since when it goes, and how fast."""

    __slots__ = ("_began_at", "_brief", "_done", "_ended_at", "_first_done", "_looked_at", "_samples", "_times")

    def __init__(self, times: Times | None = None) -> None:
        self._times = times
        self._began_at: float | None = None
        self._brief = False
        self._ended_at: float | None = None
        self._looked_at: float | None = None
        self._done = 0
        self._first_done = 0
        #: (instant, instances that had ended), oldest first; from the begin on.
        self._samples: deque[tuple[float, int]] = deque()

    def read(self, plan: RowPlan, snapshot: Snapshot, now: float) -> Row:
        """The row at the instant `now` of a clock that never goes back."""
        counts = [0] * _STATES
        known = True
        for task in plan.tasks:
            for state, number in enumerate(snapshot.counts(task)):
                counts[state] += number
            known = known and snapshot.length_known(task)
        counts[State.REMOVED] = 0
        return self._measure(plan, counts, known, now)

    def _measure(self, plan: RowPlan, counts: list[int], known: bool, now: float) -> Row:
        total = sum(counts)
        done = sum(counts[state] for state in ENDED)
        over = known and done == total
        if self._times is None:
            self._note(counts, done, over, now)
        else:
            self._take_span(self._times.span(plan.tasks), done, over, now)
        per_s = self._rate(done, now)
        return Row(
            title=plan.title,
            is_group=plan.is_group,
            counts=counts,
            done=done,
            total=total,
            total_known=known,
            elapsed_s=None if self._began_at is None else (self._ended_at or now) - self._began_at,
            brief=self._brief and over,
            per_s=per_s,
            left_s=(total - done) / per_s if known and per_s > 0 and not over else None,
        )

    def _note(self, counts: Sequence[int], done: int, over: bool, now: float) -> None:
        """A row began between the look that saw something move and the look before; the first look knows no before."""
        first_look = self._looked_at is None
        worked = any(counts[state] for state in _WORKED)
        if self._began_at is None and worked and (done > self._done or not over) and not (first_look and over):
            self._began_at = now if self._looked_at is None else self._looked_at
            self._first_done = done if first_look else self._done
            self._samples.append((self._began_at, self._first_done))
            self._brief = over
        self._looked_at, self._done = now, done
        self._ended_at = (self._ended_at or now) if over else None
        self._sample(done, now)

    def _take_span(self, span: tuple[float | None, float | None], done: int, over: bool, now: float) -> None:
        """The same of a row whose times are told."""
        self._began_at, ended_at = span
        self._ended_at = (ended_at or now) if over else None
        if self._began_at is not None and not self._samples:
            self._samples.append((now, done))
        self._sample(done, now)

    def _sample(self, done: int, now: float) -> None:
        if self._samples and now - self._samples[-1][0] >= _SAMPLE_EVERY_S:
            self._samples.append((now, done))
            while len(self._samples) > 1 and now - self._samples[1][0] >= _WINDOW_S:
                self._samples.popleft()

    def _rate(self, done: int, now: float) -> float:
        """Of the last seconds when something ended in them, else since the begin."""
        if self._began_at is None:
            return 0.0
        at, before = self._samples[0]
        if self._ended_at is None and done > before and now > at:
            return (done - before) / (now - at)
        took = (self._ended_at or now) - self._began_at
        return (done - self._first_done) / took if took > 0 else 0.0


def choose_rows(rows: Sequence[Row], most: int) -> tuple[list[Row], list[Row]]:
    """The rows to show, in their order, when only `most` fit, and those left out.

    What runs goes first, then what failed, what ended last in the order of the DAG, and what comes next.
    """
    if len(rows) <= most:
        return list(rows), []
    frontier = next((at for at, row in enumerate(rows) if not row.over), len(rows))
    order = sorted(range(len(rows)), key=lambda at: (_interest(rows[at]), abs(at - frontier)))
    shown = set(order[: max(most, 0)])
    return [row for at, row in enumerate(rows) if at in shown], [row for at, row in enumerate(rows) if at not in shown]


def _interest(row: Row) -> int:
    if row.active:
        return 0
    if row.counts[State.FAILED]:
        return 1
    return 2 if row.counts[State.UP_FOR_RETRY] else 3


def add_counts(rows: Iterable[Row]) -> list[int]:
    """Numbers by state over several rows."""
    total = [0] * _STATES
    for row in rows:
        for state, number in enumerate(row.counts):
            total[state] += number
    return total


class Watch:
    """Everything that is remembered of one run while it is shown."""

    def __init__(self, spec: DagSpec, most_rows: int, times: Times | None = None) -> None:
        self.plans = plan_rows(spec, most_rows)
        self._all = RowPlan("", tuple(range(len(spec.tasks))))
        self._meters = [Meter(times) for _ in self.plans]
        self._meter = Meter(times)
        self._looked_at = self._due_at = 0.0

    def due(self, now: float, pause_s: float) -> bool:
        """Whether it is time to look again, after a pause and without looking more than a small share of the time."""
        return now >= max(self._due_at, self._looked_at + pause_s)

    def looked(self, began_at: float, ended_at: float) -> None:
        """Remember when a look was taken and how long it took."""
        self._looked_at = began_at
        self._due_at = ended_at + (ended_at - began_at) / _LOOKING_SHARE

    def look(self, snapshot: Snapshot, now: float, *, last: bool = False) -> tuple[list[Row], Row]:
        """One row per plan, and all instances together; the last look estimates nothing."""
        rows = [meter.read(plan, snapshot, now) for plan, meter in zip(self.plans, self._meters, strict=True)]
        overall = self._meter.read(self._all, snapshot, now)
        if last:
            return [msgspec.structs.replace(row, left_s=None) for row in rows], overall
        left = [row.left_s for row in rows if row.active]
        if overall.left_s is None or None in left:
            # The pace of what has ended says nothing about work of which nothing has ended yet.
            return rows, msgspec.structs.replace(overall, left_s=None)
        return rows, msgspec.structs.replace(overall, left_s=max([overall.left_s, *filter(None, left)]))
