"""`fanjet rerun`, `mark` and `cancel`: asks the process that owns a run, or carries it out here when nobody does."""

from __future__ import annotations

import time

from fanjet.bootstrap.latest_version import LatestVersion
from fanjet.bootstrap.requests import RunOutcome
from fanjet.bootstrap.resume import find_root
from fanjet.bootstrap.session import executor_starter, open_session
from fanjet.bootstrap.target import Target, is_owned, read_target
from fanjet.errors import ExecutionError, OperationError
from fanjet.model.commands import Request
from fanjet.scheduler.display import Display
from fanjet.settings.values import Settings
from fanjet.store.commands import Commands
from fanjet.store.queries import Reader

#: Between two looks for the answer of the owner.
_LOOK_EVERY_S = 0.05
#: An owner looks for commands several times a second, but may be in the middle of a long write.
_ANSWER_WITHIN_S = 60.0


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
        What the process that owns the run did, or how the run ended here.

    Raises:
        OperationError: The DAG file has changed too much for `latest`, or the run is owned and `latest` was wanted.
        DagFileError: The DAG file cannot be loaded.
        ExecutionError: The store failed, or the owner does not answer.
    """
    number = target.row.info.number
    if target.row.owned:
        if latest:
            raise OperationError(
                f"Run {number} is being carried out by process {target.row.owner_pid} with the version that it started "
                "with. Leave --latest out, or stop that process first."
            )
        answer = _ask_owner(number, request, settings)
        if answer is not None:
            return answer
        with Reader.open(settings.home) as reader:
            target = read_target(reader, str(number))
    return _carry_out(target, request, settings, display, latest=latest, inline=inline)


def _ask_owner(run: int, request: Request, settings: Settings) -> str | None:
    """Its answer; None when it left the run before it carried the request out."""
    with (
        Commands.open(settings.home, busy_timeout_s=settings.db_busy_timeout_s) as commands,
        Reader.open(settings.home) as reader,
    ):
        command = commands.post(request)
        try:
            answer = _wait_for_answer(run, command, commands, reader)
        except BaseException:
            commands.withdraw(command)
            raise
        if answer is None and not commands.withdraw(command):
            answer = commands.find_answer(command)
        return answer


def _wait_for_answer(run: int, command: int, commands: Commands, reader: Reader) -> str | None:
    give_up_at = time.monotonic() + _ANSWER_WITHIN_S
    while (answer := commands.find_answer(command)) is None:
        if not is_owned(reader, run):
            return None
        if time.monotonic() > give_up_at:
            raise ExecutionError(
                f"The process that owns run {run} did not answer within {_ANSWER_WITHIN_S:g} s. Is it stopped, or is "
                "its disk full? Nothing was changed."
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
            return session.runs.go_on(row.info, version.spec, row.state, request)
    found = LatestVersion(version)
    start = executor_starter(found.file, found.root, settings, inline=inline)
    with open_session(settings, display, start) as session:
        spec = found.choose(session.specs)
        number = found.save(session.journal, settings.home, spec)
        return session.runs.go_on(row.info, spec, row.state, request, version=number)
