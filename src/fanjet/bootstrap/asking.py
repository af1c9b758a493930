"""`fanjet rerun`, `mark` and `cancel`: asks the process that owns a run, or carries it out here when nobody does."""

from __future__ import annotations

import time

from fanjet.bootstrap.latest_version import LatestVersion
from fanjet.bootstrap.requests import RunOutcome
from fanjet.bootstrap.resume import find_root
from fanjet.bootstrap.session import executor_starter, open_session
from fanjet.bootstrap.target import Target, is_owned, read_target, refuse_ended
from fanjet.bootstrap.unowned import cancel_unowned
from fanjet.errors import ExecutionError, OperationError, RunOwnedError
from fanjet.model.commands import ANSWER_WITHIN_S, Request
from fanjet.model.events import CancelRequested
from fanjet.scheduler.display import Display
from fanjet.scheduler.leases import LEASE_S
from fanjet.settings.values import Settings
from fanjet.store.database.database import Database
from fanjet.store.journal.commands import Commands
from fanjet.store.queries.reader import Reader
from fanjet.store.queries.rows import RunRow

#: Between two looks for the answer of the owner.
_LOOK_EVERY_S = 0.05
#: An owner looks for commands several times a second. When it takes longer, whoever waits is told.
_QUICK_S = 2.0


def ask(
    target: Target,
    request: Request,
    settings: Settings,
    display: Display,
    *,
    latest: bool = False,
    inline: bool = False,
) -> str | RunOutcome:
    """Have a request carried out.

    Args:
        target: The run.
        request: What is wanted.
        settings: The settings.
        display: Is told what goes on, if it goes on here.
        latest: Go on with the DAG file as it is now.
        inline: Run everything in this process.

    Returns:
        What was done, in a sentence, where nothing goes on here; else how the run ended here.

    Raises:
        OperationError: The DAG file has changed too much for `latest`, or the run is owned and `latest` was wanted; or
            it is to be cancelled and has ended.
        DagFileError: The DAG file cannot be loaded.
        ExecutionError: The store failed, or the owner does not answer.
    """
    number = target.row.info.number
    while True:
        if target.row.owned:
            if latest:
                refuse_owned(target.row)
            answer = _ask_owner(target.row, request, settings, display)
            if answer is not None:
                return answer
            target = _read_again(number, settings)
        if isinstance(request, CancelRequested):
            refuse_ended(target)
        try:
            answer = cancel_unowned(target, request, settings) if isinstance(request, CancelRequested) else None
            return answer or _carry_out(target, request, settings, display, latest=latest, inline=inline)
        except RunOwnedError:  # somebody was quicker, and is asked
            target = _read_again(number, settings)


def _read_again(run: int, settings: Settings) -> Target:
    with Reader.open(Database.of(settings)) as reader:
        return read_target(reader, str(run))


def refuse_owned(row: RunRow) -> None:
    """Refuse to change the version of a run that is under way.

    Raises:
        OperationError: A process carries it out.
    """
    if row.owned:
        raise OperationError(
            f"Run {row.info.number} is being carried out by process {row.owner_pid} with the version that it started "
            "with. Leave --latest out, or stop that process first."
        )


def _ask_owner(row: RunRow, request: Request, settings: Settings, display: Display) -> str | None:
    """Its answer; None when it left the run before it carried the request out."""
    with (
        Commands.open(Database.of(settings), busy_timeout_s=settings.db_busy_timeout_s) as commands,
        Reader.open(Database.of(settings)) as reader,
    ):
        command = commands.post(request)
        try:
            answer = _wait_for_answer(row, command, commands, reader, display)
        except (ExecutionError, KeyboardInterrupt):
            if commands.withdraw(command):
                raise
            return commands.find_answer(command)  # it was carried out at the last moment
        if answer is None and not commands.withdraw(command):
            answer = commands.find_answer(command)
        return answer


def _wait_for_answer(row: RunRow, command: int, commands: Commands, reader: Reader, display: Display) -> str | None:
    run, began_at, told = row.info.number, time.monotonic(), False
    while (answer := commands.find_answer(command)) is None:
        if not is_owned(reader, run):
            return None
        waited_s = time.monotonic() - began_at
        if waited_s > ANSWER_WITHIN_S:
            raise ExecutionError(
                f"The process that owns run {run} did not answer within {ANSWER_WITHIN_S:g} s. Is its disk full, or "
                "does a task hold it up that runs inline? Nothing was changed."
            )
        if waited_s > _QUICK_S and not told:
            told = True
            display.message(
                f"Process {row.owner_pid} on {row.owner_host} carries run {run} out and has not answered yet. If it is "
                f"stopped, it loses the run within {LEASE_S:g} s. Ctrl-C takes the request back."
            )
        time.sleep(_LOOK_EVERY_S)
    return answer


def _carry_out(
    target: Target, request: Request, settings: Settings, display: Display, *, latest: bool, inline: bool
) -> RunOutcome:
    row, version = target.row, target.version
    if not latest:
        root = find_root(version, settings, display, hint="--latest takes the files as they are now.")
        start = executor_starter(root / version.file, root, settings, inline=inline)
        with open_session(settings, display, start) as session:
            return session.runs.go_on(row.info, version.spec, request)
    found = LatestVersion(version)
    start = executor_starter(found.file, found.root, settings, inline=inline)
    with open_session(settings, display, start) as session:
        spec = found.choose(session.specs)
        number = found.save(session.journal, settings.home, spec)
        return session.runs.go_on(row.info, spec, request, version=number)
