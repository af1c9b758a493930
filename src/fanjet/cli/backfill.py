"""`fanjet backfill`."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import click

from fanjet.bootstrap.backfills import BackfillPlan, create_backfill, plan_backfill
from fanjet.cli.arguments import Count, home_option, params_options, read_instant
from fanjet.cli.finding import settings_of
from fanjet.cli.output import json_option, print_json, print_json_rows, print_text
from fanjet.cli.quantities import instant_as_data, say_count
from fanjet.cli.tables import Cell, Column, render_table
from fanjet.cli.terminal import look_at
from fanjet.model.backfills import BackfillDate, BackfillOptions, BackfillRow, Reprocess
from fanjet.store.database.database import Database
from fanjet.store.service.backfills import Backfills
from fanjet.store.service.dag_overview import DagOverview

_STEPS = {
    "new": ("a new run", "running"),
    "again": ("runs again", "running"),
    "there": ("has a run", ""),
    "under way": ("is under way", ""),
}
_DATES = (Column("LOGICAL DATE"), Column("DATA FROM"), Column("TO"), Column("RUN", right=True), Column("WHAT"))
_ROWS = (
    Column("BACKFILL", right=True), Column("DAG", flexible=True), Column("FROM"), Column("TO"), Column("STATUS"),
    Column("RUNS", flexible=True),
)  # fmt: skip
_MOST_SHOWN = 40


@click.group(name="backfill")
def command() -> None:
    """Make up for the runs of a span of time.

    The runs wait in the database, and the schedulers of the service (`fanjet up`) carry them out.
    """


@command.command()
@click.argument("dag_id", metavar="DAG")
@click.option("--from", "first", type=read_instant, required=True, metavar="DATE", help="The first date.")
@click.option("--to", "last", type=read_instant, required=True, metavar="DATE", help="The last date, itself included.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
@click.option("--backwards", is_flag=True, help="The latest first.")
@click.option(
    "--reprocess",
    type=click.Choice(get_args(Reprocess)),
    default="none",
    show_default=True,
    help="Which runs that are there already run again: those that failed, or all that have ended.",
)
@click.option("--max-active-runs", type=Count(1), metavar="N", help="The most of its runs at once; else the DAG's.")
@params_options
@json_option
@home_option
def create(
    *,
    dag_id: str,
    first: datetime,
    last: datetime,
    dry_run: bool,
    backwards: bool,
    reprocess: Reprocess,
    max_active_runs: int | None,
    params: dict[str, Any],
    conf: dict[str, Any],
    as_json: bool,
    home: Path | None,
) -> None:
    """Make a run of DAG for each date of its schedule from DATE to DATE that has none."""
    settings = settings_of(home)
    options = BackfillOptions(
        reprocess=reprocess, backwards=backwards, max_active_runs=max_active_runs, conf=json.dumps(conf)
    )
    plan = plan_backfill(settings, dag_id, (first, last), options, params)
    if dry_run:
        _show_plan(plan, as_json=as_json)
        return
    row = create_backfill(settings, plan)
    if as_json:
        print_json(_as_data(row))
        return
    made = say_count(sum(row.runs.values()), "run")
    with DagOverview.open(Database.of(settings)) as reader:
        is_paused = reader.get_dag(dag_id).is_paused
    hint = f"The DAG is paused: the runs wait for `fanjet dags unpause {dag_id}`.\n" if is_paused else ""
    print_text(f"Backfill {row.number} of {row.dag_id}: {made}. fanjet backfill show {row.number}\n{hint}")


@command.command(name="list")
@click.argument("dag_id", metavar="[DAG]", required=False)
@json_option
@home_option
def list_(dag_id: str | None, as_json: bool, home: Path | None) -> None:
    """List backfills, the latest first; those of DAG only if it is given."""
    with _open(home) as backfills:
        rows = backfills.list_all(dag_id)
    if as_json:
        print_json_rows(_as_data(row) for row in rows)
    elif rows:
        print_text(render_table(_ROWS, [_as_row(row) for row in rows], look_at()))
    else:
        print_text("There are no backfills. `fanjet backfill create DAG --from DATE --to DATE` makes one.\n")


@command.command()
@click.argument("number", metavar="BACKFILL", type=Count(1))
@json_option
@home_option
def show(number: int, as_json: bool, home: Path | None) -> None:
    """Show how far BACKFILL is."""
    with _open(home) as backfills:
        row = backfills.get(number)
    if as_json:
        print_json(_as_data(row))
    else:
        print_text(render_table(_ROWS, [_as_row(row)], look_at()))


@command.command()
@click.argument("number", metavar="BACKFILL", type=Count(1))
@home_option
def pause(number: int, home: Path | None) -> None:
    """Start no more runs of BACKFILL; what is under way goes on."""
    with _open(home) as backfills:
        backfills.set_paused(number, is_paused=True)
    print_text(f"Backfill {number} is paused. fanjet backfill unpause {number}\n")


@command.command()
@click.argument("number", metavar="BACKFILL", type=Count(1))
@home_option
def unpause(number: int, home: Path | None) -> None:
    """Go on with BACKFILL."""
    with _open(home) as backfills:
        backfills.set_paused(number, is_paused=False)
    print_text(f"Backfill {number} goes on.\n")


@command.command()
@click.argument("number", metavar="BACKFILL", type=Count(1))
@home_option
def cancel(number: int, home: Path | None) -> None:
    """End the runs of BACKFILL that have not started as failed; what is under way goes on."""
    with _open(home) as backfills:
        ended = backfills.cancel(number)
    print_text(f"Backfill {number} is cancelled: {say_count(ended, 'run')} had not started.\n")


def _open(home: Path | None) -> Backfills:
    settings = settings_of(home)
    return Backfills.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s)


def _show_plan(plan: BackfillPlan, *, as_json: bool) -> None:
    if as_json:
        print_json_rows(_date_as_data(date) for date in plan.dates)
        return
    counts = Counter(date.step for date in plan.dates)
    said = [f"{count:,} {_SAID[step]}" for step, count in counts.items()]
    shown = plan.dates[:_MOST_SHOWN]
    more = f"... and {len(plan.dates) - len(shown):,} more\n" if len(shown) < len(plan.dates) else ""
    has_seconds = any(_has_seconds(at) for date in shown for at in _instants_of(date))
    table = render_table(_DATES, [_date_as_row(date, has_seconds) for date in shown], look_at())
    heading = f"A backfill of {plan.dag_id} would look at {say_count(len(plan.dates), 'date')}: {', '.join(said)}."
    print_text(f"{heading}\n\n{table}{more}\nNothing was changed.\n" if plan.dates else f"{_NO_DATES}\n")


_SAID = {"new": "new", "again": "to run again", "there": "with a run", "under way": "under way"}
_NO_DATES = "The schedule has no dates in this span of time."


def _instants_of(date: BackfillDate) -> tuple[float, ...]:
    return date.logical_date, date.interval_start, date.interval_end


def _date_as_row(date: BackfillDate, has_seconds: bool) -> list[str | Cell]:
    text, style = _STEPS[date.step]
    instants = [_say(at, has_seconds) for at in _instants_of(date)]
    return [*instants, "" if date.run is None else str(date.run), Cell(text, style)]


def _date_as_data(date: BackfillDate) -> dict[str, Any]:
    return {
        "logical_date": instant_as_data(date.logical_date),
        "data_interval_start": instant_as_data(date.interval_start),
        "data_interval_end": instant_as_data(date.interval_end),
        "run": date.run,
        "step": date.step.replace(" ", "_"),
    }


def _as_row(row: BackfillRow) -> list[str | Cell]:
    runs = ", ".join(f"{count:,} {state}" for state, count in sorted(row.runs.items()))
    span = [_say(at, _has_seconds(at)) for at in (row.from_date, row.to_date)]
    return [str(row.number), row.dag_id, *span, row.status, runs or "none"]


def _as_data(row: BackfillRow) -> dict[str, Any]:
    return {
        "backfill": row.number,
        "dag_id": row.dag_id,
        "from": instant_as_data(row.from_date),
        "to": instant_as_data(row.to_date),
        "status": row.status,
        "runs": row.runs,
        "reprocess": row.options.reprocess,
        "backwards": row.options.backwards,
        "max_active_runs": row.options.max_active_runs,
        "conf": json.loads(row.options.conf),
        "created_at": instant_as_data(row.created_at),
        "cancelled_at": instant_as_data(row.cancelled_at),
    }


def _has_seconds(at: float) -> bool:
    return bool(at % 60)


def _say(at: float, has_seconds: bool) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ" if has_seconds else "%Y-%m-%d %H:%MZ")
