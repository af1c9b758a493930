"""`fanjet trigger`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fanjet.bootstrap.queued_run import wait_for_start
from fanjet.bootstrap.triggered_runs import TriggeredRuns
from fanjet.bootstrap.watch import RunWatch
from fanjet.cli.arguments import home_option, params_options, read_instant
from fanjet.cli.finding import settings_of
from fanjet.cli.outcomes import INTERRUPTED, finder_of_failures
from fanjet.cli.output import json_option, print_json, print_note, print_text
from fanjet.cli.progress import make_display
from fanjet.errors import NotFoundError
from fanjet.model.states import RunStatus
from fanjet.settings import Settings
from fanjet.store.database.database import Database
from fanjet.store.service.dag_overview import DagOverview


def _read_param(text: str) -> tuple[str, Any]:
    """``depth=3``: what is no JSON is a text."""
    name, equals, written = text.partition("=")
    if not equals or not name.strip():
        raise click.BadParameter(f"{text!r} is no parameter. Write for example depth=3.")
    try:
        return name.strip(), json.loads(written)
    except json.JSONDecodeError:
        return name.strip(), written
    except (ValueError, RecursionError) as error:  # thousands of digits, or of brackets
        raise click.BadParameter(f"{name.strip()} is no JSON that could be kept: {error}.") from None


@click.command(name="trigger")
@click.argument("dag_id", metavar="DAG")
@click.option(
    "--param",
    "pairs",
    type=_read_param,
    multiple=True,
    metavar="NAME=VALUE",
    help="One parameter, as JSON or a plain text; may be given several times.",
)
@params_options
@click.option(
    "--logical-date", type=read_instant, metavar="ISO", help="The date that the run stands for; by default now."
)
@click.option("--run-id", metavar="ID", help="The id of the run; by default made of the time.")
@click.option("--note", metavar="TEXT", help="A note that is shown with the run.")
@click.option("--wait", is_flag=True, help="Show how it goes on, until it ends.")
@json_option
@home_option
def command(
    *,
    dag_id: str,
    pairs: tuple[tuple[str, Any], ...],
    params: dict[str, Any],
    conf: dict[str, Any],
    logical_date: datetime | None,
    run_id: str | None,
    note: str | None,
    wait: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Ask the service for a run of DAG.

    The run waits in the database until a scheduler takes it up, with the DAG as its file says now.

    Exit status: 0 when it was asked for, 2 when it cannot be. With --wait as of `fanjet watch`: 0 when the run
    succeeded, 1 when it failed.
    """
    if wait and as_json:
        raise click.UsageError("--json prints the run that was asked for; leave --wait out, and watch it with --json.")
    settings = settings_of(home)
    number = _start(settings, dag_id, {**params, **dict(pairs)}, conf, logical_date, run_id, note)
    with DagOverview.open(Database.of(settings)) as reader:
        row = reader.get_service_run(number)
        is_paused = reader.get_dag(dag_id).is_paused
    if as_json:
        print_json({"run": number, "dag_id": dag_id, "run_id": row.run.info.run_id, "state": row.run.state.label})
        return 0
    if wait:
        return _wait(settings, number)
    hint = f"\nThe DAG is paused: the run waits for `fanjet dags unpause {dag_id}`." if is_paused else ""
    print_text(f"Run {number} of {dag_id} is queued: fanjet watch {number}{hint}\n")
    return 0


def _start(
    settings: Settings,
    dag_id: str,
    params: dict[str, Any],
    conf: dict[str, Any],
    logical_date: datetime | None,
    run_id: str | None,
    note: str | None,
) -> int:
    try:
        return TriggeredRuns(settings).start(
            dag_id, params=params, conf=conf, logical_date=logical_date, run_id=run_id, note=note
        )
    except NotFoundError:
        with DagOverview.open(Database.of(settings)) as reader:
            reader.get_known_dag(dag_id)  # says what there is
        raise


def _wait(settings: Settings, number: int) -> int:
    try:
        wait_for_start(settings, number, print_note)
        with (
            RunWatch.open(str(number), settings) as watch,
            make_display(finder_of_failures(settings), times=watch) as display,
        ):
            outcome = watch.follow(display, wait=True)
    except KeyboardInterrupt:
        sys.stderr.write(f"Stopped watching; run {number} goes on.\n")
        return INTERRUPTED
    return int(outcome.status is not RunStatus.SUCCESS)
