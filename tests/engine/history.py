"""What a store would keep of a run, in plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field

from fanjet.model.changes import (
    Change,
    ClearInstances,
    EndInstances,
    RecordFirings,
    RecordTries,
    ReopenMap,
    ReopenRun,
    SetMapLength,
)
from fanjet.model.events import TryExtra
from fanjet.model.history import InstanceColumns, RunHistory
from fanjet.model.paths import Path, encode, join
from fanjet.model.spec import DagSpec
from fanjet.model.states import State


@dataclass
class Row:
    """One recorded instance."""

    state: State
    try_number: int = 1
    valued: bool = False
    items: int = -1
    resume_at: float | None = None
    carry: bytes | None = None
    skips: tuple[int, ...] = ()
    tries_before: int = 0
    reason: str | None = None


@dataclass
class Recorder:
    """Takes in changes as the journal does and gives them back as the store does."""

    spec: DagSpec
    rows: dict[tuple[int, Path], Row] = field(default_factory=dict)
    lengths: dict[tuple[int, Path], int] = field(default_factory=dict)
    reopened: dict[tuple[int, Path], bytes] = field(default_factory=dict)
    patient: tuple[int, ...] = ()

    def write(self, changes: list[Change]) -> None:
        for change in changes:
            match change:
                case RecordTries():
                    self._write_tries(change)
                case EndInstances():
                    for index in change.indexes:
                        self._end(change, join(change.parent, index))
                case ClearInstances():
                    for index in change.indexes:
                        self._clear(change.task, join(change.parent, index))
                case SetMapLength():
                    self.reopened.pop((change.map, change.parent), None)
                    if change.count:
                        self.lengths[change.map, change.parent] = change.count
                    else:
                        self.lengths.pop((change.map, change.parent), None)
                case RecordFirings():
                    for index, carry in zip(change.indexes, change.carries, strict=True):
                        row = self.rows[change.task, join(change.parent, index)]
                        row.carry, row.resume_at = carry, 0.0
                case ReopenMap():
                    self.reopened[change.map, change.parent] = change.items
                case ReopenRun():
                    self.patient = change.patient
                case _:
                    pass

    def _end(self, change: EndInstances, path: Path) -> None:
        row = self.rows.setdefault((change.task, path), Row(change.state, try_number=0))
        row.state, row.resume_at, row.carry = change.state, None, None
        row.try_number = change.try_number or row.try_number
        row.reason = change.reason or row.reason
        if not change.keeps_results:
            row.valued, row.items = False, -1

    def _clear(self, task: int, path: Path) -> None:
        row = self.rows.get((task, path))
        if row is None:
            return
        if not row.try_number:
            del self.rows[task, path]
            return
        if row.state == State.REMOVED:  # its results are those of an earlier expansion
            row.valued, row.items = False, -1
        row.state, row.tries_before = State.NONE, row.try_number
        row.resume_at, row.carry, row.skips, row.reason = None, None, (), None

    def _write_tries(self, change: RecordTries) -> None:
        ended = change.ended
        columns = range(len(ended.indexes)) if change.positions is None else change.positions
        for column, state in zip(columns, change.states, strict=True):
            extra = ended.extras.get(column, TryExtra())
            key = (ended.task, join(ended.parent, ended.indexes[column]))
            before = self.rows.get(key)
            # What a cleared instance had stays until its next end.
            goes_on = state in {State.UP_FOR_RETRY, State.UP_FOR_RESCHEDULE, State.DEFERRED}
            items = ended.item_counts[column] if ended.item_counts else -1
            self.rows[key] = Row(
                state=State(state),
                try_number=ended.try_number,
                valued=before.valued if goes_on and before else ended.values[column] is not None,
                items=before.items if goes_on and before else items,
                resume_at=change.resume_at.get(column),
                carry=extra.carry if state != State.UP_FOR_RETRY else None,
                skips=extra.skips,
                tries_before=0 if before is None else before.tries_before,
            )

    def history(self) -> RunHistory:
        """Everything recorded."""
        return RunHistory(
            map_lengths=[(number, parent, count) for (number, parent), count in self.lengths.items()],
            instances=[columns for task in self.spec.tasks if (columns := self._columns(task.number)).paths],
            reopened=[(number, parent, items) for (number, parent), items in self.reopened.items()],
            patient=self.patient,
        )

    def _columns(self, task: int) -> InstanceColumns:
        rows = [row for _, row in sorted(self._of(task), key=lambda item: item[0][1])]
        feeds = self.spec.tasks[task].feeds_map
        return InstanceColumns(
            task=task,
            paths=[encode(path) for (_, path), _ in sorted(self._of(task), key=lambda item: item[0][1])],
            states=bytearray(row.state for row in rows),
            try_numbers=[row.try_number for row in rows],
            valued=bytearray(row.valued for row in rows),
            item_counts=[row.items for row in rows] if feeds else [],
            resume_at={at: row.resume_at for at, row in enumerate(rows) if row.resume_at is not None},
            carries={at: row.carry for at, row in enumerate(rows) if row.carry is not None},
            skips={at: row.skips for at, row in enumerate(rows) if row.skips},
            tries_before={at: row.tries_before for at, row in enumerate(rows) if row.tries_before},
            stopped={
                at
                for at, row in enumerate(rows)
                if row.state == State.SKIPPED and row.reason and row.reason.startswith(("cancelled: ", "fail_fast"))
            },
        )

    def _of(self, task: int) -> list[tuple[tuple[int, Path], Row]]:
        return [(key, row) for key, row in self.rows.items() if key[0] == task]
