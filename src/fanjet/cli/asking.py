"""What `fanjet rerun`, `mark` and `cancel` share: asking for something, and saying what became of it."""

from __future__ import annotations

import click

from fanjet.bootstrap.asking import ask
from fanjet.bootstrap.requests import DagFileError
from fanjet.bootstrap.target import Target
from fanjet.cli.dag_errors import print_dag_errors
from fanjet.cli.outcomes import exit_status, finder_of_failures
from fanjet.cli.progress import make_display
from fanjet.model.commands import Request
from fanjet.settings import Settings


def carry_out(
    target: Target, request: Request, settings: Settings, *, latest: bool = False, inline: bool = False
) -> int:
    """Have a request carried out, with live progress if that happens in this process.

    Returns:
        The exit status: 0 as well when the process that owns the run has taken the request over.
    """
    try:
        with make_display(finder_of_failures(settings), inline=inline) as display:
            result = ask(target, request, settings, display, latest=latest, inline=inline)
    except DagFileError as error:
        print_dag_errors(error.errors)
        return 2
    if isinstance(result, str):
        number = target.row.info.number
        click.echo(f"{result} Run {number} goes on in process {target.row.owner_pid}: fanjet watch {number}")
        return 0
    return exit_status([result])
