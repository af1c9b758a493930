"""`fanjet cancel`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from fanjet.bootstrap.target import ask_cancel, read_target
from fanjet.cli.arguments import home_option
from fanjet.cli.asking import carry_out
from fanjet.cli.finding import find_run
from fanjet.cli.selection import make_selection, map_indexes_option
from fanjet.model.paths import Path as MapPath
from fanjet.settings import load_settings
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader

_RUN_FAILED = 1


@click.command(name="cancel")
@click.argument("run")
@click.argument("task", required=False)
@map_indexes_option
@home_option
def command(*, run: str, task: str | None, map_indexes: Sequence[Sequence[MapPath]], home: Path | None) -> int:
    """Cancel RUN, or what of TASK is not over yet.

    Running tries are told to stop and, after a grace, killed; they end as failed and are not retried. What has not
    started is skipped. A run that is cancelled as a whole ends as failed. `fanjet rerun` can take all of it up again.

    RUN is the number of a run, its id or the start of its id; `-` is the latest. TASK may carry its map index:
    'train[3]'. If no process carries the run out, none is started.

    Exit status: 0 when it was cancelled.
    """
    settings = load_settings({"home": home and str(home)})
    selection = make_selection([task] if task else [], map_indexes)
    with Reader.open(Database.of(settings)) as reader:
        target = read_target(reader, str(find_run(reader, run).info.number))
    status = carry_out(target, ask_cancel(target, selection), settings)
    return 0 if status == _RUN_FAILED else status  # as it was asked to
