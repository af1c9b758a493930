"""`fanjet up`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from fanjet.bootstrap.service.up import serve
from fanjet.cli.arguments import home_option
from fanjet.cli.outcomes import workers_option
from fanjet.cli.output import leave_pipe, print_text
from fanjet.cli.terminal import look_at
from fanjet.errors import FanjetError, OperationError
from fanjet.settings import load_settings

_LABEL_WIDTH = 11
FAILED = 1
WRONG = 2


@click.command(name="up")
@click.option("--dags", metavar="FOLDER", help="The folder of DAG files; by default <home>/dags.")
@click.option("--host", metavar="HOST", help="The address to listen on; by default only this machine can connect.")
@click.option("--port", metavar="PORT", help="The port to listen on, by default 8080; 0 for any that is free.")
@click.option("--database", metavar="URL", help="A PostgreSQL database instead of the SQLite file of the home.")
@click.option("--schedulers", metavar="N", help="How many scheduler processes; by default 1.")
@workers_option
@click.option("--log-format", metavar="FORMAT", help="text for people, json for programs.")
@home_option
def command(*, home: Path | None, **flags: str | None) -> int:
    """Run a service: the DAG files of a folder, by their schedules and on demand.

    One command, one process tree: schedulers, the processor of the DAG folder and the server. What dies is started
    again. Ctrl-C or SIGTERM stops it; running tries may end first (stop_grace_s), a second signal kills them. Nothing
    that was recorded is lost either way, and the next `fanjet up` goes on.

    Exit status: 0 after a stop, 1 when the service cannot go on, 2 when it cannot be started so.
    """
    settings = load_settings({"home": home and str(home), **flags})
    if settings.log_format == "text":
        serve(settings, tell=_print_facts)
        return 0
    try:
        serve(settings, tell=None)
    except OperationError as error:
        return _log_error(error, WRONG)
    except FanjetError as error:
        return _log_error(error, FAILED)
    return 0


def _log_error(error: FanjetError, status: int) -> int:
    """Programs get the reason of the end as an event, like all the others."""
    logging.getLogger("fanjet.supervisor").error("%s", error)
    return status


def _print_facts(facts: dict[str, str]) -> None:
    """What is running, in a few lines on the standard output."""
    terminal = look_at()
    head, *rest = facts.items()
    lines = [terminal.style(f"{head[0]} {head[1]}", "bold")]
    lines += [f"  {terminal.style(f'{label:{_LABEL_WIDTH}}', 'dim')}{text}" for label, text in rest]
    try:
        print_text("\n".join(lines) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads it any more; the service does not end for that
        leave_pipe()
