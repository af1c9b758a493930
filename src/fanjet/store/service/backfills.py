"""Backfills in the store: their runs are rows that wait for a scheduler, as all others of a service are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from fanjet.errors import OperationError
from fanjet.model.backfills import BackfillDate, BackfillOptions, BackfillRow, Step, decode_options
from fanjet.model.runs import NewRun
from fanjet.model.states import RunStatus
from fanjet.model.timetables import NamedRun
from fanjet.store.database.bells import ring
from fanjet.store.database.writing import Writing
from fanjet.store.service.planned_runs import insert_queued

_FIND_RUN: Final = """
SELECT run, state, ended_at FROM run WHERE dag_id = ? AND logical_date = ? ORDER BY run DESC LIMIT 1"""
_INSERT: Final = """
INSERT INTO backfill (dag_id, from_date, to_date, body, is_paused, created_at) VALUES (?, ?, ?, ?, 0, ?)
RETURNING backfill"""
#: The run starts again from its beginning, with the version that it has.
_RUN_AGAIN: Final = """
UPDATE run SET state = 0, ended_at = NULL, queued_at = ?, backfill = ?, lease_session = NULL
WHERE run = ? AND ended_at IS NOT NULL"""
_LIST: Final = """
SELECT backfill, dag_id, from_date, to_date, body, is_paused, created_at, ended_at FROM backfill
WHERE dag_id = coalesce(?, dag_id) AND backfill = coalesce(?, backfill) ORDER BY backfill DESC"""
_COUNT_RUNS: Final = "SELECT state, count(*) FROM run WHERE backfill = ? GROUP BY state"
_PAUSE: Final = "UPDATE backfill SET is_paused = ? WHERE backfill = ?"
_CANCEL: Final = "UPDATE backfill SET ended_at = ? WHERE backfill = ? AND ended_at IS NULL"
_END_QUEUED: Final = "UPDATE run SET state = 3, ended_at = ? WHERE backfill = ? AND state = 0"


class Backfills(Writing):
    """The way to ask for backfills."""

    def plan(self, dag_id: str, dues: Sequence[NamedRun], options: BackfillOptions) -> list[BackfillDate]:
        """What a backfill would do about each date, in the order in which it would.

        Args:
            dag_id: The DAG.
            dues: The runs that the schedule has, in order.
            options: How the runs are made.
        """
        dates = [self._plan_date(dag_id, named, options) for named in dues]
        return dates[::-1] if options.backwards else dates

    def create(
        self,
        dag_id: str,
        version: int,
        span: tuple[float, float],
        dates: Sequence[BackfillDate],
        options: BackfillOptions,
    ) -> BackfillRow:
        """Queue the runs of a plan.

        Args:
            dag_id: The DAG.
            version: The number of its newest version; new runs take it.
            span: From which date to which, both included.
            dates: What `plan` gave.
            options: As given to `plan`.

        Raises:
            OperationError: Nothing is to be done.
        """
        if not any(date.step in {"new", "again"} for date in dates):
            raise OperationError(
                f"There is nothing to make up for: DAG {dag_id!r} has a run for each of the {len(dates):,} dates. "
                "Fix: --reprocess failed or --reprocess completed runs them again."
            )
        now = time.time()
        with self._connection.transaction():
            body = msgspec.json.encode(options).decode()
            ((number,),) = self._connection.execute(_INSERT, (dag_id, *span, body, now)).fetchall()
            for date in dates:
                if date.step == "new":
                    new = _make_run(date, options, now)
                    insert_queued(self._connection, dag_id, version, new, backfill=number)
                elif date.step == "again":
                    self._connection.execute(_RUN_AGAIN, (now, number, date.run))
        ring(self._connection)
        return self.get(int(number))

    def list_all(self, dag_id: str | None = None) -> list[BackfillRow]:
        """All backfills, or those of one DAG; the newest first."""
        return self._list(dag_id, None)

    def get(self, number: int) -> BackfillRow:
        """One backfill.

        Raises:
            OperationError: There is none of this number.
        """
        found = self._list(None, number)
        if not found:
            raise OperationError(f"There is no backfill {number}. `fanjet backfill list` shows all.")
        return found[0]

    def set_paused(self, number: int, *, is_paused: bool) -> None:
        """Start no more of its runs, or go on; what is under way goes on in any case.

        Raises:
            OperationError: There is no such backfill.
        """
        self.get(number)
        with self._connection.transaction():
            self._connection.execute(_PAUSE, (int(is_paused), number))
        ring(self._connection)

    def cancel(self, number: int) -> int:
        """End those of its runs as failed that have not started; what is under way goes on.

        Returns:
            How many that were.

        Raises:
            OperationError: There is no such backfill.
        """
        self.get(number)
        now = time.time()
        with self._connection.transaction():
            self._connection.execute(_CANCEL, (now, number))
            return self._connection.execute(_END_QUEUED, (now, number)).rowcount

    def _plan_date(self, dag_id: str, named: NamedRun, options: BackfillOptions) -> BackfillDate:
        due = named.due
        date = due.run_after if due.logical_date is None else due.logical_date
        rows = self._connection.select(_FIND_RUN, dag_id, date)
        run, state, ended_at = rows[0] if rows else (None, 0, None)
        return BackfillDate(
            run_after=due.run_after,
            logical_date=date,
            interval_start=date if due.interval_start is None else due.interval_start,
            interval_end=date if due.interval_end is None else due.interval_end,
            step="new" if run is None else _choose_step(state, ended_at, options),
            run_id=named.run_id,
            run=run,
        )

    def _list(self, dag_id: str | None, number: int | None) -> list[BackfillRow]:
        return [
            BackfillRow(
                number=backfill,
                dag_id=dag,
                from_date=first,
                to_date=last,
                options=decode_options(body),
                is_paused=bool(paused),
                created_at=created_at,
                cancelled_at=cancelled_at,
                runs={RunStatus(state).label: count for state, count in self._connection.select(_COUNT_RUNS, backfill)},
            )
            for backfill, dag, first, last, body, paused, created_at, cancelled_at in self._connection.select(
                _LIST, dag_id, number
            )
        ]


def _choose_step(state: int, ended_at: float | None, options: BackfillOptions) -> Step:
    if ended_at is None:
        return "under way"
    again = {"none": (), "failed": (RunStatus.FAILED,), "completed": (RunStatus.FAILED, RunStatus.SUCCESS)}
    return "again" if state in again[options.reprocess] else "there"


def _make_run(date: BackfillDate, options: BackfillOptions, now: float) -> NewRun:
    created_at = datetime.fromtimestamp(now, UTC)
    return NewRun(
        run_id=date.run_id,
        run_type="backfill",
        logical_date=datetime.fromtimestamp(date.logical_date, UTC),
        data_interval_start=datetime.fromtimestamp(date.interval_start, UTC),
        data_interval_end=datetime.fromtimestamp(date.interval_end, UTC),
        created_at=created_at,
        started_at=created_at,
        conf=options.conf,
        params=options.params,
    )
