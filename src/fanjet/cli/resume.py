"""`fanjet resume`."""

from __future__ import annotations

from pathlib import Path

import click

from fanjet.bootstrap.requests import DagFileError, ResumeRequest
from fanjet.bootstrap.resume import resume_run
from fanjet.cli.arguments import home_option
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


@click.command(name="resume")
@click.argument("run", required=False)
@workers_option
@click.option("--inline", is_flag=True, help="Run what is left in this process, so that breakpoint() works.")
@results_option
@home_option
def command(*, run: str | None, workers: str | None, inline: bool, results: Path | None, home: Path | None) -> int:
    """Go on with a run that was stopped or whose process died.

    RUN is the number of a run, its id or the start of its id; by default the latest run that can be resumed. What
    had ended is not run again. The run goes on with the DAG file as it was when the run started.
    """
    if inline and workers is not None:
        raise click.UsageError("--inline runs one try after another in this process; leave --workers out.")
    check_results_file(results)
    settings = load_settings({"workers": workers, "home": home and str(home)})
    request = ResumeRequest(run=None if run == "-" else run, inline=inline)
    try:
        with make_display(finder_of_failures(settings), inline=inline) as display:
            outcome = resume_run(request, settings, display)
    except DagFileError as error:
        print_dag_errors(error.errors)
        return 2
    keep_results(results, [outcome], settings)
    return exit_status([outcome])
