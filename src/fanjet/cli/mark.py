"""`fanjet mark`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from fanjet.bootstrap.target import ask_mark, read_target
from fanjet.cli.arguments import home_option
from fanjet.cli.asking import carry_out
from fanjet.cli.finding import find_run
from fanjet.cli.outcomes import workers_option
from fanjet.cli.selection import make_selection, map_indexes_option
from fanjet.model.paths import Path as MapPath
from fanjet.model.states import STATE_OF_LABEL
from fanjet.settings import load_settings
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader


@click.command(name="mark")
@click.argument("run")
@click.argument("task")
@click.option(
    "--state", type=click.Choice(["success", "failed", "skipped"]), required=True, help="The state that they get."
)
@map_indexes_option
@workers_option
@home_option
def command(
    *,
    run: str,
    task: str,
    state: str,
    map_indexes: Sequence[Sequence[MapPath]],
    workers: str | None,
    home: Path | None,
) -> int:
    """Give instances of TASK in RUN a state by hand; what it held back goes on.

    What depends on them and is failed or upstream_failed is judged again, and runs if it may; what succeeded stays.
    Results stay as they are. If a process still carries the run out, it does so; else the run goes on here.

    Exit status: as `fanjet run`.
    """
    settings = load_settings({"workers": workers, "home": home and str(home)})
    selection = make_selection([task], map_indexes)
    with Reader.open(Database.of(settings)) as reader:
        target = read_target(reader, str(find_run(reader, run).info.number))
    return carry_out(target, ask_mark(target, selection, STATE_OF_LABEL[state]), settings)
