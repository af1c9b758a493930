"""What `fanjet run` and `fanjet resume` share: options, checks beforehand, and the exit status."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from fanjet.bootstrap.requests import RunOutcome
from fanjet.cli.progress_closing import MOST_FAILURES, Failures
from fanjet.errors import OperationError
from fanjet.model.states import RunStatus
from fanjet.settings import Settings

_Function = TypeVar("_Function", bound=Callable[..., Any])

INTERRUPTED = 130


def workers_option(function: _Function) -> _Function:
    """Adds `--workers`; the text is understood with the other settings."""
    return click.option(
        "--workers", metavar="N", help="Run exactly N tries at once; by default as many busy ones as there are cores."
    )(function)


def results_option(function: _Function) -> _Function:
    """Adds `--results`."""
    return click.option(
        "--results",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="PATH",
        help="Write a JSON file with every instance, its state and its value at the end.",
    )(function)


def check_results_file(file: Path | None) -> None:
    """Find out before anything runs that the results could not be written.

    Raises:
        OperationError: Its folder is missing or cannot be written.
    """
    if file is None:
        return
    folder = file.absolute().parent
    if not folder.is_dir():
        raise OperationError(f"There is no folder {folder} for the results. Make it, or name another path.")
    if not os.access(folder, os.W_OK):
        raise OperationError(f"The folder {folder} cannot be written; name another path for the results.")


def finder_of_failures(settings: Settings) -> Callable[[int], Failures]:
    """Reads from the store what failed in a run; the store is opened only when it is called."""

    def find(run: int) -> Failures:
        from fanjet.cli.failures import find_failures  # noqa: PLC0415 - late: most runs succeed

        return find_failures(settings, run, MOST_FAILURES)

    return find


def exit_status(outcomes: Sequence[RunOutcome]) -> int:
    """0 when all runs succeeded, 1 when one failed, 130 when one was stopped (and can be resumed) or none began."""
    if not outcomes or any(outcome.interrupted for outcome in outcomes):
        return INTERRUPTED
    return int(any(outcome.status is RunStatus.FAILED for outcome in outcomes))


def keep_results(file: Path | None, outcomes: Sequence[RunOutcome], settings: Settings) -> None:
    """Write the file of `--results`, if it was asked for."""
    if file is not None:
        from fanjet.cli.results import write_results  # noqa: PLC0415 - late: a run without results starts sooner

        write_results(file, [outcome.run for outcome in outcomes], settings)
