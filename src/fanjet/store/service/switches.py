"""What people change directly, without a scheduler: whether a DAG is paused, and the note of a run."""

from __future__ import annotations

from fanjet.errors import NotFoundError
from fanjet.model.runs import check_note
from fanjet.store.database.bells import ring
from fanjet.store.database.port import Connection

_PAUSE = "UPDATE dag SET is_paused = ? WHERE dag_id = ?"
#: Whether it is made up for is for the schedule to say, so what was planned is not made as it was.
_FORGET_PLANNED = "UPDATE dag SET next_logical_date = NULL WHERE dag_id = ? AND is_paused <> 0 AND next_run_after <= ?"
KEEP_NOTE = "UPDATE run SET note = ? WHERE run = ?"


def set_paused(connection: Connection, dag_id: str, *, paused: bool, at: float) -> None:
    """Have a DAG start no runs, or start them again. Runs that are under way go on.

    Args:
        connection: The database.
        dag_id: The DAG.
        paused: Whether it starts none.
        at: The instant: what was planned up to it has passed in a pause that ends.

    Raises:
        NotFoundError: There is no such DAG.
        ExecutionError: The database failed.
    """
    with connection.transaction():
        if not paused:
            connection.execute(_FORGET_PLANNED, (dag_id, at))
        if not connection.execute(_PAUSE, (int(paused), dag_id)).rowcount:
            raise NotFoundError(f"There is no DAG {dag_id!r}.")
    if not paused:
        ring(connection)


def set_note(connection: Connection, run: int, note: str | None) -> None:
    """Keep a note with a run, in the place of the one before; None for none.

    Raises:
        NotFoundError: There is no such run.
        OperationError: The note cannot be kept.
        ExecutionError: The database failed.
    """
    if note is not None:
        check_note(note)
    with connection.transaction():
        if not connection.execute(KEEP_NOTE, (note, run)).rowcount:
            raise NotFoundError(f"There is no run {run}.")
