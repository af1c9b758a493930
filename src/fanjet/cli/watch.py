"""`fanjet watch`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from fanjet.bootstrap.queued_run import wait_for_start
from fanjet.bootstrap.watch import RunWatch
from fanjet.bootstrap.watched_database import find_watched
from fanjet.cli.arguments import home_option
from fanjet.cli.finding import settings_of
from fanjet.cli.outcomes import INTERRUPTED, finder_of_failures
from fanjet.cli.output import print_note
from fanjet.cli.progress import make_display
from fanjet.cli.progress_json import JsonDisplay
from fanjet.model.states import RunStatus
from fanjet.settings import Settings
from fanjet.store.database.database import Database
from fanjet.store.queries.reader import Reader


@click.command(name="watch")
@click.argument("run", required=False)
@click.option("--wait", is_flag=True, help="Stay when nobody carries the run out any more, until somebody resumes it.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON at every change, at most one a second.")
@home_option
def command(*, run: str | None, wait: bool, as_json: bool, home: Path | None) -> int:
    """Show how a run goes on that another process carries out, until it ends.

    RUN is the number of a run, its id or the start of its id; by default the latest that is under way. Watching only
    reads: Ctrl-C leaves, the run goes on. A run of a service is waited for while it is queued, and while the service
    is started again.

    Exit status: 0 when the run succeeded, 1 when it failed or nobody carries it out any more.
    """
    settings = settings_of(home)
    with _leaving_on_sigterm():
        try:
            number = _wait_for_start(settings, None if run == "-" else run)
        except KeyboardInterrupt:
            sys.stderr.write("Stopped watching.\n")
            return INTERRUPTED
        return _follow(settings, number, wait=wait, as_json=as_json)


def _wait_for_start(settings: Settings, run: str | None) -> str:
    """The number of the run that is meant, once it is not queued any more."""
    with Reader.open(Database.of(settings)) as reader:
        row = find_watched(reader, run)
    if row.state is RunStatus.QUEUED and row.ended_at is None:
        wait_for_start(settings, row.info.number, print_note)
    return str(row.info.number)


def _follow(settings: Settings, run: str, *, wait: bool, as_json: bool) -> int:
    with RunWatch.open(run, settings) as watch:
        try:
            with JsonDisplay() if as_json else make_display(finder_of_failures(settings), times=watch) as display:
                outcome = watch.follow(display, wait=wait)
        except KeyboardInterrupt:
            what = f"; run {watch.info.number} goes on" if watch.owned else f" run {watch.info.number}"
            sys.stderr.write(f"Stopped watching{what}.\n")
            return INTERRUPTED
    return int(outcome.status is not RunStatus.SUCCESS)


@contextmanager
def _leaving_on_sigterm() -> Iterator[None]:
    """Whoever ends this process gets the terminal back as it was."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
