"""`fanjet run`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fanjet.bootstrap.requests import DagFileError, RunRequest
from fanjet.bootstrap.run import run_file
from fanjet.cli.arguments import check_file, home_option, params_options, read_instant
from fanjet.cli.dag_errors import print_dag_errors
from fanjet.cli.outcomes import (
    check_results_file,
    exit_status,
    finder_of_failures,
    keep_results,
    results_option,
    workers_option,
)
from fanjet.cli.progress import make_display
from fanjet.settings import load_settings


@click.command(name="run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dag", "dag_id", metavar="ID", help="Only this DAG of the file; by default each, one after another.")
@params_options
@click.option(
    "--logical-date", type=read_instant, metavar="ISO", help="The date that the run stands for; by default now."
)
@workers_option
@click.option("--inline", is_flag=True, help="Run everything in this process, one by one, so that breakpoint() works.")
@results_option
@home_option
def command(
    *,
    file: Path,
    dag_id: str | None,
    params: dict[str, Any],
    conf: dict[str, Any],
    logical_date: datetime | None,
    workers: str | None,
    inline: bool,
    results: Path | None,
    home: Path | None,
) -> int:
    """Run the DAGs of FILE to their end, with live progress.

    Everything that ends is recorded at once. Ctrl-C stops launching and lets running tries finish; a second one
    kills them. Either way, and after a crash, `fanjet resume` goes on.

    Exit status: 0 when all runs succeeded, 1 when one failed, 2 when the file or the arguments are wrong.
    """
    if inline and workers is not None:
        raise click.UsageError("--inline runs one try after another in this process; leave --workers out.")
    check_file(file)
    check_results_file(results)
    settings = load_settings({"workers": workers, "home": home and str(home)}, start=file)
    request = RunRequest(file=file, dag_id=dag_id, params=params, conf=conf, logical_date=logical_date, inline=inline)
    try:
        with make_display(finder_of_failures(settings), inline=inline) as display:
            outcomes = run_file(request, settings, display)
    except DagFileError as error:
        print_dag_errors(error.errors)
        return 2
    keep_results(results, outcomes, settings)
    return exit_status(outcomes)
