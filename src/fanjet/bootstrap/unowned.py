"""Cancelling where no process carries the run out: it is written down, and nothing is started for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence

import msgspec

from fanjet.bootstrap.target import Target
from fanjet.engine.run_state import RunState
from fanjet.model.changes import (
    Change,
    Record,
    RunCallbacks,
)
from fanjet.model.events import CancelRequested
from fanjet.model.instants import now
from fanjet.model.states import RunStatus
from fanjet.scheduler.leases import LEASE_S
from fanjet.scheduler.obedience import describe_answer
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.journal.journal import Journal


def cancel_unowned(target: Target, request: CancelRequested, settings: Settings) -> str | None:
    """Cancel a run that nobody owns, or instances of it. Its DAG file is not needed.

    Returns:
        What was done; None when it takes workers, because the DAG has callbacks for its end. Nothing was done then.

    Raises:
        RunOwnedError: A living process owns the run.
        ExecutionError: The store failed.
    """
    run = target.row.info.number
    journal = Journal.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)
    try:
        session = journal.begin_session(host=socket.gethostname(), pid=os.getpid())
        journal.take_lease(run, session, lease_s=LEASE_S)
        try:
            return _cancel(journal, target, request)
        finally:
            journal.release_lease(run, session)
    finally:
        journal.close()


def _cancel(journal: Journal, target: Target, request: CancelRequested) -> str | None:
    run, at = target.row.info.number, now()
    status = journal.get_status(run)
    if status == RunStatus.QUEUED:
        return _cancel_queued(journal, target, request, at)
    machine, before = RunState.restore(run, target.spec, journal.read_history(run), at, status=status)
    changes = machine.apply([request])
    if any(isinstance(change, RunCallbacks) for change in changes):
        return None
    journal.write(_find_records([*before, *changes]), [], at=at)
    return describe_answer(request, changes)


def _cancel_queued(journal: Journal, target: Target, request: CancelRequested, at: float) -> str:
    """A run that has not started has no tries, and calls nobody back."""
    machine = RunState(request.run, target.spec)
    changes = [*machine.start(at), *machine.apply([msgspec.structs.replace(request, at=at)])]
    journal.write(_find_records(changes), [], at=at)
    return describe_answer(request, changes)


def _find_records(changes: Sequence[Change]) -> list[Record]:
    """What is to be written. All else is for workers, and whoever takes the run next finds it out again."""
    return [change for change in changes if isinstance(change, Record)]
