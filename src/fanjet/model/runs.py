"""What is fixed about a run from its start; workers get it once and make contexts and templates of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from fanjet.errors import OperationError
from fanjet.model.texts import storable
from fanjet.model.timetables import Unsaid

#: In characters.
LONGEST_RUN_ID: Final = 250
LONGEST_NOTE: Final = 10_000


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a DAG. All instants are aware and UTC."""

    #: The number in the database; `run_id` is the name for people and templates.
    number: int
    run_id: str
    dag_id: str
    #: ``manual``, ``scheduled``, ``backfill`` or ``asset_triggered``.
    run_type: str = "manual"
    #: None for a run that was triggered without one.
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    created_at: datetime
    started_at: datetime
    #: JSON text of the configuration given with the trigger; an object.
    conf: str = "{}"
    #: JSON text of the parameters with defaults and the trigger's values merged; an object.
    params: str = "{}"
    #: The numbers of the events of assets that started it, the oldest first.
    asset_events: tuple[int, ...] = ()


class NewRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is to be created; fields as in `RunInfo`. The DAG follows from the version that it runs."""

    run_id: str
    run_type: str = "manual"
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    created_at: datetime
    started_at: datetime
    conf: str = "{}"
    params: str = "{}"
    asset_events: tuple[int, ...] = ()
    #: What its timetable has still to say before it can start; None where nothing is left to say.
    unsaid: Unsaid | None = None


def check_run_id(run_id: str) -> None:
    """Refuse an id that somebody gives to a run and that could not be kept or shown.

    Raises:
        OperationError: It is empty, too long, or not one line of characters that can be seen.
    """
    if not run_id.strip() or len(run_id) > LONGEST_RUN_ID:
        raise OperationError(f"A run id has 1 to {LONGEST_RUN_ID} characters, not {len(run_id.strip())}.")
    if not run_id.isprintable():
        raise OperationError(f"The run id {run_id!r} has characters in it that cannot be seen or kept.")


def check_note(note: str) -> None:
    """Refuse a note that could not be kept.

    Raises:
        OperationError: It is too long, or has half characters in it.
    """
    if len(note) > LONGEST_NOTE:
        raise OperationError(f"A note has at most {LONGEST_NOTE:,} characters, not {len(note):,}.")
    if storable(note) != note:
        raise OperationError(f"The note {note[:100]!r} has half a character (a lone surrogate) in it.")
