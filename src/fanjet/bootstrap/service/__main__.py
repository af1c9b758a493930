"""One role of a service in this process: ``python -m fanjet.bootstrap.service scheduler|folder|server|traces``.

The supervisor starts it so. Started by hand or by another supervisor it does the same work, with settings from
`FANJET_*` variables and files as any command; SIGTERM ends it.
"""

from __future__ import annotations

import faulthandler
import logging
import socket
import sys
from argparse import ArgumentParser, Namespace
from types import ModuleType

from fanjet.bootstrap.service.logs import start_logging
from fanjet.bootstrap.service.role_line import HUNG_SIGNAL, MAY_PASS, WRONG, RoleLine, Said
from fanjet.errors import ExecutionError, FanjetError, InvariantError, OperationError
from fanjet.settings.load import load_settings
from fanjet.settings.values import Settings

_log = logging.getLogger("fanjet")

FAILED = 1


def main() -> int:
    """Play a role to its end; the exit status is that of the process."""
    arguments = _parse()
    line = None if arguments.line is None else RoleLine(arguments.line)
    if line is not None:
        line.end_with_supervisor()
    try:
        settings = load_settings()
        start_logging(arguments.name or arguments.role, settings)
        faulthandler.register(HUNG_SIGNAL, all_threads=True)
        _play(arguments, settings, line)
    except FanjetError as error:
        _log.error("%s", error, exc_info=error if isinstance(error, InvariantError) else None)
        _say_error(line, str(error))
        return _find_status(error)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug must leave its traceback and a status
        _log.exception("this is a bug in Fanjet; please report it with the lines below")
        _say_error(line, f"A bug in Fanjet ended it: {type(error).__name__}: {error}")
        return FAILED
    return 0


def _find_status(error: FanjetError) -> int:
    if isinstance(error, OperationError):
        return WRONG
    return MAY_PASS if isinstance(error, ExecutionError) and error.temporary else FAILED


def _parse() -> Namespace:
    parser = ArgumentParser(prog="python -m fanjet.bootstrap.service", description=__doc__)
    parser.add_argument("role", choices=("scheduler", "folder", "server", "traces"))
    parser.add_argument("--name", help="What the lines of the log call it.")
    parser.add_argument("--line", type=int, help="The fd of the line to the supervisor.")
    parser.add_argument("--listener", type=int, help="The fd of a listening socket for the server.")
    return parser.parse_args()


def _play(arguments: Namespace, settings: Settings, line: RoleLine | None) -> None:
    pulse = _no_pulse if line is None else line.pulse
    # Each role imports what it needs and nothing of the others.
    match arguments.role:
        case "server":
            from fanjet.bootstrap.service import server_role  # noqa: PLC0415

            listener = None if arguments.listener is None else socket.socket(fileno=arguments.listener)
            server_role.run(settings, listener, on_ready=lambda: _say_ready(line), pulse=pulse)
        case "scheduler":
            from fanjet.bootstrap.service import scheduler_role  # noqa: PLC0415

            scheduler_role.run(settings, pulse)
        case "folder":
            from fanjet.bootstrap.service import folder_role  # noqa: PLC0415

            folder_role.run(settings, pulse)
        case "traces":
            _import_traces_role().run(settings, pulse)
        case role:
            raise InvariantError(f"There is no role {role!r}.")


def _import_traces_role() -> ModuleType:
    try:
        from fanjet.bootstrap.service import traces_role  # noqa: PLC0415 - an extra, and slow to import
    except ModuleNotFoundError as error:
        raise OperationError(
            f"Traces need OpenTelemetry ({error}). Fix: pip install 'fanjet[otel]', or unset otel_endpoint."
        ) from error
    return traces_role


def _no_pulse() -> None:
    """Nobody listens: another supervisor has its own ways to see whether the process does its work."""


def _say_ready(line: RoleLine | None) -> None:
    if line is not None:
        line.say(Said(is_ready=True))


def _say_error(line: RoleLine | None, text: str) -> None:
    if line is not None:
        line.say(Said(error=text))


if __name__ == "__main__":
    sys.exit(main())
