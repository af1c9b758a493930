"""`fanjet rerun`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from fanjet.bootstrap.asking import refuse_owned
from fanjet.bootstrap.latest_version import check_latest
from fanjet.bootstrap.requests import DagFileError, RerunOptions
from fanjet.bootstrap.target import Target, ask_rerun, read_target
from fanjet.cli.arguments import home_option
from fanjet.cli.asking import carry_out
from fanjet.cli.dag_errors import print_dag_errors
from fanjet.cli.finding import find_run
from fanjet.cli.outcomes import workers_option
from fanjet.cli.output import print_json, print_note, print_text
from fanjet.cli.rerun_plan import plan_as_data, render_plan, say_plan
from fanjet.cli.runs import is_interrupted
from fanjet.cli.selection import make_selection, map_indexes_option
from fanjet.cli.terminal import look_at
from fanjet.model.paths import Path as MapPath
from fanjet.model.reruns import RerunPlan
from fanjet.settings import Settings, load_settings
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader


@click.command(name="rerun")
@click.argument("run")
@click.option("--failed", is_flag=True, help="Only what failed, could not run for it, or was left out by a cancel.")
@click.option(
    "--task", "tasks", metavar="T", multiple=True, help="Only this task or task group; several times for more."
)
@map_indexes_option
@click.option("--all", "everything", is_flag=True, help="Every instance of the run.")
@click.option("--only", is_flag=True, help="Leave alone what depends on them.")
@click.option("--dry-run", is_flag=True, help="Show what would run again, and change nothing.")
@click.option("--latest", is_flag=True, help="With the DAG file as it is now, after a fix; else as it was in the run.")
@workers_option
@click.option("--inline", is_flag=True, help="Run everything in this process, so that breakpoint() works.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: as JSON.")
@home_option
def command(
    *,
    run: str,
    failed: bool,
    tasks: Sequence[str],
    map_indexes: Sequence[Sequence[MapPath]],
    everything: bool,
    only: bool,
    dry_run: bool,
    latest: bool,
    workers: str | None,
    inline: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Run instances of RUN again, with all that depends on them, and nothing else.

    RUN is the number of a run, its id or the start of its id; `-` is the latest. Earlier tries stay readable, and
    try numbers go on. If a process still carries the run out, it takes the rerun over; else the run goes on here.

    Exit status: as `fanjet run`; 0 when there is nothing to rerun.
    """
    if map_indexes and not tasks:
        raise click.UsageError("A map index goes with a task: name it with --task.")
    if not (failed or tasks or everything):
        raise click.UsageError("Say what is to run again: --failed, --task T, or --all. --dry-run shows it first.")
    if everything and (failed or tasks):
        raise click.UsageError("--all is everything; leave out --failed and --task, or leave out --all.")
    if inline and workers is not None:
        raise click.UsageError("--inline runs one try after another in this process; leave --workers out.")
    if as_json and not dry_run:
        raise click.UsageError("--json goes with --dry-run.")
    settings = load_settings({"workers": workers, "home": home and str(home)})
    selection = make_selection(tasks, map_indexes)
    options = RerunOptions(failed_only=failed, only=only, latest=latest, inline=inline)
    with Reader.open(Database.of(settings)) as reader:
        target = read_target(reader, str(find_run(reader, run).info.number))
    request = ask_rerun(target, selection, options)
    plan = target.plan(request)
    if dry_run:
        if latest and not _can_be_latest(target, settings):
            return 2
        _show(target, plan, as_json=as_json)
        return 0
    if not plan.taken and not plan.maps:
        print_text(f"{_explain_nothing(target)}\n")
        return 0
    print_note(f"Rerun of run {target.row.info.number}: {say_plan(plan)}.")
    return carry_out(target, request, settings, latest=latest, inline=inline)


def _can_be_latest(target: Target, settings: Settings) -> bool:
    """Whether the DAG file can be loaded; what is wrong with it is printed."""
    refuse_owned(target.row)
    try:
        check_latest(target.version, settings)
    except DagFileError as error:
        print_dag_errors(error.errors)
        return False
    return True


def _show(target: Target, plan: RerunPlan, *, as_json: bool) -> None:
    info = target.row.info
    if as_json:
        print_json(plan_as_data(target, plan))
    elif not plan.taken and not plan.maps:
        print_text(f"{_explain_nothing(target)}\n")
    else:
        heading = f"A rerun of run {info.number} of {info.dag_id} would take {say_plan(plan)}:"
        print_text(f"{heading}\n\n{render_plan(target, plan, look_at())}\nNothing was changed.\n")


def _explain_nothing(target: Target) -> str:
    row = target.row
    number = row.info.number
    if is_interrupted(row):
        return (
            f"There is nothing to rerun in run {number}. It was interrupted, and goes on with: fanjet resume {number}"
        )
    return f"There is nothing to rerun in run {number} of {row.info.dag_id} ({row.state.label})."
