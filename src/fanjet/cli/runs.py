"""`fanjet runs`."""

from __future__ import annotations

import time
from pathlib import Path

import click

from fanjet.cli.arguments import Count, home_option
from fanjet.cli.finding import settings_of
from fanjet.cli.looks import LOOK_INTERRUPTED, LOOK_OF_RUN, Look, say_counts
from fanjet.cli.output import json_option, print_json_rows, print_text
from fanjet.cli.quantities import say_duration, say_instant
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import Terminal, look_at
from fanjet.model.states import RunStatus, State
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import RunRow, TaskCounts

_COLUMNS = (
    Column("RUN", right=True),
    Column("DAG", flexible=True),
    Column("STATE"),
    Column("STARTED"),
    Column("TOOK", right=True),
    Column("INSTANCES", flexible=True),
    Column("RUN ID", flexible=True),
)
_ROOM_FOR_ID = 120


@click.command(name="runs")
@click.option("--dag", "dag_id", metavar="ID", help="Only runs of this DAG.")
@click.option("--limit", type=Count(1), default=20, show_default=True, help="At most so many.")
@json_option
@home_option
def command(dag_id: str | None, limit: int, as_json: bool, home: Path | None) -> None:
    """List runs, the latest first."""
    with Reader.open(Database.of(settings_of(home))) as reader:
        runs = reader.list_runs(dag_id, limit)
        counts = [_add(reader.counts(run.info.number)) for run in runs]
    if as_json:
        print_json_rows(run_as_data(*pair) for pair in zip(runs, counts, strict=True))
        return
    terminal = look_at()
    if not runs:
        print_text(f"DAG {dag_id!r} has no runs.\n" if dag_id else "There are no runs yet.\n")
        return
    rows = [_row(*pair, terminal) for pair in zip(runs, counts, strict=True)]
    # The number names a run as well; the id goes first where there is no room for all.
    shown = len(_COLUMNS) - (terminal.live and terminal.width < _ROOM_FOR_ID)
    print_text(render_table(_COLUMNS[:shown], [row[:shown] for row in rows], terminal))
    waiting = [run for run in runs if is_interrupted(run)]
    if waiting:
        print_text(f"\nfanjet resume {waiting[0].info.number} goes on with the latest interrupted run.\n")


def is_interrupted(run: RunRow) -> bool:
    """Whether the run has no end and no process that works on it, though one has begun to."""
    return run.ended_at is None and not run.owned and run.state is not RunStatus.QUEUED


def look_of(run: RunRow) -> Look:
    """The look of a run's state."""
    return LOOK_INTERRUPTED if is_interrupted(run) else LOOK_OF_RUN[run.state]


def took_s(run: RunRow) -> float | None:
    """How long the run took, or takes by now; None when nobody works on it and so nobody knows."""
    if run.ended_at is not None:
        return (run.ended_at - run.info.started_at).total_seconds()
    return time.time() - run.info.started_at.timestamp() if run.owned else None


def run_as_data(run: RunRow, counts: list[int]) -> dict[str, object]:
    """A run for `--json`."""
    info = run.info
    return {
        "run": info.number,
        "dag_id": info.dag_id,
        "run_id": info.run_id,
        "state": run.state.label,
        "interrupted": is_interrupted(run),
        "run_type": info.run_type,
        "logical_date": info.logical_date.isoformat() if info.logical_date else None,
        "queued_at": run.queued_at.isoformat() if run.queued_at else None,
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "counts": counts_as_data(counts),
    }


def counts_as_data(counts: list[int] | tuple[int, ...]) -> dict[str, int]:
    """Numbers by the label of the state, without zeros."""
    return {State(state).label: number for state, number in enumerate(counts) if number}


def _add(tasks: dict[int, TaskCounts]) -> list[int]:
    return [sum(task.counts[state] for task in tasks.values()) for state in State]


def _row(run: RunRow, counts: list[int], terminal: Terminal) -> list[str | Cell]:
    look, seconds = look_of(run), took_s(run)
    symbol = terminal.symbol(look.symbol, look.ascii_symbol)
    return [
        str(run.info.number),
        run.info.dag_id,
        Cell(f"{symbol} {look.word}", look.style),
        say_instant(run.started_at),
        "-" if seconds is None else say_duration(seconds),
        ", ".join(text for text, _ in say_counts(counts)) or "-",
        Cell(run.info.run_id, "dim"),
    ]
