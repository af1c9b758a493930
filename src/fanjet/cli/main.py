"""The entry point of the command `fanjet`: from arguments to an exit status."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import click

from fanjet.cli.group import ReaderGoneError, fanjet
from fanjet.cli.output import leave_pipe, output_explained, print_note
from fanjet.cli.terminal import look_at
from fanjet.errors import DagError, ExecutionError, FanjetError, InvariantError, OperationError
from fanjet.model.texts import harmless

SUCCESS = 0
#: A run failed, or the outside world did.
FAILED = 1
#: The file or the arguments are wrong.
WRONG = 2
#: As shells count it: 128 plus the number of the signal.
INTERRUPTED = 130
BROKEN_PIPE = 141

#: What newer versions of click raise when nothing but the name of a command is given; older ones print the help.
_NO_ARGUMENTS: tuple[type[Exception], ...] = (
    (click.exceptions.NoArgsIsHelpError,) if hasattr(click.exceptions, "NoArgsIsHelpError") else ()
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit status."""
    status = _run(arguments)
    try:
        with output_explained():
            sys.stdout.flush()
    except BrokenPipeError:
        leave_pipe()
        status = status or BROKEN_PIPE
    except ExecutionError as error:
        status = _report(error)
    sys.exit(status)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = fanjet.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        return _report_usage(error)
    except click.ClickException as error:
        _print_error(error.format_message())
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except ReaderGoneError:
        leave_pipe()
        return BROKEN_PIPE
    except FanjetError as error:
        return _report(error)
    except Exception:  # noqa: BLE001 - the last resort: a bug must leave its traceback and a status
        print_note(traceback.format_exc().rstrip())
        _print_error("this is a bug in Fanjet; please report it with the lines above.")
        return FAILED
    return result if isinstance(result, int) else SUCCESS


def _report_usage(error: click.UsageError) -> int:
    """A command without any argument shows its help; what is wrong otherwise is said in our own form."""
    if error.ctx is None or isinstance(error, _NO_ARGUMENTS):
        error.show()
        return error.exit_code
    _print_error(error.format_message())
    print_note(f"Try '{error.ctx.command_path} --help'.")
    return error.exit_code


def _report(error: FanjetError) -> int:
    if isinstance(error, InvariantError):
        print_note("".join(traceback.format_exception(error)).rstrip())
        _print_error("this is a bug in Fanjet; please report it with the lines above.")
        return FAILED
    _print_error(str(error))
    if isinstance(error, ExecutionError):
        return FAILED
    return WRONG if isinstance(error, DagError | OperationError) else FAILED


def _print_error(text: str) -> None:
    """One message on the standard error, which may itself be gone."""
    try:
        print_note(f"{look_at(sys.stderr).style('error:', 'bold red')} {harmless(text)}")
    except OSError:  # its reader went away, or its disk is full
        return
