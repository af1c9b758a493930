"""What `fanjet rerun`, `mark` and `cancel` share: asking for something, and saying what became of it."""

from __future__ import annotations

from fanjet.bootstrap.asking import ask
from fanjet.bootstrap.requests import DagFileError
from fanjet.bootstrap.target import Target
from fanjet.cli.dag_errors import print_dag_errors
from fanjet.cli.outcomes import exit_status, finder_of_failures
from fanjet.cli.output import print_text
from fanjet.cli.progress import make_display
from fanjet.model.commands import Request
from fanjet.settings import Settings
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader


def carry_out(
    target: Target, request: Request, settings: Settings, *, latest: bool = False, inline: bool = False
) -> int:
    """Have a request carried out, with live progress if the run goes on in this process.

    Returns:
        The exit status: how the run ended here; 0 when it was carried out and nothing goes on here.
    """
    try:
        with make_display(finder_of_failures(settings), inline=inline) as display:
            result = ask(target, request, settings, display, latest=latest, inline=inline)
    except DagFileError as error:
        print_dag_errors(error.errors)
        return 2
    if isinstance(result, str):
        print_text(f"{result} {_say_rest(target.row.info.number, settings)}\n")
        return 0
    return exit_status([result])


def _say_rest(run: int, settings: Settings) -> str:
    """What becomes of the run now."""
    with Reader.open(Database.of(settings)) as reader:
        row = reader.find_run(str(run))
    if row.ended_at is not None:
        return f"Run {run} has ended ({row.state.label})."
    if row.owned:
        return f"Run {run} goes on in process {row.owner_pid}: fanjet watch {run}"
    return f"Nobody carries run {run} out now: fanjet resume {run}"
