"""Reading everything recorded of a run, in columns, so that the engine can go on from it."""

from __future__ import annotations

import msgspec

from fanjet.errors import OperationError
from fanjet.model.history import InstanceColumns, RunHistory
from fanjet.model.instants import now
from fanjet.model.paths import decode
from fanjet.model.spec import DagSpec
from fanjet.store.database.port import Connection
from fanjet.store.journal import statements as sql

#: Rows become columns in pieces, so that a million of them never exist as a million tuples.
_ROWS_AT_ONCE = 20_000
_decode_numbers = msgspec.json.Decoder(tuple[int, ...]).decode
_decode_spec = msgspec.json.Decoder(DagSpec).decode


def read_history(connection: Connection, run: int) -> RunHistory:
    """Everything of one run, as of one moment.

    Raises:
        OperationError: There is no such run.
    """
    with connection.moment():
        spec = get_spec(connection, run)
        lengths = [
            (map_number, decode(parent), count)
            for map_number, parent, count in connection.execute(sql.LIST_MAP_LENGTHS, (run,))
        ]
        tasks = [task for (task,) in connection.execute(sql.LIST_RECORDED_TASKS, (run,)).fetchall()]
        columns = [_read_task(connection, run, task, feeds_map=spec.tasks[task].feeds_map) for task in tasks]
        reopened = [
            (map_number, decode(parent), items)
            for map_number, parent, items in connection.execute(sql.LIST_REOPENED, (run,))
        ]
        ((patient,),) = connection.execute(sql.FIND_PATIENT, (run,)).fetchall()
    return RunHistory(
        map_lengths=lengths,
        instances=columns,
        reopened=reopened,
        patient=() if patient is None else _decode_numbers(patient),
    )


def get_spec(connection: Connection, run: int) -> DagSpec:
    """The version of the DAG that a run started with.

    Raises:
        OperationError: There is no such run.
    """
    row = connection.execute(sql.FIND_SPEC_OF_RUN, (run,)).fetchone()
    if row is None:
        raise OperationError(f"There is no run {run}.")
    return _decode_spec(row[0])


def _read_task(connection: Connection, run: int, task: int, *, feeds_map: bool) -> InstanceColumns:
    paths: list[bytes] = []
    states, valued = bytearray(), bytearray()
    try_numbers: list[int] = []
    item_counts: list[int] = []
    start = b""
    while rows := connection.execute(sql.LIST_INSTANCES, (run, task, start, _ROWS_AT_ONCE)).fetchall():
        start = rows[-1][0] + b"\0"
        path, state, try_number, has_value, item_count = zip(*rows, strict=True)
        paths += path
        states += bytes(state)
        try_numbers += try_number
        valued += bytes(has_value)
        if feeds_map:
            item_counts += [-1 if count is None else count for count in item_count]
    columns = InstanceColumns(
        task=task,
        paths=paths,
        states=states,
        try_numbers=try_numbers,
        valued=valued,
        item_counts=item_counts,
        resume_at={},
        carries={},
        skips={},
    )
    _add_rare(connection, run, columns)
    return columns


def _add_rare(connection: Connection, run: int, columns: InstanceColumns) -> None:
    rare = connection.execute(sql.LIST_WAITING, (run, columns.task)).fetchall()
    if not rare:
        return
    position_of = {path: position for position, path in enumerate(columns.paths)}
    for path, resume_at, carry, skips, tries_before, ended_at, stopped in rare:
        position = position_of[path]
        if resume_at is not None:
            # What ended in the future did so before the clock was set back: the pause counts from now.
            columns.resume_at[position] = min(resume_at, now() + max(resume_at - ended_at, 0.0))
        if carry is not None:
            columns.carries[position] = carry
        if skips is not None:
            columns.skips[position] = _decode_numbers(skips)
        if tries_before:
            columns.tries_before[position] = tries_before
        if stopped:
            columns.stopped.add(position)
