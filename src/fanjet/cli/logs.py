"""`fanjet logs`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fanjet.bootstrap.live_log import LiveLog
from fanjet.cli.arguments import Count, home_option, map_index_option
from fanjet.cli.finding import Found, find_task, get_path, settings_of
from fanjet.cli.output import output_explained
from fanjet.cli.progress_closing import instance_name
from fanjet.errors import OperationError
from fanjet.model import paths
from fanjet.model.states import State
from fanjet.store.database.database import Database
from fanjet.store.files.logs import read_log
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import LogPiece, TryRow

_BYTES_AT_ONCE = 1 << 20


@click.command(name="logs")
@click.argument("run")
@click.argument("task")
@map_index_option
@click.option("--try", "try_number", type=Count(1), help="Which try; by default the newest.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what the newest try prints until it ends.")
@home_option
def command(
    run: str, task: str, map_index: paths.Path | None, try_number: int | None, follow: bool, home: Path | None
) -> int:
    """Print what an instance of TASK wrote, byte for byte.

    RUN is the number of a run, its id, the start of its id, or - for the latest. TASK may carry the map index:
    'train[3]'.
    """
    if follow and try_number is not None:
        raise click.UsageError("--follow shows the newest try; leave --try out.")
    settings = settings_of(home)
    with Reader.open(Database.of(settings)) as reader:
        found = find_task(reader, run, task, map_index)
        if follow:
            return _follow(settings.home, reader, found)
        path = get_path(reader, found, "fanjet logs")
        tries = reader.tries(found.run.info.number, found.task.number, path)
    chosen = _choose(found, path, tries, try_number)
    pieces = [part.log for part in chosen if part.log is not None]
    for piece in pieces:
        _copy(settings.home, piece)
    if not sum(piece.length for piece in pieces):
        _explain_silence(instance_name(found.task.task_id, path), chosen[-1], owned=found.run.owned)
    return 0


def _follow(home: Path, reader: Reader, found: Found) -> int:
    """As it is printed; notes go to the standard error."""
    is_whole = found.path is not None and len(found.path) == found.task.depth
    path = found.path if is_whole and found.path is not None else get_path(reader, found, "fanjet logs --follow")
    name = instance_name(found.task.task_id, path)
    wrote = False

    def write(data: bytes) -> None:
        nonlocal wrote
        wrote = True
        with output_explained():
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def tell(text: str) -> None:
        sys.stderr.write(f"{name}: {text}.\n")

    log = LiveLog(home, reader, found.run.info.number, found.task.number, path, write=write, tell=tell)
    part = log.follow()
    if part is None:
        raise OperationError(f"{name} has no log: no try of it has started, and nobody carries the run out now.")
    if part.state is State.RUNNING or not wrote:
        _explain_silence(name, part, owned=False)
    return int(part.state is State.RUNNING)


def _choose(found: Found, path: paths.Path, tries: list[TryRow], number: int | None) -> list[TryRow]:
    """All parts of one try: a rescheduled or deferred one has several."""
    name = instance_name(found.task.task_id, path)
    if not tries:
        raise OperationError(f"{name} has no log: no try of it has started.")
    wanted = tries[-1].try_number if number is None else number
    chosen = [part for part in tries if part.try_number == wanted]
    if not chosen:
        have = sorted({part.try_number for part in tries})
        raise OperationError(f"{name} has no try {wanted}; it has {', '.join(map(str, have))}.")
    return chosen


def _copy(home: Path, piece: LogPiece) -> None:
    with output_explained():
        sys.stdout.flush()
        for start in range(0, piece.length, _BYTES_AT_ONCE):
            length = min(_BYTES_AT_ONCE, piece.length - start)
            sys.stdout.buffer.write(read_log(home, piece.segment, piece.offset + start, length))
        sys.stdout.buffer.flush()


def _explain_silence(name: str, part: TryRow, *, owned: bool) -> None:
    """Where there is nothing to print, the standard error says why."""
    if part.state is not State.RUNNING and part.log is None:
        why = f"was cancelled in try {part.try_number}, and has not told since what it printed"
    elif part.state is not State.RUNNING:
        why = f"printed nothing in try {part.try_number}"
    elif owned:
        why = "is running; its log can be read when it has ended"
    else:
        why = "was running when its scheduler died; `fanjet resume` runs it again"
    sys.stderr.write(f"{name} {why}.\n")
