"""`fanjet prune`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from fanjet.bootstrap.pruning import OnProgress, Pruned, plan_prune, prune
from fanjet.cli.arguments import home_option, read_duration
from fanjet.cli.finding import settings_of
from fanjet.cli.output import json_option, print_json, print_text
from fanjet.cli.quantities import say_count
from fanjet.cli.terminal import look_at

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_MOST_DAGS = 20


@click.command(name="prune")
@click.option(
    "--older-than",
    "older_than_s",
    type=read_duration,
    required=True,
    metavar="AGE",
    help="Runs that ended so long ago, such as 90d or 12h.",
)
@click.option("--dry-run", is_flag=True, help="Show what would go, and change nothing.")
@json_option
@home_option
def command(*, older_than_s: float, dry_run: bool, as_json: bool, home: Path | None) -> None:
    """Remove old runs, with their values, logs and files.

    The latest run of each DAG stays, and the latest one that its schedule has made. It may be stopped at any moment
    and begun again, and does not hold up what is under way.
    """
    settings = settings_of(home)
    before = time.time() - older_than_s
    if dry_run:
        plan = plan_prune(settings, before)
        if as_json:
            print_json(_as_data(plan))
        else:
            print_text(f"{_say_plan(plan)}\nNothing was changed.\n")
        return
    done = prune(settings, before, _make_progress())
    if as_json:
        print_json(_as_data(done))
    else:
        print_text(f"{_say_done(done)}\n")


def _make_progress() -> OnProgress:
    """A line that is rewritten on a terminal; nothing elsewhere."""
    if not look_at(sys.stderr).live:
        return lambda _done, _total: None

    def show(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        click.echo(f"\r{done:,} of {total:,} runs removed{end}", err=True, nl=False)

    return show


def _say_plan(plan: Pruned) -> str:
    if not plan.runs:
        return "There are no runs that old."
    lines = [f"  {dag_id}: {say_count(count, 'run')}" for dag_id, count in list(plan.by_dag.items())[:_MOST_DAGS]]
    more = [f"  ... and {len(plan.by_dag) - _MOST_DAGS:,} more DAGs"] if len(plan.by_dag) > _MOST_DAGS else []
    heading = f"{say_count(plan.runs, 'run')} with {say_count(plan.instances, 'instance')} would go:"
    return "\n".join([heading, *lines, *more])


def _say_done(done: Pruned) -> str:
    parts = [
        say_count(done.runs, "run"),
        say_count(done.instances, "instance"),
        *([say_count(done.values, "stored value")] if done.values else []),
        *([say_count(done.log_segments, "log segment")] if done.log_segments else []),
        *([say_count(done.bundle_files, "file of bundles", "files of bundles")] if done.bundle_files else []),
        *(f"{count:,} {kind}" for kind, count in done.rest.items()),
    ]
    freed = f" {_say_size(done.file_bytes)} of logs and bundles are free." if done.file_bytes else ""
    return f"Removed: {', '.join(parts)}.{freed}"


def _say_size(size_bytes: int) -> str:
    for unit, size in _UNITS:
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{size_bytes} bytes"


def _as_data(pruned: Pruned) -> dict[str, Any]:
    return msgspec.structs.asdict(pruned)
