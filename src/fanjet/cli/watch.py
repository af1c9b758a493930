"""`fanjet watch`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from fanjet.bootstrap.watch import RunWatch
from fanjet.cli.arguments import home_option
from fanjet.cli.finding import settings_of
from fanjet.cli.outcomes import INTERRUPTED, finder_of_failures
from fanjet.cli.progress import make_display
from fanjet.cli.progress_json import JsonDisplay
from fanjet.model.states import RunStatus


@click.command(name="watch")
@click.argument("run", required=False)
@click.option("--wait", is_flag=True, help="Stay when nobody carries the run out any more, until somebody resumes it.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON at every change, at most one a second.")
@home_option
def command(*, run: str | None, wait: bool, as_json: bool, home: Path | None) -> int:
    """Show how a run goes on that another process carries out, until it ends.

    RUN is the number of a run, its id or the start of its id; by default the latest that is under way. Watching only
    reads: Ctrl-C leaves, the run goes on.

    Exit status: 0 when the run succeeded, 1 when it failed or nobody carries it out any more.
    """
    settings = settings_of(home)
    with _leaving_on_sigterm(), RunWatch.open(None if run == "-" else run, settings) as watch:
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
